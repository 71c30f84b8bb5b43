"""The charts of a run: what is drawn, where, under which name, and the same however it came."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import orjson
import pytest

from workbench.analysis.smoothing import smooth
from workbench.plots.chart import Axis, Chart
from workbench.plots.drawing import draw
from workbench.plots.run_charts import RunCharts
from workbench.plots.style import CurveStyle
from workbench.store.history import History

STEPS_PER_EPOCH = 50
STARTED = {
    "event": "started",
    "epochs": 5,
    "steps": 100,
    "steps_per_epoch": STEPS_PER_EPOCH,
    "first_step": 0,
    "parameters": 1,
    "device": "cpu",
}
BEST = {"event": "best", "metric": "val/accuracy", "value": 0.75, "epoch": 1, "step": 100}


def write(run: Path, *records: object, attempt: int = 1) -> None:
    (run / "metrics").mkdir(exist_ok=True)
    with (run / "metrics" / f"{attempt:04}.jsonl").open("ab") as file:
        file.writelines(orjson.dumps(record) + b"\n" for record in records)


def steps(first: int, **columns: Iterable[float]) -> dict[str, object]:
    values = {name: list(column) for name, column in columns.items()}
    end = first + len(next(iter(values.values())))
    return {"event": "steps", "epoch": 0, "first_step": first, "seconds": 0.5 * end, **values}


def epoch(number: int, **metrics: float) -> dict[str, object]:
    step = STEPS_PER_EPOCH * (number + 1)
    named = {f"val/{name}": value for name, value in metrics.items()}
    record = {"event": "epoch", "epoch": number, "step": step, "metrics": named}
    return {**record, "seconds": 0.5 * step}


def noise(count: int, seed: int = 0) -> list[float]:
    values: list[float] = np.random.default_rng(seed).random(count).tolist()
    return values


def read(run: Path) -> History:
    history = History(run)
    history.update()
    return history


def charts(run: Path, *records: object) -> RunCharts:
    write(run, STARTED, *records)
    return RunCharts(read(run))


def labels(chart: Chart) -> list[str]:
    return [line.label for line in chart.lines]


def assert_same(chart: Chart, other: Chart) -> None:
    assert labels(chart) == labels(other)
    for line, of_other in zip(chart.lines, other.lines, strict=True):
        np.testing.assert_allclose(line.x, of_other.x, rtol=1e-12)
        np.testing.assert_allclose(line.y, of_other.y, rtol=1e-9)


def test_the_smoothed_curve_says_so_and_the_raw_one_lies_faint_behind(tmp_path: Path) -> None:
    values = noise(100)
    chart = charts(tmp_path, steps(0, loss=values), epoch(0, loss=0.5)).loss(
        CurveStyle(smoothing=0.5)
    )
    raw, smoothed, evaluation = chart.lines
    assert labels(chart) == ["train/loss raw", "train/loss smoothed 0.5", "val/loss"]
    assert [line.faint for line in chart.lines] == [True, False, False]
    np.testing.assert_array_equal(raw.y, values)
    np.testing.assert_array_equal(smoothed.y, smooth(np.array(values), 0.5))
    assert evaluation.y.tolist() == [0.5]
    assert evaluation.color != smoothed.color == raw.color


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        (CurveStyle(), ["train/loss raw", "train/loss smoothed 0.9"]),
        (CurveStyle(raw=False), ["train/loss smoothed 0.9"]),
        (CurveStyle(smoothing=0), ["train/loss"]),
    ],
)
def test_a_person_chooses_what_is_drawn(
    tmp_path: Path, style: CurveStyle, expected: list[str]
) -> None:
    assert labels(charts(tmp_path, steps(0, loss=noise(100))).loss(style)) == expected


@pytest.mark.parametrize(
    ("style", "third_step", "first_evaluation", "unit"),
    [
        (CurveStyle("step"), 2.0, 50.0, "whole"),
        (CurveStyle("epoch"), 0.04, 1.0, "whole"),
        (CurveStyle("time"), 1.0, 25.0, "seconds"),
    ],
)
def test_curves_stand_on_steps_epochs_done_or_time(
    tmp_path: Path, style: CurveStyle, third_step: float, first_evaluation: float, unit: str
) -> None:
    chart = charts(tmp_path, steps(0, loss=noise(50)), epoch(0, loss=0.5)).loss(style)
    assert chart.lines[0].x[2] == pytest.approx(third_step)
    assert chart.lines[-1].x.tolist() == [first_evaluation]
    assert (chart.x_label, chart.x_axis.unit) == (style.x, unit)


def test_limits_zoom_the_x_axis_and_log_is_for_the_loss(tmp_path: Path) -> None:
    subject = charts(tmp_path, steps(0, loss=noise(9), accuracy=noise(9)))
    style = CurveStyle(log=True, limits=(1.0, 2.0))
    assert subject.loss(style).x_axis == Axis(unit="whole", limits=(1.0, 2.0))
    assert subject.loss(style).y_axis.scale == "log"
    assert subject.accuracy(style).y_axis.scale == "linear"


def test_accuracy_is_in_percent_with_its_best_epoch_marked(tmp_path: Path) -> None:
    records = [steps(0, accuracy=noise(100)), epoch(0, accuracy=0.5), epoch(1, accuracy=0.75), BEST]
    chart = charts(tmp_path, *records).accuracy(CurveStyle())
    assert (chart.marks[0].x, chart.marks[0].y) == (2.0, 0.75)
    text = draw(chart, 100, 12, color=False, unicode=True)
    assert "◆ best 75.00% at epoch 2" in text
    assert re.search(r"\d0%┤", text)


def test_learning_rate_and_gradient_norm_have_charts_of_their_own(tmp_path: Path) -> None:
    subject = charts(tmp_path, steps(0, lr=[0.1, 0.2], grad_norm=[1.0, 3.0]))
    assert [line.y.tolist() for line in subject.learning_rate(CurveStyle()).lines] == [[0.1, 0.2]]
    gradient = subject.gradient_norm(CurveStyle(smoothing=0.5))
    assert labels(gradient) == ["gradient norm raw", "gradient norm smoothed 0.5"]


def test_what_a_run_did_not_record_has_no_lines(tmp_path: Path) -> None:
    subject = RunCharts(read(tmp_path))
    for draw_up in (subject.loss, subject.accuracy, subject.learning_rate, subject.gradient_norm):
        assert draw_up(CurveStyle()).lines == ()
    only_epochs = charts(tmp_path, epoch(0, loss=0.5)).loss(CurveStyle())
    assert labels(only_epochs) == ["val/loss"]


# Kept up to date


def test_a_chart_of_a_growing_run_equals_one_made_at_once(tmp_path: Path) -> None:
    write(tmp_path, STARTED)
    history = read(tmp_path)
    growing, style = RunCharts(history), CurveStyle(smoothing=0.9)
    values = [*noise(300), float("nan"), *noise(40_000, seed=1)]
    for start in range(0, len(values), 7000):
        write(tmp_path, steps(start, loss=values[start : start + 7000]))
        history.update()
        assert_same(growing.loss(style), RunCharts(read(tmp_path)).loss(style))


def test_a_run_cut_by_a_resume_is_drawn_anew(tmp_path: Path) -> None:
    write(tmp_path, STARTED, steps(0, loss=noise(100)))
    history = read(tmp_path)
    subject = RunCharts(history)
    subject.loss(CurveStyle())
    # As long as before when it is looked at again.
    resumed = {**STARTED, "first_step": 40}
    write(tmp_path, resumed, steps(40, loss=noise(60, seed=1)), attempt=2)
    history.update()
    chart = subject.loss(CurveStyle())
    assert_same(chart, RunCharts(read(tmp_path)).loss(CurveStyle()))
    assert chart.lines[0].y[40:].tolist() == noise(60, seed=1)


def test_a_long_run_is_drawn_with_few_points_that_keep_its_extremes(tmp_path: Path) -> None:
    values = noise(100_000)
    values[12_345], values[67_890] = 9.0, -9.0
    (line,) = charts(tmp_path, steps(0, loss=values)).loss(CurveStyle("step", smoothing=0)).lines
    assert line.x.size < 10_000
    assert (line.x[0], line.x[-1]) == (0, 99_999)
    assert {(12_345.0, 9.0), (67_890.0, -9.0)} <= set(zip(line.x, line.y, strict=True))


def test_a_zoom_into_a_long_run_shows_every_step(tmp_path: Path) -> None:
    values = noise(100_000)
    style = CurveStyle("step", smoothing=0, limits=(50_000.0, 50_100.0))
    (line,) = charts(tmp_path, steps(0, loss=values)).loss(style).lines
    inside = (line.x >= 50_000) & (line.x <= 50_100)
    np.testing.assert_array_equal(line.y[inside], values[50_000:50_101])
    assert line.x[0] < 50_000
    assert line.x[-1] > 50_100


def test_on_a_log_axis_zeros_hide_no_other_value(tmp_path: Path) -> None:
    values = np.where(np.arange(40_000) % 3 == 0, 0.0, noise(40_000)).tolist()
    style = CurveStyle(log=True, smoothing=0)
    (line,) = charts(tmp_path, steps(0, loss=values)).loss(style).lines
    assert (line.y[1:-64] > 0).all()


# Where points stand


def unstarted(run: Path, *records: object) -> RunCharts:
    write(run, *records)
    return RunCharts(read(run))


def test_without_a_start_epochs_are_as_long_as_the_evaluations_tell(tmp_path: Path) -> None:
    records = [steps(0, loss=noise(100)), epoch(0, loss=0.5), epoch(1, loss=0.4)]
    chart = unstarted(tmp_path, *records).loss(CurveStyle("epoch", smoothing=0))
    train, evaluation = chart.lines
    assert chart.x_label == "epoch"
    assert train.x[-1] == pytest.approx(99 / 50)
    assert evaluation.x.tolist() == [1, 2]


def test_where_nothing_tells_how_long_epochs_are_there_are_steps(tmp_path: Path) -> None:
    chart = unstarted(tmp_path, steps(0, loss=noise(9))).loss(CurveStyle("epoch", smoothing=0))
    assert (chart.x_label, chart.lines[0].x[-1]) == ("step", 8)


def test_an_evaluation_within_an_epoch_stands_where_training_ended(tmp_path: Path) -> None:
    best = {**BEST, "epoch": 0, "step": 9}
    early = {**epoch(0, loss=0.5, accuracy=0.75), "step": 9}
    subject = charts(tmp_path, steps(0, loss=noise(9), accuracy=noise(9)), early, best)
    place = 9 / STEPS_PER_EPOCH
    assert subject.loss(CurveStyle()).lines[-1].x.tolist() == [place]
    assert subject.accuracy(CurveStyle()).marks[0].x == place


def test_the_reach_is_from_the_first_point_to_the_last_whatever_is_zoomed(tmp_path: Path) -> None:
    subject = charts(tmp_path, steps(0, loss=noise(100)), epoch(0, loss=0.5), epoch(1, loss=0.5))
    assert subject.reach("step") == (0, 100)
    assert subject.reach("epoch") == (0, 2)
    assert subject.reach("time") == (0, 50)
    assert RunCharts(read(tmp_path / "none")).reach("step") is None


# Prepared beforehand


LONG = 40_000


@pytest.mark.parametrize(
    "style",
    [CurveStyle(), CurveStyle(smoothing=0.5), CurveStyle(log=True), CurveStyle(smoothing=0)],
)
def test_what_was_prepared_draws_the_same_also_of_steps_that_came_since(
    tmp_path: Path, style: CurveStyle
) -> None:
    write(tmp_path, STARTED, steps(0, loss=noise(LONG), lr=noise(LONG)))
    history = read(tmp_path)
    subject = RunCharts(history)
    preparation = subject.preparation(style)
    assert preparation is not None
    write(tmp_path, steps(LONG, loss=noise(500, seed=1), lr=noise(500)))
    history.update()
    preparation.run()
    subject.adopt(preparation)
    fresh = RunCharts(read(tmp_path))
    assert subject.preparation(style) is None
    assert_same(subject.loss(style), fresh.loss(style))
    assert_same(subject.learning_rate(style), fresh.learning_rate(style))


def test_only_a_new_basis_of_a_chart_that_is_wanted_is_prepared(tmp_path: Path) -> None:
    subject = charts(tmp_path, steps(0, loss=noise(LONG), accuracy=noise(LONG)))
    subject.loss(CurveStyle())
    assert subject.preparation(CurveStyle("step", raw=False, limits=(0, 9)), ["loss"]) is None
    assert subject.preparation(CurveStyle(log=True), ["accuracy"]) is not None
    subject.accuracy(CurveStyle())
    assert subject.preparation(CurveStyle(log=True), ["accuracy"]) is None
    assert subject.preparation(CurveStyle(log=True), ["loss"]) is not None


def test_a_short_run_needs_no_preparation(tmp_path: Path) -> None:
    assert charts(tmp_path, steps(0, loss=noise(100))).preparation(CurveStyle()) is None
