"""The head of a chart: its title and what each curve is, above the canvas, so it hides nothing."""

from __future__ import annotations

from workbench.plots.text import Row, Span, fit, row_width

GAP = Span("   ")


def head(title: Row, entries: list[Row], width: int, most: int) -> tuple[Row, ...]:
    """Lay the title and the legend's entries out in rows of `width` cells, at most `most` rows.

    Entries that find no room are counted at the end: `+3 more`.
    """
    items = [_fitted(item, width) for item in (title, *entries)]
    for shown in range(len(items), 0, -1):
        hidden = len(items) - shown
        rows = _packed([*items[:shown], *([(Span(f"+{hidden} more"),)] if hidden else [])], width)
        if len(rows) <= most:
            return rows
    return (items[0],)


def _packed(items: list[Row], width: int) -> tuple[Row, ...]:
    """Put items side by side as long as they fit."""
    rows = [items[0]]
    for item in items[1:]:
        wider = (*rows[-1], GAP, *item)
        if row_width(wider) <= width:
            rows[-1] = wider
        else:
            rows.append(item)
    return tuple(rows)


def _fitted(item: Row, width: int) -> Row:
    """Cut the last span, the label, to what the others leave of `width`."""
    *before, label = item
    return (*before, Span(fit(label.text, width - row_width(tuple(before))), label.style))
