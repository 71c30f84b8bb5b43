from __future__ import annotations

import logging
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
import torch

from workbench.data.cache import cache_folder, cache_usage, decoded
from workbench.data.source import LeftOut, Pixels
from workbench.errors import DataError


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache for each test."""
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "images"


def chunks() -> Iterator[Pixels]:
    """Ten images of 3x4x5 in two chunks."""
    pixels = np.arange(600, dtype=np.uint32).astype(np.uint8).reshape(10, 3, 4, 5)
    yield pixels[:7]
    yield pixels[7:]


def whole() -> Pixels:
    return np.concatenate(list(chunks()))


def never() -> Iterator[Pixels]:
    raise AssertionError("decoded although the cache has it")


def broken() -> Iterator[Pixels]:
    yield from chunks()
    raise DataError("3 of 10 images cannot be read")


def test_images_come_back_memory_mapped(recwarn: pytest.WarningsRecorder) -> None:
    first = decoded("key", 10, chunks)
    again = decoded("key", 10, never)
    assert np.array_equal(again.images, whole())
    assert isinstance(again.images, np.memmap)
    assert first.digest == again.digest
    assert torch.equal(torch.from_numpy(again.images), torch.from_numpy(whole()))
    assert not recwarn.list


def damaged() -> Iterator[Pixels | LeftOut]:
    """Ten files, of which the second and the last cannot be read."""
    yield LeftOut(1, "an empty file")
    yield whole()[:5]
    yield LeftOut(9, "caf\udce9 \x1b is no image")
    yield whole()[5:8]


def test_what_was_left_out_is_remembered() -> None:
    first = decoded("key", 10, damaged)
    again = decoded("key", 10, never)
    assert np.array_equal(again.images, whole()[:8])
    assert again.left_out == first.left_out
    assert again.left_out == (
        LeftOut(1, "an empty file"),
        LeftOut(9, "caf\udce9 \x1b is no image"),
    )


def test_writing_to_the_images_leaves_the_cache_as_it_is() -> None:
    decoded("key", 10, chunks).images[:] = 0
    assert np.array_equal(decoded("key", 10, never).images, whole())


def test_an_error_while_decoding_leaves_nothing_behind(cache: Path) -> None:
    with pytest.raises(DataError):
        decoded("key", 10, broken)
    assert list(cache.iterdir()) == []


def test_usage_says_where_and_how_much(cache: Path) -> None:
    assert cache_usage().entries == 0
    decoded("key", 10, chunks)
    decoded("other", 10, chunks)
    usage = cache_usage()
    assert usage.folder == cache == cache_folder()
    assert usage.entries == 2
    assert 1200 < usage.size < 2000


def test_a_cache_that_cannot_be_made_costs_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "file"))
    images = decoded("key", 10, damaged)
    assert np.array_equal(images.images, whole()[:8])
    assert [file.place for file in images.left_out] == [1, 9]
    assert "cannot be kept" in caplog.text


def test_a_full_disk_costs_a_warning(cache: Path, caplog: pytest.LogCaptureFixture) -> None:
    # A limit on the size of files fails a write the way a full disk does.
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300, hard))
    try:
        images = decoded("key", 10, chunks)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert np.array_equal(images.images, whole())
    assert "cannot be kept" in caplog.text
    assert list(cache.iterdir()) == []
    assert decoded("key", 10, chunks).digest == images.digest


@pytest.mark.parametrize(
    "damage",
    ["truncated", "empty", "no contents", "contents cut off", "other contents", "other count"],
)
def test_a_damaged_entry_is_made_anew(
    cache: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    decoded("key", 10, chunks)
    images, contents = cache / "key" / "pixels", cache / "key" / "contents.json"
    if damage == "truncated":
        os.truncate(images, 400)
    if damage == "empty":
        os.truncate(images, 0)
    if damage == "no contents":
        contents.unlink()
    if damage == "contents cut off":
        os.truncate(contents, 20)
    if damage == "other contents":
        contents.write_text("[1, 2]")
    if damage == "other count":
        shutil.rmtree(cache / "key")
        decoded("key", 4, lambda: [whole()[:4]])
    assert np.array_equal(decoded("key", 10, chunks).images, whole())
    assert "damaged" in caplog.text
    assert np.array_equal(decoded("key", 10, never).images, whole())


def test_who_comes_second_uses_the_winners_entry(caplog: pytest.LogCaptureFixture) -> None:
    def overtaken() -> Iterator[Pixels]:
        yield from chunks()
        decoded("key", 10, chunks)  # another builder finishes first

    with caplog.at_level(logging.WARNING):
        images = decoded("key", 10, overtaken)
    assert np.array_equal(images.images, whole())
    assert cache_usage().entries == 1
    assert not caplog.records


BUILDER = """
import sys, numpy as np
from workbench.data.cache import decoded
def chunks():
    print("ready", flush=True)
    sys.stdin.readline()
    yield np.zeros((10, 3, 4, 5), np.uint8)
print(decoded("key", 10, chunks).digest, flush=True)
"""


def test_builders_in_several_processes_agree(cache: Path) -> None:
    with ExitStack() as stack:
        builders = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", BUILDER],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for _ in range(3)
        ]
        for builder in builders:  # all of them are at work before one may finish
            assert builder.stdout
            assert builder.stdout.readline() == "ready\n"
        digests = {builder.communicate("go\n")[0] for builder in builders}
    assert digests == {decoded("key", 10, never).digest + "\n"}
    assert [path.name for path in cache.iterdir()] == ["key"]


KILLED = """
import sys, time, numpy as np
from workbench.data.cache import decoded
def chunks():
    yield np.zeros((7, 3, 4, 5), np.uint8)
    print("half way", flush=True)
    time.sleep(600)
decoded("key", 10, chunks)
"""


def test_a_killed_builder_does_no_harm(cache: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", KILLED], stdout=subprocess.PIPE) as builder:
        assert builder.stdout
        assert builder.stdout.readline() == b"half way\n"
        builder.send_signal(signal.SIGKILL)
    assert np.array_equal(decoded("key", 10, chunks).images, whole())
    (left,) = (path for path in cache.iterdir() if path.name != "key")
    a_day_ago = time.time() - 25 * 3600
    os.utime(left, (a_day_ago, a_day_ago))
    decoded("other", 10, chunks)
    assert sorted(path.name for path in cache.iterdir()) == ["key", "other"]
