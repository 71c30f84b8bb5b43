"""Lines of the keys in TOML text, which tomllib does not tell."""

from __future__ import annotations

import tomllib

from workbench.config.schema import KeyPath
from workbench.config.tokens import Token, tokens

_END = Token("end", "", 0)


def key_lines(text: str) -> dict[KeyPath, int]:
    """The line, from 1, of every table, key and list item of valid TOML.

    Key paths are as in the parsed result: tables of an array have their index.
    """
    return _Scanner(text).lines


class _Scanner:
    """One pass over the tokens; each method takes what it is named after."""

    def __init__(self, text: str) -> None:
        self.lines: dict[KeyPath, int] = {}
        self._tokens = [*tokens(text)]
        self._next = 0
        self._last_item: dict[KeyPath, int] = {}
        table: KeyPath = ()
        while (token := self._peek()) is not _END:
            if token.kind == "newline":
                self._take()
            elif token.kind == "[":
                table = self._header()
            else:
                self._pair(table)

    def _peek(self) -> Token:
        return self._tokens[self._next] if self._next < len(self._tokens) else _END

    def _take(self) -> Token:
        token = self._peek()
        self._next += 1
        return token

    def _header(self) -> KeyPath:
        """`[a.b]` or `[[a.b]]`; the path of the table it opens."""
        line = self._take().line
        of_array = self._peek().kind == "["
        if of_array:
            self._take()
        path: KeyPath = ()
        for key in self._key():
            path = self._in_last_item((*path, key))
            self.lines.setdefault(path, line)
        if of_array:
            path = self._new_item(path)
            self.lines[path] = line
        while self._peek().kind == "]":
            self._take()
        return path

    def _in_last_item(self, path: KeyPath) -> KeyPath:
        """Where the keys under `path` go: into the last table, if it is an array of tables."""
        return (*path, self._last_item[path]) if path in self._last_item else path

    def _new_item(self, path: KeyPath) -> KeyPath:
        array = path[:-1] if isinstance(path[-1], int) else path
        self._last_item[array] = self._last_item.get(array, -1) + 1
        return (*array, self._last_item[array])

    def _pair(self, table: KeyPath) -> None:
        """`a.b = value`."""
        line = self._peek().line
        path = table
        for key in self._key():
            path = (*path, key)
            self.lines.setdefault(path, line)
        if self._peek().kind == "=":
            self._take()
        self._value(path)

    def _key(self) -> list[str]:
        """`a . "b" . c`, in its parts."""
        keys = [_unquoted(self._take())]
        while self._peek().kind == ".":
            self._take()
            keys.append(_unquoted(self._take()))
        return keys

    def _value(self, path: KeyPath) -> None:
        match self._take().kind:
            case "[":
                self._list(path)
            case "{":
                self._inline_table(path)
            case _:
                while self._peek().kind in {"word", "string", "."}:
                    self._take()

    def _list(self, path: KeyPath) -> None:
        index = 0
        while (token := self._peek()).kind not in {"]", "end"}:
            if token.kind in {"newline", ","}:
                self._take()
                continue
            self.lines[(*path, index)] = token.line
            self._value((*path, index))
            index += 1
        self._take()

    def _inline_table(self, path: KeyPath) -> None:
        while (token := self._peek()).kind not in {"}", "end"}:
            if token.kind in {"newline", ","}:
                self._take()
            else:
                self._pair(path)
        self._take()


def _unquoted(token: Token) -> str:
    if token.kind != "string":
        return token.text
    return str(tomllib.loads(f"key = {token.text}")["key"])
