"""`python -m benchmarks NAME`: each is a module with a click command named `command`."""

from __future__ import annotations

import click

from benchmarks import charts

main = click.Group("benchmarks", commands={"charts": charts.command}, help=__doc__)

if __name__ == "__main__":
    main()
