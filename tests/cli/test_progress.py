"""What a person sees while a run trains."""

from __future__ import annotations

import io
import math

import pyte
import pytest
from rich.console import Console

from workbench.cli import progress
from workbench.cli.output import print_warning
from workbench.cli.progress import (
    BarView,
    LineView,
    QuietView,
    TrainingView,
    describe_epoch,
    describe_start,
    describe_steps,
    training_view,
)
from workbench.events import Continued, EpochEnded, Paused, Started, Steps

STARTED = Started(100, 39_100, 391, 0, 773_842, "cuda")


def steps(epoch: int = 49, first: int = 19_159, rate: float = 12_345.6) -> Steps:
    return Steps(epoch, first, {"loss": [2.0, 0.51234], "accuracy": [0.1, 1.0]}, rate, 3.0)


def epoch_ended(epoch: int = 49) -> EpochEnded:
    metrics = {"train/loss": 0.51234, "train/accuracy": 1.0, "val/loss": 1e-5, "val/accuracy": 0.5}
    return EpochEnded(epoch, 391 * (epoch + 1), {**metrics, "lr": 0.1}, 12.0)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Console:
    """A console that takes its file for a terminal of 80 columns."""
    monkeypatch.setenv("TERM", "xterm-256color")
    return Console(file=io.StringIO(), force_terminal=True, width=80, height=24)


def printed(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def screen_of(console: Console) -> list[str]:
    """The lines that a terminal shows after all that the console sent."""
    screen = pyte.Screen(console.width, 40)
    pyte.Stream(screen).feed(printed(console).replace("\n", "\r\n"))
    return "\n".join(line.rstrip() for line in screen.display).rstrip().splitlines()


# In words


def test_the_start_names_device_size_and_length() -> None:
    assert describe_start(STARTED) == (
        "training on cuda: 773,842 parameters, 100 epochs of 391 steps, from the start"
    )


def test_a_resumed_training_says_from_where_it_goes_on() -> None:
    resumed = Started(100, 39_100, 391, 1564, 773_842, "cpu")
    assert describe_start(resumed).endswith(", from step 1,564")


def test_an_epoch_is_counted_from_1_and_has_every_set() -> None:
    assert describe_epoch(epoch_ended(2), 100, 1000) == (
        "epoch   3/100  train loss 0.5123, accuracy 100.00 %  val loss 0.0000, accuracy  50.00 %"
    )


def test_an_epoch_fits_into_80_columns() -> None:
    line = describe_epoch(epoch_ended(99), 100, 80)
    assert line == "epoch 100/100  train loss 0.5123, 100.00 %  val loss 0.0000,  50.00 %"


@pytest.mark.parametrize(
    ("width", "words"),
    [
        (80, "train loss 0.5123, 100.00 %  val loss 0.0000,  50.00 %"),
        (90, "train loss 0.5123, 100.00 %  val loss 0.0000,  50.00 %, top-5  90.00 %"),
        (120, "train loss 0.5123, accuracy 100.00 %  val loss 0.0000, accuracy  50.00 %, "
        "top-5  90.00 %"),
    ],
)  # fmt: skip
def test_top_5_is_shown_where_there_is_room(width: int, words: str) -> None:
    ended = epoch_ended(99)
    metrics = {**ended.metrics, "val/top5_accuracy": 0.9}
    line = describe_epoch(EpochEnded(99, ended.step, metrics, 1.0), 100, width)
    assert line == f"epoch 100/100  {words}"
    assert len(line) <= width


def test_the_test_sets_line_has_top_5_in_80_columns_too() -> None:
    metrics = {"test/loss": 0.5, "test/accuracy": 0.75, "test/top5_accuracy": 1.0}
    assert describe_epoch(EpochEnded(99, 1, metrics, 1.0), 100, 80) == (
        "epoch 100/100  test loss 0.5000, accuracy  75.00 %, top-5 100.00 %"
    )


def test_a_loss_too_large_for_decimals_is_shown_short() -> None:
    ended = EpochEnded(0, 1, {"train/loss": 3.4e25, "val/loss": math.nan}, 1.0)
    assert describe_epoch(ended, 1, 80) == "epoch 1/1  train loss 3.4e+25  val loss NaN"


@pytest.mark.parametrize(
    ("width", "words"),
    [
        (40, "loss 0.512"),
        (60, "19,161/39,100  loss 0.512"),
        (80, "19,161/39,100  loss 0.512  100.00 %  12,346/s"),
        (120, "step 19,161/39,100  loss 0.5123  accuracy 100.00 %  12,346 images/s"),
    ],
)
def test_the_more_room_the_more_is_said_beside_the_bar(width: int, words: str) -> None:
    assert describe_steps(steps(), STARTED, width) == words


def test_an_unknown_rate_is_not_shown() -> None:
    assert describe_steps(steps(rate=math.nan), STARTED, 80).endswith("  100.00 %")


# Without a terminal


def test_without_a_terminal_each_epoch_is_one_line() -> None:
    console = Console(file=io.StringIO(), width=1000)
    view = LineView(console)
    with view.shown():
        view.decoding("decoding images", 500, 1000)
        view.decoding("decoding images", 1000, 1000)
        for event in (STARTED, steps(), epoch_ended(), Paused(5), Continued(5)):
            view.event(event)
    assert printed(console).splitlines() == [
        "decoding images: 1,000 done",
        describe_start(STARTED),
        describe_epoch(epoch_ended(), 100, 1000),
        "paused; `workbench resume RUN` lets it go on",
        "continued",
    ]


def test_a_quiet_view_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    view = training_view(quiet=True)
    with view.shown():
        view.decoding("decoding images", 1000, 1000)
        for event in (STARTED, steps(), epoch_ended()):
            view.event(event)
    assert isinstance(view, QuietView)
    assert capsys.readouterr() == ("", "")


# On a terminal


def show(view: TrainingView) -> None:
    with view.shown():
        for event in (STARTED, steps(), epoch_ended(), steps(50, 19_550)):
            view.event(event)


def test_a_bar_stands_under_the_lines_of_the_epochs(terminal: Console) -> None:
    show(BarView(terminal))
    first, epoch, bar = screen_of(terminal)
    assert first == describe_start(STARTED)
    assert epoch == describe_epoch(epoch_ended(), 100, 80)
    assert bar.startswith("epoch  51/100 ━━")
    assert "loss 0.512  100.00 %  12,346/s" in bar
    assert bar.endswith(" left")


@pytest.mark.parametrize("width", [50, 60, 79, 80, 99, 100, 119, 120, 139, 140, 200])
def test_nothing_of_the_bar_is_cut_off_and_an_echoed_interrupt_fits_beside_it(
    terminal: Console, width: int
) -> None:
    terminal.width = width
    show(BarView(terminal))
    bar = screen_of(terminal)[-1]
    assert len(bar) <= width - len("^C")
    assert "…" not in bar


def test_decoding_has_a_bar_of_its_own_until_training_starts(terminal: Console) -> None:
    view = BarView(terminal)
    with view.shown():
        view.decoding("decoding images", 500, 1000)
    assert "decoding images ━" in screen_of(terminal)[-1]
    assert "500/1,000" in screen_of(terminal)[-1]
    show(view)
    assert [line.partition(" ")[0] for line in screen_of(terminal)] == [
        "decoding",
        "training",
        "epoch",
        "epoch",
    ]


def test_a_warning_beside_a_bar_has_a_line_of_its_own(terminal: Console) -> None:
    view = BarView(terminal)
    with view.shown():
        view.decoding("decoding images", 1000, 1000)
        print_warning("the first of them, which is longer than the " + 8 * "terminal is wide ")
        print("a print of somebody's own code")
        view.event(STARTED)
    lines = screen_of(terminal)
    assert lines[0].startswith("workbench: warning: the first")
    assert lines[-3] == "a print of somebody's own code"
    assert lines[-2] == describe_start(STARTED)
    assert lines[-1].startswith("training ━")
    assert not any("decoding" in line for line in lines)


def test_a_resumed_training_begins_with_what_was_done(terminal: Console) -> None:
    view = BarView(terminal)
    with view.shown():
        view.event(Started(100, 39_100, 391, 39_099, 773_842, "cpu"))
    assert screen_of(terminal)[-1].startswith("training ━━━╸")


def test_without_colours_the_bar_has_none(
    terminal: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    console = Console(file=io.StringIO(), force_terminal=True, width=80, height=24)
    show(BarView(console))
    assert "\x1b[3" not in printed(console)
    assert "epoch  51/100" in printed(console)


@pytest.mark.parametrize(("term", "view"), [("xterm", BarView), ("dumb", LineView)])
def test_a_terminal_that_cannot_move_its_cursor_gets_lines(
    monkeypatch: pytest.MonkeyPatch, term: str, view: type
) -> None:
    monkeypatch.setenv("TERM", term)
    console = Console(file=io.StringIO(), force_terminal=True)
    monkeypatch.setattr(progress, "stderr_console", lambda: console)
    assert type(training_view(quiet=False)) is view
