"""`workbench init`: profiles to start from."""

from __future__ import annotations

from pathlib import Path

import click

from workbench.cli.options import json_option
from workbench.cli.output import print_json, print_line, print_note
from workbench.errors import WorkbenchError


@click.command("init")
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), default="profiles")
@click.option("--force", is_flag=True, help="Write over files that are there already.")
@json_option
def command(folder: Path, force: bool, as_json: bool) -> None:
    """Write the ready profiles into DIR, by default ./profiles.

    A file that is there already is kept, unless --force is given.

    \b
    Examples:
      workbench init
      workbench init my-profiles
      workbench init --force
    """
    from workbench.config.ready import ready_profiles

    source = ready_profiles()
    names = sorted(path.relative_to(source) for path in source.rglob("*.toml"))
    written = [name for name in names if _write(source / name, folder / name, force=force)]
    kept = [name for name in names if name not in written]
    if as_json:
        print_json({"written": [folder / n for n in written], "kept": [folder / n for n in kept]})
    else:
        for name in written:
            print_line(f"wrote {folder / name}")
    for name in kept:
        print_note(f"kept {folder / name} as it was (--force writes over it)")
    first = Path("quickstart.toml")
    print_note(f"next: workbench run {folder / (first if first in names else names[0])}")


def _write(source: Path, target: Path, *, force: bool) -> bool:
    """Copy a profile; False if the target is there already and may not be touched."""
    content = source.read_bytes()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb" if force else "xb") as file:
            file.write(content)
    except FileExistsError:
        if not target.is_file():
            raise _unwritable(target, "something that is no file is in the way") from None
        return False
    except OSError as error:
        raise _unwritable(target, error.strerror or str(error)) from error
    return True


def _unwritable(target: Path, reason: str) -> WorkbenchError:
    return WorkbenchError(f"{target}: cannot be written: {reason}", hint="name another folder")
