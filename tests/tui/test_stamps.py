from __future__ import annotations

import os
from pathlib import Path

from workbench.tui.stamps import stamp


def test_what_is_written_or_replaced_has_another_stamp(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    assert stamp(path) is None
    path.write_text("one")
    first = stamp(str(path))
    assert first is not None
    assert stamp(path) == first
    path.write_text("longer")
    assert stamp(path) not in (None, first)
    other = tmp_path / "other"
    other.write_text("longer")
    os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    before = stamp(path)
    other.replace(path)
    assert stamp(path) != before


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    assert stamp(tmp_path / "link") is not None
