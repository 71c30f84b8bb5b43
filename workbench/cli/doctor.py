"""`workbench doctor`: devices, versions, folders, and what this terminal can do."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import click

from workbench.cli.options import json_option, runs_option
from workbench.cli.output import print_json, print_line, stdout_console


@click.command(
    epilog="""\b
Examples:
  workbench doctor
  workbench doctor --json"""
)
@json_option
@runs_option
def command(as_json: bool, runs: Path) -> None:
    """Show what training and drawing find here: versions, devices, folders, terminal."""
    found = {
        "versions": _versions(),
        "machine": _machine(),
        "folders": _folders(runs),
        "terminal": _terminal(),
    }
    if as_json:
        print_json(found)
        return
    width = max(len(_label(name)) for values in found.values() for name in values)
    for section, values in found.items():
        print_line(section)
        for name, value in values.items():
            print_line(f"  {_label(name):<{width}}  {_words(name, value)}")


def _versions() -> dict[str, object]:
    from workbench.runner.environment import versions

    return dict(versions())


def _machine() -> dict[str, object]:
    from workbench.config.training import TrainingProfile
    from workbench.runner.environment import describe_machine
    from workbench.training.hardware import decide

    chosen = decide(TrainingProfile())
    compiled = "not compiled" if chosen.compile is False else "compiled where it pays"
    return {
        **describe_machine(),
        "auto": [chosen.device, chosen.precision, compiled],
        "why": list(chosen.reasons.values()),
    }


def _folders(runs: Path) -> dict[str, object]:
    from workbench.data.cache import cache_usage

    cache = cache_usage()
    return {
        "runs": str(runs.absolute()),
        "runs_writable": _writable(runs),
        "runs_free_bytes": _free_bytes(runs),
        "cache": str(cache.folder),
        "cache_used_bytes": cache.size,
    }


def _terminal() -> dict[str, object]:
    size, console = shutil.get_terminal_size(), stdout_console()
    colour = "off (NO_COLOR)" if console.no_color else console.color_system or "off"
    return {
        "standard_output": "a terminal" if sys.stdout.isatty() else "not a terminal",
        "size": f"{size.columns}x{size.lines}",
        "TERM": os.environ.get("TERM", ""),
        "colour": colour,
        "encoding": sys.stdout.encoding,
    }


def _existing(folder: Path) -> Path:
    """The folder itself, or the nearest one above it that exists."""
    folder = folder.absolute()
    return next(path for path in (folder, *folder.parents) if path.exists())


def _writable(runs: Path) -> bool:
    return os.access(_existing(runs), os.W_OK)


def _free_bytes(runs: Path) -> int:
    return shutil.disk_usage(_existing(runs)).free


def _label(name: str) -> str:
    return name.removesuffix("_bytes").replace("_", " ")


def _words(name: str, value: object) -> str:
    match value:
        case int() if name.endswith("_bytes"):
            return f"{value / 2**30:,.1f} GiB"
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(str, value)) or "none"
        case _:
            return str(value)
