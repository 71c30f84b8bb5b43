"""Contestants as processes of their own, so that none finds what another has left behind."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click

from benchmarks.turn import Turn

PATIENCE_SECONDS = 60
"""For a contestant to end after it was told to."""
_ROOT = Path(__file__).parents[1]


@contextmanager
def contestant(
    way: str, profile: Path, changes: Sequence[str], steps: int
) -> Iterator[Callable[[int], Turn]]:
    """A process that has got ready: called with a number of steps, it takes its turn.

    `steps` are at least those of all turns together. Raises `ClickException`
    with the process's last words where it ends by itself.
    """
    overrides = [f"--set={change}" for change in changes]
    arguments = [way, str(profile.resolve()), *overrides, f"--steps={steps}"]
    with (
        tempfile.TemporaryFile("w+") as words,
        subprocess.Popen(  # noqa: S603 - a benchmark's own command
            [sys.executable, "-m", "benchmarks.contestant", *arguments],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=words,
            text=True,
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        requests, answers = process.stdin, process.stdout

        def take_turn(count: int) -> Turn:
            print(f"go {count}", file=requests, flush=True)
            return _turn(answers, way, words)

        try:
            _turn(answers, way, words)
            yield take_turn
        finally:
            _end(process)


def _turn(answers: IO[str], way: str, words: IO[str]) -> Turn:
    line = answers.readline()
    if not line:
        words.seek(0)
        raise click.ClickException(f"{way} ended by itself:\n{words.read()[-2000:]}")
    answer = json.loads(line)
    return Turn(answer["seconds"], answer["images"])


def _end(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
