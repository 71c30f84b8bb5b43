from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.store import reader as reader_module
from workbench.store.lines import Record
from workbench.store.reader import EventReader
from workbench.store.runs import Run


@pytest.fixture
def metrics(tmp_path: Path) -> Path:
    folder = tmp_path / "metrics"
    folder.mkdir()
    return folder


def _line(number: int) -> bytes:
    return orjson.dumps({"event": "note", "number": number}) + b"\n"


def _append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def _numbers(records: list[Record]) -> list[tuple[int, int]]:
    return [(record["attempt"], record["number"]) for record in records]


def _read_all(reader: EventReader) -> list[Record]:
    records = []
    while chunk := reader.read():
        records += chunk
    return records


def test_a_missing_folder_has_no_records(tmp_path: Path) -> None:
    assert EventReader(tmp_path / "nowhere").read() == []


def test_only_what_was_appended_is_read(tmp_path: Path, metrics: Path) -> None:
    reader = EventReader(tmp_path)
    _append(metrics / "0001.jsonl", _line(0))
    assert _numbers(reader.read()) == [(1, 0)]
    assert reader.read() == []
    _append(metrics / "0001.jsonl", _line(1) + _line(2))
    assert _numbers(reader.read()) == [(1, 1), (1, 2)]


def test_a_torn_last_line_is_waited_for(tmp_path: Path, metrics: Path) -> None:
    reader = EventReader(tmp_path)
    _append(metrics / "0001.jsonl", _line(0)[:-5])
    assert reader.read() == []
    _append(metrics / "0001.jsonl", _line(0)[-5:])
    assert _numbers(reader.read()) == [(1, 0)]
    assert reader.dropped == 0


def test_a_damaged_line_is_skipped_and_counted(tmp_path: Path, metrics: Path) -> None:
    _append(metrics / "0001.jsonl", _line(0) + b'\0\0{"even\n' + _line(1))
    reader = EventReader(tmp_path)
    assert _numbers(reader.read()) == [(1, 0), (1, 1)]
    assert reader.dropped == 1


def test_the_next_attempt_follows_and_what_was_torn_is_counted(
    tmp_path: Path, metrics: Path
) -> None:
    reader = EventReader(tmp_path)
    _append(metrics / "0001.jsonl", _line(0) + b'{"event":')
    assert _numbers(reader.read()) == [(1, 0)]
    _append(metrics / "0003.jsonl", _line(1))
    assert _numbers(_read_all(reader)) == [(3, 1)]
    assert reader.dropped == 1


def test_lines_that_are_too_long_are_passed_over(
    tmp_path: Path, metrics: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader_module, "CHUNK_BYTES", 16)
    monkeypatch.setattr(reader_module, "LONGEST_BYTES", 64)
    _append(metrics / "0001.jsonl", _line(0) + b"x" * 1000)
    reader = EventReader(tmp_path)
    assert _numbers(_read_all(reader)) == [(1, 0)]
    _append(metrics / "0001.jsonl", b"x\n" + _line(1))
    assert _numbers(_read_all(reader)) == [(1, 1)]
    assert reader.dropped == 1


@pytest.mark.parametrize("kind", ["pipe", "link", "folder"])
def test_only_regular_files_are_opened(tmp_path: Path, metrics: Path, kind: str) -> None:
    path = metrics / "0001.jsonl"
    (tmp_path / "elsewhere").write_bytes(_line(0))
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "link":
        path.symlink_to(tmp_path / "elsewhere")
    else:
        path.mkdir()
    _append(metrics / "0002.jsonl", _line(1))
    assert _numbers(_read_all(EventReader(tmp_path))) == [(2, 1)]


def test_a_file_that_shrank_is_left_alone(tmp_path: Path, metrics: Path) -> None:
    _append(metrics / "0001.jsonl", _line(0) + _line(1))
    reader = EventReader(tmp_path)
    reader.read()
    (metrics / "0001.jsonl").write_bytes(b"{")
    assert reader.read() == []


_LINES = st.lists(
    st.one_of(
        st.integers(0, 99).map(_line),
        st.binary(max_size=12).map(lambda data: data.replace(b"\n", b"") + b"\n"),
        st.just(b'{"event":"note","number":1,"pad":"' + b"x" * 150 + b'"}\n'),
    ),
    max_size=12,
)


@given(attempts=st.lists(_LINES, min_size=1, max_size=3), cuts=st.lists(st.integers(0, 3000)))
def test_a_file_read_as_it_grows_reads_as_one_read_at_the_end(
    tmp_path_factory: pytest.TempPathFactory, attempts: list[list[bytes]], cuts: list[int]
) -> None:
    run = tmp_path_factory.mktemp("run")
    (run / "metrics").mkdir()
    growing = EventReader(run)
    seen = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader_module, "CHUNK_BYTES", 32)
        patch.setattr(reader_module, "LONGEST_BYTES", 128)
        for number, lines in enumerate(attempts, 1):
            data = b"".join(lines)
            ends = sorted({min(cut, len(data)) for cut in cuts} | {len(data)})
            for start, end in zip([0, *ends], ends, strict=False):
                _append(run / "metrics" / f"{number:04d}.jsonl", data[start:end])
                seen += _read_all(growing)
        fresh = EventReader(run)
        assert seen == _read_all(fresh)
        assert growing.dropped == fresh.dropped


def test_a_hole_of_gigabytes_is_one_damaged_line_and_what_follows_is_read(run: Run) -> None:
    path = run.path / "metrics" / "0001.jsonl"
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as file:
        file.seek(10 << 30)
        file.write(b'\n{"event":"after"}\n')
    reader = run.reader()
    assert [record["event"] for record in reader.read()] == ["after"]
    assert reader.dropped == 1


def test_a_folder_of_many_attempts_is_listed_once_and_again_at_its_end(
    tmp_path: Path, metrics: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for attempt in range(1, 301):
        _append(metrics / f"{attempt:04d}.jsonl", b"")
    _append(metrics / "0300.jsonl", _line(7))
    listed = []
    listing = Path.iterdir

    def counted(folder: Path) -> Iterator[Path]:
        listed.append(folder)
        return listing(folder)

    monkeypatch.setattr(Path, "iterdir", counted)
    reader = EventReader(tmp_path)
    assert _numbers(_read_all(reader)) == [(300, 7)]
    assert 1 <= len(listed) < 5
    _append(metrics / "0301.jsonl", _line(8))
    assert _numbers(reader.read()) == [(301, 8)]
