"""`python -m benchmarks NAME`: each is a module with a click command named `command`."""

from __future__ import annotations

import click

from benchmarks import charts, opening, screen

COMMANDS = {"charts": charts.command, "opening": opening.command, "screen": screen.command}
main = click.Group("benchmarks", commands=COMMANDS, help=__doc__)

if __name__ == "__main__":
    main()
