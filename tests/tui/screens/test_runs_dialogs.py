"""What stands over, and under, the table of runs, as it is drawn."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.screens.listed import SIZES, Make, opened
from tests.tui.snapshots import check_snapshot, text_of
from tests.tui.waiting import until

DIALOGS = {
    "filter": (("slash", *"state=finished lr"), "2 of 3"),
    "problem": (("slash", *"optimizer.rl=1"), "did you mean"),
    "columns": (("c",), "Columns"),
    "sort": (("s",), "Sort by"),
    "group": (("b",), "Group by"),
    "tags": (("space", "space", "t"), "Tags of 2 runs"),
    "note": (("m",), "Note on"),
    "trash": (("space", "space", "d"), "to the trash?"),
    "resume": (("G", "r"), "Go on with this run?"),
    "new": (("n",), "A new run from"),
}


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("name", DIALOGS)
async def test_the_table_with(make: Make, root: Path, name: str, size: tuple[int, int]) -> None:
    make(1, "stopped"), make(2, tags=("lr", "base")), make(3, tags=("lr",), note="one\ntwo")
    keys, shown = DIALOGS[name]
    async with opened(root, size) as (pilot, app, _):
        await pilot.press("v", *keys)  # the preview comes when it has drawn: it is left out
        await until(pilot, lambda: shown in text_of(app))
        await check_snapshot(pilot, f"runs-{name}-{size[0]}x{size[1]}")
