"""`python -m benchmarks`: all of them, one after the other; `python -m benchmarks NAME`: one.

Each is a module with a click command named `command`. All of them together take
the better part of an hour; close other programs meanwhile. Results go to FOLDER:
benchmarks.json with every measurement, benchmarks.md with the ratios.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click

from benchmarks.tables import TABLES

_ROOT = Path(__file__).parents[1]


class Benchmarks(click.Group):
    """Imports a benchmark when it is asked for, so that none measures with what others need."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*TABLES]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in TABLES:
            return None
        command: click.Command = import_module(f"benchmarks.{cmd_name}").command
        return command


@click.group("benchmarks", cls=Benchmarks, invoke_without_command=True, help=__doc__)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("build"),
    show_default=True,
)
@click.option("--only", multiple=True, type=click.Choice([*TABLES]), help="Of all of them.")
@click.option("--rounds", type=click.IntRange(1), help="Of each, in place of its own number.")
@click.pass_context
def main(
    context: click.Context, *, folder: Path, only: tuple[str, ...], rounds: int | None
) -> None:
    if context.invoked_subcommand is not None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    results: dict[str, object] = {}
    for name in only or TABLES:
        click.echo(f"{name} ...", err=True)
        has_rounds = rounds and name != "memory"  # a peak is what it is
        arguments = [f"--rounds={rounds}"] if has_rounds else []
        results[name] = json.loads(_output(name, ["--json", *arguments]))
        # Written each time: what is measured is not lost with what is not.
        (folder / "benchmarks.json").write_text(json.dumps(results, indent=1))
        text = "\n".join(_lines(results))
        (folder / "benchmarks.md").write_text(text)
    click.echo(text)


def _lines(results: dict[str, object]) -> list[str]:
    return [line for name, result in results.items() for line in TABLES[name].lines(result)]


def _output(name: str, arguments: list[str]) -> str:
    """A process of its own for each, so that none finds what another has left behind."""
    command = [sys.executable, "-m", "benchmarks", name, *arguments]
    done = subprocess.run(  # noqa: S603 - this program itself
        command, cwd=_ROOT, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise click.ClickException(f"{name} ended with {done.returncode}")
    return done.stdout


if __name__ == "__main__":
    main()
