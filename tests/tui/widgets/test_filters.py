"""The first layer's filters, and the words above them."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pytest

from tests.tui.snapshots import text_of
from tests.tui.widgets.alone import alone
from workbench.store.history import Filters
from workbench.tui.look import Look
from workbench.tui.widgets.filters import FiltersView, filter_words


def recorded(epoch: int, *shape: int) -> Filters:
    weights = np.sin(np.arange(math.prod(shape), dtype=np.float32)).reshape(shape)
    return Filters(epoch, 10 * epoch, "conv1", weights)


def words(*shape: int, width: int = 80) -> list[str]:
    rows = filter_words(recorded(3, *shape), 4, 4, width)
    return ["".join(span.text for span in row) for row in rows]


def test_the_words_are_in_one_row_or_two() -> None:
    assert words(4, 3, 5, 5) == ["Filters after epoch 4   conv1: 4 of 3x5x5   4 of 4 (keys , .)"]
    assert words(4, 3, 5, 5, width=40) == [
        "Filters after epoch 4   4 of 4 (keys , .)",
        "conv1: 4 of 3x5x5",
    ]


def test_of_large_kernels_only_the_first_are_recorded_and_that_is_said() -> None:
    assert "conv1: first 27 of 3x11x11 " in words(27, 3, 11, 11)[0]
    assert "conv1: 26 of 3x11x11 " in words(26, 3, 11, 11)[0]


@pytest.mark.parametrize("shape", [(), (9,), (4, 9), (0, 3, 3, 3)], ids=str)
async def test_what_is_no_layer_of_pictures_says_so(tmp_path: Path, shape: tuple[int, ...]) -> None:
    async with alone(view := FiltersView(), tmp_path) as pilot:
        view.show([recorded(0, *shape)])
        await pilot.pause()
        assert "Filters after epoch 1   conv1   1 of 1" in text_of(pilot.app)
        assert "not a layer of pictures" in text_of(pilot.app)


@pytest.mark.parametrize("shape", [(4, 3, 3, 5), (4, 3, 5, 3), (4, 1, 1, 7)], ids=str)
async def test_kernels_need_not_be_square(tmp_path: Path, shape: tuple[int, ...]) -> None:
    async with alone(view := FiltersView(), tmp_path) as pilot:
        view.show([recorded(0, *shape)])
        await pilot.pause()
        assert "▀" in text_of(pilot.app)


@pytest.mark.parametrize(
    ("look", "drawn"),
    [
        (Look(), "▀"),
        (Look(palette=False), "[░▒▓█]"),
        (Look(color=False), "[░▒▓█]"),
        (Look(palette=False, unicode=False), "[.:=+*#%@]"),
    ],
)
async def test_greys_are_colours_only_where_there_are_enough(
    tmp_path: Path, look: Look, drawn: str
) -> None:
    async with alone(view := FiltersView(), tmp_path, look=look) as pilot:
        view.show([recorded(0, 4, 1, 3, 3)])
        await pilot.pause()
        _, *tiles = text_of(pilot.app).splitlines()
        assert re.search(drawn, "".join(tiles))
        assert len(colors(view)) <= 2 or (look.color and look.palette)


def colors(view: FiltersView) -> set[object]:
    strips = [view.render_line(y) for y in range(2, 12)]
    return {segment.style and segment.style.color for strip in strips for segment in strip}


async def test_it_follows_the_latest_until_one_goes_back(tmp_path: Path) -> None:
    async with alone(view := FiltersView(), tmp_path) as pilot:
        epochs = [recorded(epoch, 4, 1, 3, 3) for epoch in range(4)]

        async def after(epoch: int) -> None:
            await pilot.pause()
            assert f"Filters after epoch {epoch} " in text_of(pilot.app)

        view.show(epochs[:2])
        await after(2)
        view.show(epochs[:3])
        await after(3)
        view.scrub(-1)
        view.show(epochs)
        await after(2)
        view.scrub(-9)
        await after(1)
        view.scrub(9)
        await after(4)


async def test_without_any_there_is_a_sentence(tmp_path: Path) -> None:
    async with alone(view := FiltersView(), tmp_path) as pilot:
        view.say("no filters yet")
        await pilot.pause()
        assert "no filters yet" in text_of(pilot.app)
