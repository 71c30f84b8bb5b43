"""Colours. Textual's own themes are there too; with 16 colours the terminal's are used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from textual.theme import BUILTIN_THEMES, Theme

ANSI = "terminal"
"""The theme of the terminal's own colours."""

THEMES = (
    # Textual's, but for the blue: on the black of many a console it cannot be read.
    replace(BUILTIN_THEMES["ansi-dark"], name=ANSI, primary="ansi_cyan"),
    Theme(
        name="workbench",
        primary="#7aa2f7",
        secondary="#2ac3de",
        accent="#bb9af7",
        foreground="#c8d0e0",
        background="#16181f",
        surface="#1b1e27",
        panel="#232733",
        success="#9ece6a",
        warning="#e0af68",
        error="#f7768e",
        dark=True,
    ),
    Theme(
        name="workbench-light",
        primary="#2e5cb8",
        secondary="#007197",
        accent="#7847bd",
        foreground="#2b303b",
        background="#f6f7f9",
        surface="#eceef2",
        panel="#e0e3ea",
        success="#3d7a1e",
        warning="#9a6700",
        error="#c0264b",
        dark=False,
    ),
)


def text_color(variables: Mapping[str, str], name: str) -> str:
    """A colour of the theme as rich spells it; `dim` for one that follows its background."""
    color, *share = variables[name].removeprefix("ansi_").split()
    return "dim" if color == "auto" or share else color
