"""A profile that moves to another folder means the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from workbench.config.anchoring import anchored
from workbench.config.problems import validated

CUSTOM = {"data": {"kind": "custom", "callable": "my:load"}}
FOLDER = {"data": {"kind": "image_folder", "root": "pictures"}}
WEIGHTS = {"model": {"kind": "torchvision", "name": "resnet18", "weights": "../w.pth"}}


@pytest.mark.parametrize("table", [CUSTOM, FOLDER, WEIGHTS])
def test_its_paths_lead_to_where_they_led(table: dict[str, Any], tmp_path: Path) -> None:
    moved = anchored(table, tmp_path)
    assert validated(moved, Path("/elsewhere")) == validated(table, tmp_path)


def test_a_home_and_an_absolute_path_stay_as_written(tmp_path: Path) -> None:
    for root in ("~/pictures", "/pictures", ""):
        table = {"data": {"kind": "image_folder", "root": root}}
        assert anchored(table, tmp_path) == table


def test_what_is_wrong_stays_for_its_error_to_tell(tmp_path: Path) -> None:
    table = {"data": {"kind": "image_folder", "root": 3, "augment": 4}, "model": [1]}
    assert anchored(table, tmp_path) == table
