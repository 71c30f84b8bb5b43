"""What the tokens of TOML tell that its tables do not."""

from __future__ import annotations

import pytest

from workbench.config.tokens import has_comments


@pytest.mark.parametrize("text", ["# a", "a = 1 # b", "[a] #c\n"])
def test_a_comment_is_seen(text: str) -> None:
    assert has_comments(text)


@pytest.mark.parametrize("text", ["", "a = '# no'", 'a = """\n# no\n"""'])
def test_a_hash_in_a_string_is_no_comment(text: str) -> None:
    assert not has_comments(text)
