"""The names inside a runs folder: run ids, and the files of a run."""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from pathlib import Path

from workbench.config.section import slug

PROFILE = "profile.toml"
STATUS = "status.json"
OWNER = "owner.json"
LOCK = "lock"
CONTROL = "control"
METRICS = "metrics"
CHECKPOINTS = "checkpoints"
WEIGHTS = "weights.safetensors"
ENVIRONMENT = "env.json"
LOG = "log.txt"
ARTIFACTS = "artifacts"
NOTES = "notes.toml"

TRASH = ".trash"
"""Beside the runs: no id, so that no list shows it."""

DRAFT = ".new-"
"""Begins the name of a run's folder until the run has an owner."""

_ID = re.compile(r"[0-9]{8}-[0-9]{6}-[a-z0-9][a-z0-9._-]{0,63}-[0-9a-f]{6}")
LAST_ATTEMPT = 999_999_999
"""The highest number that a metrics file can bear."""

_METRICS_FILE = re.compile(r"([0-9]{4,9})\.jsonl")
_CHECKPOINT_FILE = re.compile(r"([0-9]{9,18})\.pt")
_CHECKSUM_FILE = re.compile(r"([0-9]{9,18})\.pt\.sha256")


def new_id(name: str, now: datetime) -> str:
    """`YYYYMMDD-HHMMSS-<slug of name>-<6 hex digits>`: ids sort by the time of their making."""
    return f"{now:%Y%m%d-%H%M%S}-{slug(name)}-{secrets.token_hex(3)}"


def is_id(name: str) -> bool:
    return _ID.fullmatch(name) is not None


def metrics_file(run: Path, attempt: int) -> Path:
    return run / METRICS / f"{attempt:04d}.jsonl"


def attempts(run: Path) -> list[int]:
    """The numbers of the attempts that have a metrics file, ascending."""
    return _numbers(run / METRICS, _METRICS_FILE)


def checkpoint_file(run: Path, step: int) -> Path:
    return run / CHECKPOINTS / f"{step:09d}.pt"


def checkpoint_steps(run: Path) -> list[int]:
    """The steps that have a checkpoint file, ascending."""
    return _numbers(run / CHECKPOINTS, _CHECKPOINT_FILE)


def checksum_file(checkpoint: Path) -> Path:
    return checkpoint.with_name(f"{checkpoint.name}.sha256")


def checksum_steps(run: Path) -> list[int]:
    """The steps that have a checksum, with a checkpoint or without, ascending."""
    return _numbers(run / CHECKPOINTS, _CHECKSUM_FILE)


def _numbers(folder: Path, pattern: re.Pattern[str]) -> list[int]:
    """The numbers in the names of a folder's files; a missing folder has none."""
    try:
        matches = [pattern.fullmatch(path.name) for path in folder.iterdir()]
    except OSError:
        return []
    return sorted(int(match[1]) for match in matches if match)
