"""`workbench` and `python -m workbench`."""

from __future__ import annotations

import io
import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line and end the process with its exit code."""
    from workbench.cli.main import cli

    # A class name that the terminal's encoding lacks must not end a command.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    cli.main(prog_name="workbench")


if __name__ == "__main__":
    main()
