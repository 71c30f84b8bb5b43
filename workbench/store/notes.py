"""`notes.toml`: tags and a note, editable after the run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Annotated

import tomli_w
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from workbench.errors import WorkbenchError
from workbench.store import layout
from workbench.store.atomic import write_bytes
from workbench.store.files import read_toml, what_failed
from workbench.store.text import CleanText, clean


def _clean_lines(text: str) -> str:
    """The lines cleaned, without empty ones before and after them: TOML keeps it as it is."""
    return "\n".join(map(clean, text.splitlines())).strip("\n")


class Notes(BaseModel):
    """What a person has to say about a run; the note may have several lines."""

    model_config = ConfigDict(frozen=True)

    tags: tuple[CleanText, ...] = ()
    note: Annotated[str, AfterValidator(_clean_lines)] = ""


def read_notes(run: Path) -> Notes:
    """The notes of a run, for showing; empty where there are none or they cannot be read."""
    try:
        return load_notes(run)
    except WorkbenchError:
        return Notes()


def load_notes(run: Path) -> Notes:
    """The notes of a run, to be changed; empty where there are none.

    Raises `WorkbenchError` where they cannot be read: a change would overwrite them.
    """
    path = run / layout.NOTES
    try:
        return Notes.model_validate(read_toml(path))
    except FileNotFoundError:
        return Notes()
    except ValidationError as error:
        first = error.errors()[0]
        problem = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    except (OSError, ValueError) as error:
        problem = what_failed(error)
    raise WorkbenchError(
        f"cannot read {path}: {clean(problem)}", hint="mend the file or move it away first"
    )


def parse_tags(text: str) -> tuple[str, ...]:
    """The tags of a line, separated by commas: in their order, each once."""
    parts = (clean(part.strip()) for part in text.split(","))
    return tuple(dict.fromkeys(part for part in parts if part))


def changed_tags(
    tags: Sequence[str], *, add: Iterable[str] = (), remove: Collection[str] = ()
) -> tuple[str, ...]:
    """The tags without those to remove, and with those to add behind them, each once."""
    return tuple(dict.fromkeys([*(tag for tag in tags if tag not in remove), *add]))


def write_notes(run: Path, notes: Notes) -> None:
    """Replace the notes of a run. Raises `WriteError`."""
    text = tomli_w.dumps({"tags": list(notes.tags), "note": notes.note})
    write_bytes(run / layout.NOTES, text.encode())
