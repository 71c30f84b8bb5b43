"""What the terminal at hand can show."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from workbench.errors import WorkbenchError

LEAST_COLUMNS, LEAST_ROWS = 40, 10

_HINT = "workbench --help lists commands that work anywhere: runs, show, watch --plain"


class TerminalError(WorkbenchError):
    """A place where no screen can be drawn."""


@dataclass(frozen=True)
class Look:
    """How everything is drawn."""

    color: bool = True
    unicode: bool = True
    palette: bool = True
    """256 colours or more; else the terminal's own sixteen."""


def look_here(*, ascii_only: bool, environ: Mapping[str, str] = os.environ) -> Look:
    """What the environment says of the terminal; `ascii_only` leaves out block characters."""
    term = environ.get("TERM", "")
    return Look(
        color="NO_COLOR" not in environ,  # as Textual reads it, also where it is empty
        # The font of Linux's own console has 512 characters, and no braille.
        unicode=_is_utf8(environ) and term != "linux" and not ascii_only,
        palette=_has_palette(term, environ.get("COLORTERM", "")),
    )


def check_terminal(environ: Mapping[str, str] = os.environ) -> None:
    """Raises `TerminalError` where no screen can be drawn; standard output may go elsewhere."""
    for descriptor, name in ((0, "input"), (2, "error")):
        if not os.isatty(descriptor):
            raise TerminalError(
                f"the workbench needs a terminal, and standard {name} is none", hint=_HINT
            )
    if (term := environ.get("TERM", "")) in ("", "dumb", "unknown"):
        raise TerminalError(
            f"this terminal cannot show a screen: TERM is {term or 'not set'}", hint=_HINT
        )


def can_show_screen() -> bool:
    """Whether keys can be read here and a screen be drawn."""
    try:
        check_terminal()
    except TerminalError:
        return False
    return True


def _has_palette(term: str, colorterm: str) -> bool:
    """As rich decides, which draws: it knows nothing else of the many names of terminals."""
    if colorterm.strip().lower() in ("truecolor", "24bit"):
        return True
    return term.strip().lower().rpartition("-")[2] in ("256color", "kitty")


def _is_utf8(environ: Mapping[str, str]) -> bool:
    """Not asked of `locale`: under LC_ALL=C Python calls its own UTF-8 mode the locale's.

    Where LC_CTYPE alone would be C, Python sets it to C.UTF-8, so LANG=C counts
    against that. Where nothing is said at all, as in containers, the terminal
    is nearly always one of today's.
    """
    named = environ.get("LC_CTYPE", "")
    if named in ("", "C.UTF-8", "C.utf8", "UTF-8"):
        named = environ.get("LANG") or named
    named = environ.get("LC_ALL") or named or "C.UTF-8"
    return "utf8" in named.lower().replace("-", "")
