"""Metrics lines as events; nothing in a line can harm who watches."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from workbench.cli.progress import BarView, LineView
from workbench.cli.replay import Replay
from workbench.events import EpochEnded, Event, Started, Steps

Record = dict[str, Any]

STARTED: Record = {
    "event": "started",
    "attempt": 1,
    "epochs": 3,
    "steps": 12,
    "steps_per_epoch": 4,
    "first_step": 0,
    "parameters": 1234,
    "device": "cpu",
}
STEPS: Record = {"event": "steps", "epoch": 0, "first_step": 0, "loss": [2.0], "accuracy": [0.5]}
EPOCH: Record = {"event": "epoch", "epoch": 0, "step": 4, "metrics": {"val/loss": 0.25}}


def replayed(*records: Record) -> list[Event]:
    return list(Replay().events(records, 100.0))


def kinds(events: list[Event]) -> list[type]:
    return [type(event) for event in events]


def test_lines_become_what_they_were() -> None:
    started, epoch, steps = replayed(STARTED, EPOCH, STEPS)
    assert started == Started(3, 12, 4, 0, 1234, "cpu")
    assert isinstance(epoch, EpochEnded)
    assert (epoch.epoch, epoch.step, epoch.metrics) == (0, 4, {"val/loss": 0.25})
    assert isinstance(steps, Steps)
    assert (steps.columns["loss"], steps.images_per_second) == ([2.0], 100.0)


def test_of_many_steps_the_latest_are_shown() -> None:
    _, steps = replayed(STARTED, STEPS, {**STEPS, "first_step": 7})
    assert isinstance(steps, Steps)
    assert steps.first_step == 7


def test_steps_of_an_attempt_that_another_followed_are_not_shown() -> None:
    assert kinds(replayed(STARTED, STEPS, STARTED)) == [Started, Started]


@pytest.mark.parametrize(
    "wrong",
    [
        {**STARTED, "epochs": 10**40},
        {**STARTED, "steps": -1},
        {**STARTED, "device": ["cpu"]},
        {"event": "started"},
        {**EPOCH, "epoch": "many"},
        {**EPOCH, "metrics": {f"m{i}": 0.0 for i in range(1000)}},
        {**EPOCH, "metrics": [1]},
        {"event": "of another version"},
    ],
)
def test_a_line_that_no_training_writes_is_left_out(wrong: Record) -> None:
    assert replayed(wrong) == []


@pytest.mark.parametrize("loss", [[], None, ["high"], 3.0, {"a": 1}])
def test_steps_without_values_are_left_out(loss: object) -> None:
    assert kinds(replayed(STARTED, {**STEPS, "loss": loss})) == [Started]


def test_steps_before_a_start_are_left_out() -> None:
    assert replayed(STEPS) == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.data())
def test_whatever_a_line_holds_a_view_shows_it_without_steering_the_terminal(
    data: st.DataObject,
) -> None:
    records = []
    for line in data.draw(st.lists(st.sampled_from([STARTED, STEPS, EPOCH]), max_size=5)):
        keys = data.draw(st.sets(st.sampled_from(sorted(line.keys() - {"event"})), max_size=2))
        records.append({**line, **{key: data.draw(json_values) for key in keys}})
    for view, console in views():
        with view.shown():
            for event in replayed(*records):
                view.event(event)
        assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue()
    assert all(c.isprintable() or c in "\n\u200c\u200d" for c in lines)  # joiners are harmless


def views() -> list[tuple[BarView | LineView, Console]]:
    """The last is the one of lines."""
    terminal = Console(file=io.StringIO(), force_terminal=True, width=80, height=24, markup=False)
    plain = Console(file=io.StringIO(), width=1000, markup=False)
    return [(BarView(terminal), terminal), (LineView(plain), plain)]


def test_a_device_cannot_clear_the_screen() -> None:
    [started] = replayed({**STARTED, "device": "\x1b[2Jcpu"})
    assert isinstance(started, Started)
    assert started.device == "␛[2Jcpu"
