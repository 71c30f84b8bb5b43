"""The learning curves of a run: what is drawn, where, and under which name."""

from __future__ import annotations

import numpy as np

from workbench.analysis.smoothing import smooth
from workbench.plots.chart import Axis
from workbench.plots.curves import accuracy_chart, loss_chart
from workbench.plots.drawing import draw

STEPS = np.arange(100.0)
VALUES = np.linspace(2.0, 1.0, 100)
EPOCHS = {"val/loss": (np.arange(1.0, 11.0), np.linspace(2.0, 1.2, 10))}


def test_training_stands_on_an_axis_of_epochs() -> None:
    raw, smoothed, _ = loss_chart((STEPS, VALUES), EPOCHS, steps_per_epoch=10).lines
    np.testing.assert_array_equal(raw.x, STEPS / 10)
    np.testing.assert_array_equal(smoothed.x, STEPS / 10)


def test_the_smoothed_curve_says_so_and_the_raw_one_lies_faint_behind() -> None:
    chart = loss_chart((STEPS, VALUES), EPOCHS, steps_per_epoch=10, smoothing=0.5)
    raw, smoothed, evaluation = chart.lines
    assert [line.label for line in chart.lines] == [
        "train/loss raw",
        "train/loss smoothed 0.5",
        "val/loss",
    ]
    assert [line.faint for line in chart.lines] == [True, False, False]
    np.testing.assert_array_equal(raw.y, VALUES)
    np.testing.assert_array_equal(smoothed.y, smooth(VALUES, 0.5))
    np.testing.assert_array_equal(evaluation.y, EPOCHS["val/loss"][1])


def test_without_smoothing_there_is_one_training_curve() -> None:
    chart = loss_chart((STEPS, VALUES), {}, steps_per_epoch=10, smoothing=0)
    assert [line.label for line in chart.lines] == ["train/loss"]


def test_a_short_run_is_smoothed_with_a_weight_of_nine_tenths() -> None:
    chart = loss_chart((STEPS, VALUES), {}, steps_per_epoch=10)
    assert chart.lines[1].label == "train/loss smoothed 0.9"


def test_a_run_without_step_values_shows_its_epochs_alone() -> None:
    chart = loss_chart((np.array([]), np.array([])), EPOCHS, steps_per_epoch=10)
    assert [line.label for line in chart.lines] == ["val/loss"]


def test_curves_of_a_chart_differ_in_colour() -> None:
    many = {f"set-{number}/loss": EPOCHS["val/loss"] for number in range(4)}
    colors = [line.color for line in loss_chart((STEPS, VALUES), many, steps_per_epoch=10).lines]
    assert len(set(colors[1:])) == 5


def test_loss_may_stand_on_a_log_axis() -> None:
    assert loss_chart((STEPS, VALUES), {}, steps_per_epoch=10, log=True).y_axis.scale == "log"


def test_accuracy_is_in_percent_with_its_best_epoch_marked() -> None:
    evaluations = {"val/accuracy": (np.array([1.0, 2.0]), np.array([0.5, 0.75]))}
    chart = accuracy_chart((STEPS, VALUES / 2), evaluations, steps_per_epoch=50, best=(2.0, 0.75))
    assert chart.y_axis == Axis(unit="percent")
    text = draw(chart, 100, 12, color=False, unicode=True)
    assert "◆ best 75.00% at epoch 2" in text
    assert "80%┤" in text
