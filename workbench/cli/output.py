"""What goes to which stream: data to standard output, words for people to standard error.

The one place that turns an exception into text and an exit code.
"""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.config.wording import printable
from workbench.errors import ExitCode, ProfileError, WorkbenchError

if TYPE_CHECKING:
    from rich.console import Console

INTERRUPTED = 130
"""128 + SIGINT."""

BROKEN_PIPE = 141
"""128 + SIGPIPE, as of any program whose reader went away."""


WIDE = 1000
"""Columns of what is not a terminal."""


def print_line(text: str = "") -> None:
    """One line of data to standard output, safe for a terminal."""
    click.echo(printable(text))


def print_json(data: object) -> None:
    """One JSON document on one line of standard output.

    Dataclasses, enums and dates are known; a path becomes its text; NaN and
    infinity become null.
    """
    import orjson

    click.echo(orjson.dumps(data, default=_json_value))


def print_note(text: str) -> None:
    """One line for people, to standard error."""
    click.echo(printable(text), err=True)


def print_warning(text: str) -> None:
    """Something to know that stops nothing, to standard error."""
    print_note(f"workbench: warning: {text}")


def stderr_console() -> Console:
    """A rich console for people. It knows NO_COLOR and whether a terminal is there."""
    return _console(stderr=True)


def stdout_console() -> Console:
    """A rich console for tables of data."""
    return _console(stderr=False)


def report(error: BaseException, *, debug: bool = False) -> int:
    """Say on standard error what went wrong and what to do; returns the exit code."""
    if debug:
        traceback.print_exception(error)
    match error:
        case KeyboardInterrupt():
            return INTERRUPTED
        case ProfileError():
            _print_error(error.message, error.hint, error.details)
            return error.exit_code
        case WorkbenchError():
            _print_error(error.message, error.hint)
            return error.exit_code
        case click.ClickException():
            _print_error(*_usage_words(error))
            return error.exit_code
        case _:
            hint = "" if debug else "workbench --debug COMMAND shows where in the program"
            _print_error(f"{type(error).__name__}: {error}", hint)
            return ExitCode.FAILED


def forget_stdout() -> None:
    """Point standard output nowhere, so that flushing it at exit cannot fail again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _print_error(message: str, hint: str, details: tuple[str, ...] = ()) -> None:
    one_line = " ".join(message.splitlines())
    print_note(f"workbench: error: {one_line.rstrip('.')}")
    for detail in details:
        print_note(f"  {detail}")
    if hint:
        print_note(f"hint: {hint}")


def _usage_words(error: click.ClickException) -> tuple[str, str]:
    context = error.ctx if isinstance(error, click.UsageError) else None
    message = error.format_message()
    path = context.command_path if context else "workbench"
    return message[:1].lower() + message[1:], f"{path} --help shows what it takes"


def _console(*, stderr: bool) -> Console:
    from rich.console import Console

    # Names and notes of runs pass through here: nothing in them is markup.
    console = Console(stderr=stderr, markup=False, emoji=False, highlight=False)
    if not console.is_terminal:
        console.width = WIDE  # a file or a pipe cuts nothing off
    return console


def _json_value(value: object) -> object:
    if isinstance(value, Path):
        return os.fsencode(value).decode("utf-8", "replace")
    raise TypeError(f"{type(value).__name__} has no JSON form")
