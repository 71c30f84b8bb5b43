from __future__ import annotations

from pathlib import Path

import pytest

from workbench.errors import WriteError
from workbench.store.layout import attempts
from workbench.store.writer import MetricsWriter


def test_the_next_free_number_is_taken(tmp_path: Path) -> None:
    for attempt in (1, 2):
        with MetricsWriter(tmp_path) as writer:
            assert writer.attempt == attempt
    assert attempts(tmp_path) == [1, 2]


def test_no_file_is_written_that_no_reader_would_open(tmp_path: Path) -> None:
    (tmp_path / "metrics").mkdir()
    last = tmp_path / "metrics" / "999999999.jsonl"
    last.touch()
    with pytest.raises(WriteError, match=r"999999999\.jsonl: no attempt can come after it"):
        MetricsWriter(tmp_path)
    assert [*last.parent.iterdir()] == [last]
