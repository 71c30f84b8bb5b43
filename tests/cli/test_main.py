"""The command `workbench` itself: help, errors, streams, start-up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from workbench.cli import main
from workbench.cli.main import COMMANDS, LazyCommand, Workbench, cli
from workbench.cli.options import runs_option
from workbench.errors import DataError, RunBusyError

ROOT = Path(__file__).parents[2]


def workbench(*args: str, **kwargs: object) -> Result:
    return CliRunner().invoke(cli, args, **kwargs)  # type: ignore[arg-type]


@pytest.fixture
def with_command(monkeypatch: pytest.MonkeyPatch) -> Callable[[click.Command], None]:
    """Adds a command named `trial` to the program."""

    def add(command: click.Command) -> None:
        monkeypatch.setattr(main, "trial", command, raising=False)
        entry = LazyCommand("Trial", "A trial.", "workbench.cli.main:trial")
        monkeypatch.setattr(cli, "commands_by_name", {"trial": entry})

    return add


def ending_with(error: BaseException) -> click.Command:
    @click.command
    def command() -> None:
        raise error

    return command


# Help


def test_without_a_command_and_without_a_terminal_it_says_so_in_one_sentence() -> None:
    process = subprocess.run(
        [sys.executable, "-m", "workbench"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,  # the exit code is looked at below
    )
    assert process.returncode == 2
    assert process.stdout == ""
    error, hint = process.stderr.splitlines()
    assert error == "workbench: error: the workbench needs a terminal, and standard input is none"
    assert hint.startswith("hint: workbench --help lists ")


def test_help_groups_every_command_under_a_heading_and_ends_with_examples() -> None:
    text = workbench("--help").stdout
    for name, entry in COMMANDS.items():
        assert f"  {name} " in text
        assert entry.help in text
    places = [text.index(heading) for heading in ("Train:", "Look:", "Set up:", "Examples:")]
    assert places == sorted(places)


@pytest.mark.parametrize("name", ["check", "schema", "init"])
def test_every_command_has_examples_and_json(name: str) -> None:
    text = workbench(name, "--help").stdout
    assert f"workbench {name}" in text.partition("Examples:")[2]
    assert "--json" in text


def test_help_imports_nothing_heavy() -> None:
    program = """
import json, sys
sys.argv = ["workbench", "--help"]
from workbench.__main__ import main
try:
    main()
finally:
    print(json.dumps([*sys.modules]), file=sys.stderr)
"""
    process = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=True
    )
    assert process.stdout.startswith(b"Usage: workbench ")
    loaded = set(json.loads(process.stderr))
    assert "workbench.cli.main" in loaded
    assert not loaded & {"torch", "textual", "pydantic", "numpy", "rich", "orjson"}


def test_the_version_is_printed() -> None:
    result = workbench("--version")
    assert result.exit_code == 0
    assert result.stdout.startswith("workbench ")


# Wrong command lines


@pytest.mark.parametrize(
    ("args", "message", "hint"),
    [
        (["chekc"], "no command 'chekc'; did you mean 'check'?", "workbench --help"),
        (["qqq"], "no command 'qqq'", "workbench --help"),
        (["schema", "--nope"], "no such option", "workbench schema --help"),
        (["check"], "missing argument 'PROFILE...'", "workbench check --help"),
        (["--runs"], "option '--runs' requires an argument", "workbench --help"),
    ],
)
def test_a_wrong_command_line_is_one_line_and_a_hint(
    args: list[str], message: str, hint: str
) -> None:
    result = workbench(*args)
    assert result.exit_code == 2
    assert result.stdout == ""
    error, advice = result.stderr.splitlines()
    assert error.lower().startswith(f"workbench: error: {message}".lower())
    assert advice.startswith(f"hint: {hint}")


# How errors end


def test_an_error_is_one_line_its_hint_and_its_exit_code(
    with_command: Callable[[click.Command], None],
) -> None:
    with_command(ending_with(DataError("photos: no folder train", hint="see the manual")))
    result = workbench("trial")
    assert result.exit_code == 2
    assert result.stderr == "workbench: error: photos: no folder train\nhint: see the manual\n"


def test_a_busy_run_exits_75(with_command: Callable[[click.Command], None]) -> None:
    with_command(ending_with(RunBusyError("held by process 7")))
    result = workbench("trial")
    assert result.exit_code == 75
    assert result.stderr == "workbench: error: held by process 7\n"


def test_an_unexpected_error_is_one_line_and_exits_1(
    with_command: Callable[[click.Command], None],
) -> None:
    with_command(ending_with(RuntimeError("first\nsecond \x1b[31m")))
    result = workbench("trial")
    assert result.exit_code == 1
    assert result.stderr == (
        "workbench: error: RuntimeError: first second \\x1b[31m\n"
        "hint: workbench --debug COMMAND shows where in the program\n"
    )


def test_debug_shows_the_traceback(with_command: Callable[[click.Command], None]) -> None:
    with_command(ending_with(RuntimeError("oh")))
    result = workbench("--debug", "trial")
    assert result.exit_code == 1
    assert "Traceback (most recent call last)" in result.stderr
    assert result.stderr.endswith("workbench: error: RuntimeError: oh\n")


def test_an_interrupt_exits_130_without_a_word(
    with_command: Callable[[click.Command], None],
) -> None:
    with_command(ending_with(KeyboardInterrupt()))
    result = workbench("trial")
    assert result.exit_code == 130
    assert result.output == ""


def test_a_command_chooses_its_exit_code(with_command: Callable[[click.Command], None]) -> None:
    with_command(ending_with(click.exceptions.Exit(1)))
    assert workbench("trial").exit_code == 1


@pytest.mark.parametrize("args", [["schema"], ["--help"]])
def test_a_closed_pipe_is_quiet(args: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    process = subprocess.run(
        [sys.executable, "-m", "workbench", *args],
        cwd=ROOT,
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,  # the exit code is looked at below
    )
    os.close(write)
    assert process.stderr == b""
    assert process.returncode in {1, 141}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("command", ["schema", "doctor"])
def test_standard_output_on_a_full_disk_is_told(command: str) -> None:
    with Path("/dev/full").open("wb") as full:
        process = subprocess.run(
            [sys.executable, "-m", "workbench", command],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,  # the exit code is looked at below
        )
    error, hint = process.stderr.splitlines()
    assert error == "workbench: error: cannot write standard output: No space left on device"
    assert hint.startswith("hint: ")
    assert process.returncode == 1


# Where the runs are


@pytest.mark.parametrize(
    ("args", "environment", "folder"),
    [
        (["trial"], "", "runs"),
        (["trial"], "of-environment", "of-environment"),
        (["--runs", "before", "trial"], "of-environment", "before"),
        (["trial", "--runs", "after"], "of-environment", "after"),
        (["--runs", "before", "trial", "--runs", "after"], "", "after"),
    ],
)
def test_the_runs_folder_is_named_before_or_after_the_command_or_by_the_environment(
    with_command: Callable[[click.Command], None], args: list[str], environment: str, folder: str
) -> None:
    @click.command
    @runs_option
    def command(runs: Path) -> None:
        click.echo(runs)

    with_command(command)
    assert workbench(*args, env={"WORKBENCH_RUNS": environment}).stdout == f"{folder}\n"


def test_every_command_of_the_table_names_its_module() -> None:
    assert isinstance(cli, Workbench)
    assert {entry.target for entry in COMMANDS.values()} == {
        f"workbench.cli.{name}:command" for name in COMMANDS
    }
