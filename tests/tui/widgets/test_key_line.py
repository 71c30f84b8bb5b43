"""The line of keys under every screen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType

from tests.tui.snapshots import text_of
from workbench.tui.widgets.key_line import KeyLine


class Screenful(App[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "tell('a')", "Alpha"),
        Binding("b", "beta", "Beta"),
        Binding("c,d", "tell('c')", "Gamma"),
        Binding("e", "tell('e')", "Hidden", show=False),
        Binding("q", "leave", "Leave"),
    ]
    CSS = "KeyLine { height: 1; dock: bottom; }"

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []
        self.has_beta = True

    def compose(self) -> ComposeResult:
        yield KeyLine()

    def check_action(self, action: str, parameters: Iterable[object]) -> bool:
        return action != "beta" or self.has_beta

    def action_tell(self, word: str) -> None:
        self.told.append(word)


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (40, " a Alpha  b Beta  c Gamma  q Leave"),
        (28, " a Alpha  b Beta  q Leave"),
        (20, " a Alpha  q Leave"),
        (9, " q Leave"),
    ],
)
async def test_the_first_keys_are_shown_and_always_the_one_that_leaves(
    width: int, line: str
) -> None:
    app = Screenful()
    async with app.run_test(size=(width, 3)) as pilot:
        await pilot.pause()
        assert text_of(app).splitlines()[-1] == line


async def test_a_key_that_makes_no_sense_any_more_goes() -> None:
    app = Screenful()
    async with app.run_test(size=(40, 3)) as pilot:
        await pilot.pause()
        app.has_beta = False
        app.refresh_bindings()
        await pilot.pause()
        assert text_of(app).splitlines()[-1] == " a Alpha  c Gamma  q Leave"


async def test_a_click_on_a_key_is_like_pressing_it() -> None:
    app = Screenful()
    async with app.run_test(size=(40, 3)) as pilot:
        await pilot.pause()
        await pilot.click(KeyLine, offset=(19, 0))
        await pilot.pause()
        assert app.told == ["c"]
