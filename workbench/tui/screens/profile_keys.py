"""The keys of the form: those of a field first, then what is done with the whole."""

from __future__ import annotations

from collections.abc import Sequence

from textual.binding import Binding, BindingType


def _key(key: str, action: str, name: str, what: str) -> Binding:
    """One that `?` alone shows."""
    return Binding(key, action, name, show=False, tooltip=what)


PROFILE_KEYS: Sequence[BindingType] = (
    Binding("ctrl+s", "save", "Save", tooltip="Save to the file it came from"),
    Binding("f5", "train", "Train", tooltip="Train it in this window"),
    Binding("f3", "preview", "TOML", tooltip="Show it as TOML"),
    Binding("f4", "compare", "Differ", tooltip="Show how it differs from another profile"),
    Binding("ctrl+o", "load", "Load", tooltip="Load a file, a ready profile or a run's"),
    Binding("f1", "app.keys", "Keys", tooltip="Show all keys"),
    Binding("escape", "out", "Leave", tooltip="Leave the field, then the form"),
    _key("question_mark", "app.keys", "Keys", "Show all keys, but in a field"),
    _key("f2", "save_as", "Save as", "Save to another file"),
    _key("f6", "detached", "Detached", "Train it in a process of its own"),
    _key("f7", "queue", "Queue", "Train it in its turn, and stay in the form"),
    _key("ctrl+z", "undo", "Undo", "Undo the last change"),
    _key("ctrl+y", "redo", "Redo", "Redo what was undone"),
    _key("ctrl+r", "reset", "Default", "Give the field its default back"),
    _key("ctrl+n", "next_problem", "Next error", "Go to the next field with an error"),
    _key("ctrl+g", "clean", "Clean", "Remove every unknown key"),
    _key("f8", "add", "Add", "Add an item to this list, or to the nearest one"),
    _key("f9", "remove", "Remove", "Remove this item"),
    _key("ctrl+up", "shift(-1)", "Earlier", "Move this item up"),
    _key("ctrl+down", "shift(1)", "Later", "Move this item down"),
    _key("pagedown", "section(1)", "Section", "Go to the next section"),
    _key("pageup", "section(-1)", "Section", "Go to the section before"),
    _key("down", "app.focus_next", "Next", "Go to the next field"),
    _key("up", "app.focus_previous", "Before", "Go to the field before"),
    _key("q", "leave", "Leave", "Leave the form"),
)
