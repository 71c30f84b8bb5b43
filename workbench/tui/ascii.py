"""Block characters as ASCII of the same width, for terminals that can show nothing else.

Registers the error handler `workbench-ascii` of encodings: a stream opened with
`encoding="ascii", errors=ASCII_ERRORS` writes nothing but ASCII.
"""

from __future__ import annotations

import codecs

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


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(ascii_of, error.object[error.start : error.end])), error.end


codecs.register_error(ASCII_ERRORS, _replace)
