"""What the terminal at hand can show."""

from __future__ import annotations

import locale
import os
from collections.abc import Mapping
from dataclasses import dataclass

LEAST_COLUMNS, LEAST_ROWS = 40, 10


@dataclass(frozen=True)
class Look:
    """How everything is drawn."""

    color: bool = True
    unicode: bool = True
    palette: bool = True
    """256 colours or more; else the terminal's own sixteen."""


def look_here(*, ascii_only: bool, environ: Mapping[str, str] = os.environ) -> Look:
    """What the environment says of the terminal; `ascii_only` leaves out block characters."""
    utf8 = locale.getpreferredencoding(do_setlocale=False).lower().replace("-", "") == "utf8"
    term = environ.get("TERM", "")
    many = "COLORTERM" in environ or "256color" in term or "direct" in term
    return Look(color="NO_COLOR" not in environ, unicode=utf8 and not ascii_only, palette=many)
