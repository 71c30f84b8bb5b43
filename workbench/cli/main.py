"""The command `workbench`: which commands there are, and how their errors end.

A command's module is imported only when the command is called: `--help` must
not wait for torch, and so each one's short help stands here.
"""

from __future__ import annotations

import errno
import importlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import click

from workbench.cli.options import RUNS_VARIABLE
from workbench.cli.output import BROKEN_PIPE, INTERRUPTED, forget_stdout, report
from workbench.config.wording import nearest
from workbench.errors import WriteError
from workbench.store.commands import DEFAULT_RUNS


@dataclass(frozen=True, slots=True)
class LazyCommand:
    """A command that is not imported yet."""

    heading: str
    help: str
    target: str
    """`module:attribute` of the click command."""

    def load(self) -> click.Command:
        module, _, attribute = self.target.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command


def _entry(heading: str, name: str, short_help: str) -> LazyCommand:
    return LazyCommand(heading, short_help, f"workbench.cli.{name}:command")


COMMANDS: Mapping[str, LazyCommand] = {
    "run": _entry("Train", "run", "Train what a profile says."),
    "resume": _entry("Train", "resume", "Go on with a run from its last checkpoint."),
    "pause": _entry("Train", "pause", "Ask a run to wait where it is."),
    "stop": _entry("Train", "stop", "Ask a run to end after the step it is in."),
    "runs": _entry("Look", "runs", "List runs."),
    "watch": _entry("Look", "watch", "Follow a run of any process until it ends."),
    "show": _entry("Look", "show", "Show one run: state, curves, profile."),
    "evaluate": _entry("Look", "evaluate", "Loss, accuracy and confusion table of a run's model."),
    "note": _entry("Tidy up", "note", "Write or print the note on a run."),
    "tag": _entry("Tidy up", "tag", "Tag a run, or print its tags."),
    "trash": _entry("Tidy up", "trash", "Move runs to the trash, list it, empty it."),
    "restore": _entry("Tidy up", "restore", "Take runs out of the trash."),
    "prune": _entry("Tidy up", "prune", "Delete the checkpoints of ended runs."),
    "init": _entry("Set up", "init", "Write the ready profiles into a folder."),
    "check": _entry("Set up", "check", "Validate profiles and show all that is wrong."),
    "schema": _entry("Set up", "schema", "Print the JSON schema of profiles, for editors."),
    "doctor": _entry("Set up", "doctor", "Show devices, versions and what this terminal can do."),
}

EXAMPLES = """\b
Examples:
  workbench
  workbench init
  workbench run profiles/quickstart.toml
  workbench run profiles/quickstart.toml --set optimizer.lr=3e-4
  workbench show latest"""


class Workbench(click.Group):
    """A group whose commands load when called and whose errors have one form."""

    def __init__(self, *args: Any, commands_by_name: Mapping[str, LazyCommand], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.commands_by_name = commands_by_name

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands_by_name)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = self.commands_by_name.get(cmd_name)
        return entry.load() if entry else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in self.commands_by_name and not name.startswith("-"):
            near = nearest(name, self.commands_by_name)
            ctx.fail(f"no command '{name}'" + (f"; did you mean '{near}'?" if near else ""))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        by_heading: dict[str, list[tuple[str, str]]] = {}
        for name, entry in self.commands_by_name.items():
            by_heading.setdefault(entry.heading, []).append((name, entry.help))
        width = max(map(len, self.commands_by_name))
        for heading, rows in by_heading.items():
            with formatter.section(heading):
                formatter.write_dl([(name.ljust(width), text) for name, text in rows])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an error becomes its message and exit code."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()  # a closed pipe shows here, not as noise at exit
        except BrokenPipeError:
            forget_stdout()
            ctx.exit(BROKEN_PIPE)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last one to see it
            ctx.exit(report(_of_stdout(error), debug=ctx.params["debug"]))
        return result

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        *_: Any,
        **extra: Any,
    ) -> NoReturn:
        """Like click's, with usage errors in this program's form. Always ends the process."""
        extra["standalone_mode"] = False
        try:
            code = super().main(args, prog_name or self.name, **extra)
        except click.Abort:
            code = INTERRUPTED
        except click.ClickException as error:
            code = report(error)
        sys.exit(code if isinstance(code, int) else 0)


def _of_stdout(error: BaseException) -> BaseException:
    """A full disk that has no file's name is that of standard output; other errors as they are."""
    if not isinstance(error, OSError) or error.filename or error.errno != errno.ENOSPC:
        return error
    forget_stdout()
    return WriteError(Path("standard output"), error)


def _print_version(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if not wanted:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        click.echo(f"workbench {version('workbench-tui')}")
    except PackageNotFoundError:
        click.echo("workbench (not installed, run from its source)")
    context.exit()


@click.group(
    "workbench",
    cls=Workbench,
    commands_by_name=COMMANDS,
    invoke_without_command=True,
    epilog=EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--runs",
    type=click.Path(path_type=Path, file_okay=False),
    envvar=RUNS_VARIABLE,
    default=DEFAULT_RUNS,
    metavar="DIR",
    help=f"Folder of the runs; default {RUNS_VARIABLE} or ./{DEFAULT_RUNS}.",
)
@click.option(
    "--ascii", "ascii_only", is_flag=True, help="Draw the screen without block characters."
)
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version.",
)
@click.pass_context
def cli(context: click.Context, /, runs: Path, *, ascii_only: bool, **_: object) -> None:
    """A workbench for PyTorch image classification: train, watch and compare runs.

    Without a command it opens on the terminal.
    """
    if context.invoked_subcommand is None:
        from workbench.tui.look import check_terminal

        check_terminal()  # before the second that the rest takes to import
        from workbench.store.runs import RunStore
        from workbench.tui.open import open_workbench

        context.exit(open_workbench(RunStore(runs), ascii_only=ascii_only, run=None))
