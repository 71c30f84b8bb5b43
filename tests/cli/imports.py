"""What a command imports, seen in a process of its own."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
from workbench.__main__ import main
try:
    main()
finally:
    print(*sys.modules, file=sys.stderr)
"""


def output_and_imports(*arguments: str) -> tuple[str, set[str]]:
    """Standard output of `workbench ARGUMENTS`, and the modules loaded when it ended."""
    process = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    return process.stdout, set(process.stderr.split())
