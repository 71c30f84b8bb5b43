"""The first layer's filters as tiles, of the latest recorded epoch or of any before."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.plots.text import Row, Span
from workbench.tui.widgets.chart import sentence
from workbench.tui.widgets.rows import RowsView

if TYPE_CHECKING:
    from workbench.store.history import Filters


class FiltersView(RowsView):
    """Follows the latest filters until one goes back."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own word
        super().__init__(id=id)
        self._recorded: Sequence[Filters] = ()
        self._place: int | None = None
        self._words = ""

    @property
    def count(self) -> int:
        """Of the epochs whose filters are recorded."""
        return len(self._recorded)

    def show(self, recorded: Sequence[Filters]) -> None:
        self._recorded = tuple(recorded)
        self._draw()

    def say(self, words: str) -> None:
        """A sentence where there are none."""
        self._words = words
        self._draw()

    def scrub(self, places: int) -> None:
        """So many records on, or back; at the last it follows again."""
        last = len(self._recorded) - 1
        place = max((last if self._place is None else self._place) + places, 0)
        self._place = place if place < last else None
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        if not self._recorded:
            self.show_rows(sentence(self._words, *self.size))
            return
        if not self.size.area:
            return
        from workbench.analysis.filters import filter_tiles
        from workbench.plots.tiles import tile_rows

        last = len(self._recorded) - 1
        place = last if self._place is None else min(self._place, last)
        filters = self._recorded[place]
        width, height = self.size
        head = filter_words(filters, place + 1, last + 1, width)
        room = height - len(head) - 1
        if not has_pictures(filters):
            self.show_rows((*head, *sentence("not a layer of pictures", width, room)))
            return
        look = self.app.look
        color = look.color and look.palette  # among sixteen colours are too few greys
        tiles = filter_tiles(filters.weights)
        rows = tile_rows(tiles, width, room, color=color, unicode=look.unicode)
        self.show_rows((*head, (), *rows))


def has_pictures(filters: Filters) -> bool:
    """Whether these are filters of a layer that looks at pictures: (filters, channels, h, w)."""
    return filters.weights.ndim == 4 and filters.weights.size > 0


def filter_words(filters: Filters, place: int, count: int, width: int) -> tuple[Row, ...]:
    """Which filters these are, in one row or two."""
    when = f"Filters after epoch {filters.epoch + 1}"
    what = f"{filters.layer}: {_count(filters)}" if has_pictures(filters) else filters.layer
    where = f"{place} of {count}" + (" (keys , .)" if count > 1 else "")
    line = f"{when}   {what}   {where}"
    if len(line) <= width:
        return ((Span(when, "1"), Span(line[len(when) :], "2")),)
    return ((Span(when, "1"), Span(f"   {where}", "2")), (Span(what, "2"),))


def _count(filters: Filters) -> str:
    """How many of which kernel; of large ones only the first are recorded."""
    from workbench.store.lines import MAX_FILTER_VALUES

    number, *kernel = filters.weights.shape
    size = "x".join(map(str, kernel))
    is_full = (number + 1) * math.prod(kernel) > MAX_FILTER_VALUES
    return f"first {number} of {size}" if is_full else f"{number} of {size}"
