"""Block characters as ASCII of the same width, for terminals that can show nothing else.

Registers the error handler `workbench-ascii` of encodings: a stream opened with
`encoding="ascii", errors=ASCII_ERRORS` writes nothing but ASCII.
"""

from __future__ import annotations

import codecs
import re

ASCII_ERRORS = "workbench-ascii"

_SAME_WIDTH = {
    "-": "─━═╌╍┄┅┈┉╴╶╸╺╼╾‐‑‒–—―−▔▀",
    "|": "│┃║╎╏┆┇┊┋╵╷╹╻╽╿▏▎▍▌▐▕",
    "+": "┌┍┎┏┐┑┒┓└┕┖┗┘┙┚┛├┝┞┟┠┡┢┣┤┥┦┧┨┩┪┫┬┭┮┯┰┱┲┳┴┵┶┷┸┹┺┻┼┽┾┿╀╁╂╃╄╅╆╇╈╉╊╋"
    "╒╓╔╕╖╗╘╙╚╛╜╝╞╟╠╡╢╣╤╥╦╧╨╩╪╫╬╭╮╯╰✓✔±",
    "_": "▁▂",
    "#": "▃▄▅▆▇█▉▊▋▓■◼▮▙▛▜▟",
    ":": "▒▖▗▘▚▝▞",
    ".": "░…·",
    "*": "•●◉★⬤∙◆",
    "o": "○◦◌☐□◇",
    "x": "×✗✘☒✕✖",
    "<": "←◀◂◄‹«",
    ">": "→▶▸►›»⏎",
    "^": "↑▲▴⇧",
    "v": "↓▼▾",
    "/": "╱",
    "\\": "╲",
    "X": "╳",
    "'": "‘’′",
    '"': "“”″",
    "~": "≈∼",
    " ": "\xa0\u2007\u2009\u202f\u2800",
}
_TABLE = {each: plain for plain, others in _SAME_WIDTH.items() for each in others}

_JOINING = re.compile("[\u200d\ufe0f]")
"""Zero width joiner, and the selector of a sign's picture, which is wider."""

_BRAILLE = range(0x2801, 0x2900)
_BRAILLE_SHADES = " ..::++##"
"""By how many of the eight dots are set."""


def ascii_of(character: str) -> str:
    """The character in ASCII, as wide as it: one, for a wide one two, for a combining one none."""
    if character in _TABLE:
        return _TABLE[character]
    if ord(character) in _BRAILLE:
        return _BRAILLE_SHADES[(ord(character) & 0xFF).bit_count()]
    from rich.cells import get_character_cell_size

    return "?" * get_character_cell_size(character)


def ascii_text(text: str) -> str:
    """The text in ASCII, as wide as rich says: signs that are joined into one count as one."""
    if not _JOINING.search(text):
        return "".join(map(ascii_of, text))
    from rich.cells import split_graphemes

    spans, _ = split_graphemes(text)
    return "".join(ascii_of(text[start])[:width].ljust(width, "?") for start, _, width in spans)


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    # A sign may begin with the ASCII character before, which is written already: a digit in a box.
    joins = error.start and _JOINING.match(error.object, error.start)
    start = error.start - 1 if joins else error.start
    return ascii_text(error.object[start : error.end])[error.start - start :], error.end


codecs.register_error(ASCII_ERRORS, _replace)
