"""Coloured text of known width: the rows that a drawing is made of."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size


@dataclass(frozen=True)
class Span:
    """Text in one style; `style` holds parameters of ANSI's SGR, `""` for none."""

    text: str
    style: str = ""

    @property
    def width(self) -> int:
        """In cells: a CJK character takes two."""
        return cell_len(self.text)


Row = tuple[Span, ...]


def row_width(row: Row) -> int:
    return sum(span.width for span in row)


def printable(text: str, *, unicode: bool) -> str:
    """Replace what would break a row: control characters, and without unicode all but ASCII."""
    shown = "".join(char if char.isprintable() else "?" for char in text)
    return shown if unicode else shown.encode("ascii", "replace").decode()


def fit(text: str, width: int) -> str:
    """Cut text to at most `width` cells."""
    return text if cell_len(text) <= width else set_cell_size(text, max(width, 0))


def encode(row: Row, *, color: bool) -> str:
    """Write a row, with escape sequences if it may have colour, and no blanks at its end."""
    return "".join(
        f"\x1b[{span.style}m{span.text}\x1b[0m" if color and span.style else span.text
        for span in row
    ).rstrip()
