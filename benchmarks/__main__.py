"""`python -m benchmarks NAME`: each is a module with a click command named `command`."""

from __future__ import annotations

from importlib import import_module

import click

NAMES = ("augmentation", "charts", "opening", "recording", "screen", "training")


class Benchmarks(click.Group):
    """Imports a benchmark when it is asked for, so that none measures with what others need."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*NAMES]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in NAMES:
            return None
        command: click.Command = import_module(f"benchmarks.{cmd_name}").command
        return command


main = Benchmarks("benchmarks", help=__doc__)

if __name__ == "__main__":
    main()
