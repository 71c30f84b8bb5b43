"""Ten thousand runs in one folder: a list of the newest opens the newest alone."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from click.testing import CliRunner

from workbench.cli.main import cli
from workbench.config.profile import RunProfile
from workbench.store.runs import RunStore
from workbench.store.status import Best, Status, write_status

SHOWN = 50

_watchers: list[set[str]] = []


def _note_opened(event: str, arguments: tuple[object, ...]) -> None:
    if _watchers and event in ("open", "os.listdir", "os.scandir"):
        _watchers[-1].add(os.fsdecode(str(arguments[0])))


sys.addaudithook(_note_opened)  # for the life of the process: Python takes no hook back


@contextmanager
def opened() -> Iterator[set[str]]:
    """The names of all files and folders that are opened meanwhile."""
    _watchers.append(set())
    yield _watchers[-1]
    _watchers.pop()


def build(root: Path, count: int) -> list[str]:
    """Finished runs that differ in their names only, oldest first."""
    pattern = RunStore(root.parent / "pattern").create(RunProfile()).path
    best = Best(metric="val/accuracy", value=0.5, epoch=1, step=8)
    write_status(pattern, Status(state="finished", epochs=3, epochs_done=3, best=best))
    (pattern / "owner.json").unlink()
    names = [
        f"20260101-{i // 3600:02d}{i // 60 % 60:02d}{i % 60:02d}-quick-{i:06x}"
        for i in range(count)
    ]
    for name in names:
        shutil.copytree(pattern, root / name)
    return names


def test_only_the_newest_folders_are_opened(
    tmp_path: Path, times: Callable[[int, int], int]
) -> None:
    root = tmp_path / "runs"
    names = build(root, times(1000, 10_000))
    with opened() as seen:
        result = CliRunner().invoke(cli, ["--runs", str(root), "runs", "--limit", str(SHOWN)])
    assert [line.split()[0] for line in result.stdout.splitlines()[1:]] == names[: -SHOWN - 1 : -1]
    below = {Path(path).relative_to(root).parts for path in seen if path.startswith(f"{root}/")}
    assert {parts[0] for parts in below} == {*names[-SHOWN:]}
    assert str(root) in seen
