"""From a file to a validated profile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.config.overrides import apply_overrides, parse_override
from workbench.config.problems import Origin, validated
from workbench.config.profile import RunProfile
from workbench.config.reading import parse, read_text
from workbench.config.section import slug


@dataclass(frozen=True)
class LoadedProfile:
    """A profile and how it came about."""

    profile: RunProfile
    path: Path
    notes: tuple[str, ...] = ()
    """What overrides did beyond what they say, one line each: keys that were dropped."""


def load_profile(path: Path | str, overrides: Sequence[str] = ()) -> LoadedProfile:
    """Read and validate a run's profile.

    `overrides` are `key=value` as after `--set`. Relative paths in the file are
    relative to its folder; a file without `name` is called after itself. Raises
    ProfileError with every problem of the file.
    """
    path = Path(path)
    changes = [parse_override(text) for text in overrides]
    text = read_text(path)
    changed = apply_overrides(parse(text, path), changes)
    table = {"name": slug(path.stem), **changed.table}
    origin = Origin(path, text, changed.paths)
    return LoadedProfile(validated(table, path.absolute().parent, origin), path, changed.notes)
