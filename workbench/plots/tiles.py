"""Small grey pictures, such as a layer's filters, side by side in text."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from workbench.plots.chart import Floats
from workbench.plots.text import Row, Span, fit

Greys = NDArray[np.intp]

BLOCKS, ASCII = " ░▒▓█", " .:-=+*#%@"
GREY_RAMP = range(232, 256)
"""The greys of a 256-colour terminal, from dark to bright."""
HALF = "▀"
"""Two pixels in a cell: the upper one in its foreground, the lower one in its background."""
BLANK = -1


@dataclass(frozen=True)
class Grid:
    """How tiles are laid out, with a column or a row of cells between two."""

    across: int
    down: int
    pixels: int
    """The side of one weight; half a cell is about a square."""


def tile_rows(
    tiles: Floats, columns: int, rows: int, *, color: bool, unicode: bool
) -> tuple[Row, ...]:
    """Draw `tiles` (n, height, width) of [0, 1] in at most `columns` x `rows` cells.

    Small values are dark, large ones bright. The tiles stand in a grid near a square, each as
    large as all can be; those that find no room are counted in the last row. With `color` greys
    are colours, else block characters, and ASCII without `unicode`.
    """
    if not tiles.size or columns < 1 or rows < 1:
        return ()
    finest = 1 if color and unicode else 2
    grid = _grid(tiles.shape, columns, rows, finest)
    grid = grid or _smallest(tiles.shape, columns, rows - 1, finest)
    count = len(tiles)
    shown = min(grid.across * grid.down, count)
    levels = len(GREY_RAMP) if color else len(BLOCKS if unicode else ASCII)
    greys = np.rint(np.nan_to_num(tiles[:shown]).clip(0, 1) * (levels - 1)).astype(np.intp)
    drawn = _rows(_picture(greys, grid), color=color, unicode=unicode)
    if shown == count:
        return drawn
    return (*drawn, (Span(fit(f"+{count - shown} more", columns)),))


def _grid(shape: tuple[int, ...], columns: int, rows: int, finest: int) -> Grid | None:
    """The grid nearest to a square that holds all tiles, with the largest weights that fit."""
    count, height, width = shape
    square = math.ceil(math.sqrt(count))
    for across in sorted(range(1, count + 1), key=lambda across: abs(across - square)):
        down = math.ceil(count / across)
        widest = (columns - across + 1) // (across * width)
        highest = 2 * ((rows - down + 1) // down) // height
        pixels = min(widest, highest) // finest * finest
        if pixels > 0:
            return Grid(across, down, pixels)
    return None


def _smallest(shape: tuple[int, ...], columns: int, rows: int, finest: int) -> Grid:
    """A grid of the smallest weights, for as many tiles as there is room."""
    count, height, width = shape
    across = min((columns + 1) // (finest * width + 1), count)
    down = (rows + 1) // (math.ceil(finest * height / 2) + 1)
    return Grid(across, down, finest)


def _picture(greys: Greys, grid: Grid) -> Greys:
    """Levels as pixels, two to a cell from top to bottom; `BLANK` between the tiles."""
    large = greys.repeat(grid.pixels, axis=1).repeat(grid.pixels, axis=2)
    _, height, width = large.shape
    pitch = height + height % 2 + 2  # a tile begins with a cell
    picture = np.full((grid.down * pitch, grid.across * (width + 1)), BLANK)
    for number, tile in enumerate(large):
        row, column = divmod(number, grid.across)
        top, left = row * pitch, column * (width + 1)
        picture[top : top + height, left : left + width] = tile
    return picture[:-2, :-1]


def _rows(picture: Greys, *, color: bool, unicode: bool) -> tuple[Row, ...]:
    upper, lower = picture[::2].tolist(), picture[1::2].tolist()
    if color and unicode:
        return tuple(_halves(*pair) for pair in zip(upper, lower, strict=True))
    if color:
        return tuple(_backgrounds(row) for row in upper)
    ramp = (BLOCKS if unicode else ASCII) + " "  # the last one is for BLANK
    return tuple((Span("".join(ramp[grey] for grey in row)),) for row in upper)


def _halves(upper: list[int], lower: list[int]) -> Row:
    return tuple(
        Span((" " if pair == (BLANK, BLANK) else HALF) * len(list(cells)), _style(*pair))
        for pair, cells in groupby(zip(upper, lower, strict=True))
    )


def _backgrounds(row: list[int]) -> Row:
    return tuple(Span(" " * len(list(cells)), _style(BLANK, grey)) for grey, cells in groupby(row))


def _style(foreground: int, background: int) -> str:
    """Parameters of SGR; none for what stays blank."""
    greys = ((38, foreground), (48, background))
    return ";".join(f"{code};5;{GREY_RAMP[grey]}" for code, grey in greys if grey != BLANK)
