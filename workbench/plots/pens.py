"""How each curve looks, so that no two are mistaken for each other on the terminal at hand."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.plots.chart import Color, Line, Mark

# Parameters of ANSI's SGR.
CODES: dict[Color, str] = {
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
}
FAINT = "2;"
GLYPHS, FAINT_GLYPH = "*o+x#%&=", "."
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MARK, PLAIN_MARK = "◆", "@"


@dataclass(frozen=True)
class Pen:
    style: str
    """Parameters of ANSI's SGR."""
    glyph: str = ""
    """The character to draw with; empty for braille."""
    letter: str = ""
    """Written on the curve here and there; empty where the look tells enough."""
    swatch: str = "━━"
    """The curve as the legend shows it."""


def line_pens(lines: tuple[Line, ...], *, color: bool, unicode: bool) -> list[Pen]:
    """Draw in braille told apart by colour, else by letters; without unicode by glyphs.

    Beyond 26 letters or 8 glyphs they come round again.
    """
    pens = []
    for number, line in enumerate(lines):
        style = (FAINT if line.faint else "") + CODES[line.color]
        letter = LETTERS[number % len(LETTERS)]
        glyph = FAINT_GLYPH if line.faint else GLYPHS[number % len(GLYPHS)]
        if not unicode:
            pens.append(Pen(style, glyph=glyph, swatch=2 * glyph))
        elif color or len(lines) == 1:
            pens.append(Pen(style))
        else:
            pens.append(Pen(style, letter=letter, swatch=f"━{letter}━"))
    return pens


def mark_pens(marks: tuple[Mark, ...], *, unicode: bool) -> list[Pen]:
    glyph = MARK if unicode else PLAIN_MARK
    return [Pen(CODES[mark.color], glyph=glyph, swatch=glyph) for mark in marks]
