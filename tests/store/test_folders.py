from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.errors import WorkbenchError
from workbench.store.folders import check_folders

FOLDERS = ["checkpoints", "metrics", "control", "artifacts"]


def test_real_folders_and_missing_ones_are_fine(tmp_path: Path) -> None:
    check_folders(tmp_path)
    for name in FOLDERS:
        (tmp_path / name).mkdir()
    check_folders(tmp_path)


@pytest.mark.parametrize("name", FOLDERS)
@pytest.mark.parametrize(
    "make", [lambda path: path.symlink_to(path.parents[1]), Path.touch, os.mkfifo]
)
def test_a_link_or_something_else_in_the_place_of_one_is_refused(
    tmp_path: Path, name: str, make: Callable[[Path], object]
) -> None:
    make(tmp_path / name)
    with pytest.raises(WorkbenchError, match=rf"{name} is not a folder of the run's own"):
        check_folders(tmp_path)
