"""The learning curves of a run: training by step, evaluation by epoch, on one axis of epochs."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.analysis.smoothing import smooth, suggested_weight
from workbench.plots.chart import Axis, Chart, Color, Floats, Line, Mark

TRAINING_COLOR: Color = "cyan"
EVALUATION_COLORS: tuple[Color, ...] = ("magenta", "yellow", "green", "blue")
BEST_COLOR: Color = "green"

Points = tuple[Floats, Floats]
"""x and y, both (n,)."""


def loss_chart(
    training: Points,
    evaluations: Mapping[str, Points],
    *,
    steps_per_epoch: int,
    smoothing: float | None = None,
    log: bool = False,
) -> Chart:
    """Chart the loss of each step of training, smoothed, and of each evaluation.

    `training` has steps (counted from 0) and the batches' losses; `evaluations`
    has, by metric name, epochs done and the values then. `smoothing` is the
    weight of `smooth`, by default `suggested_weight`; 0 draws the values as they
    are, else they lie faint behind the smoothed ones.
    """
    lines = _training_lines("train/loss", training, steps_per_epoch, smoothing)
    return Chart(
        title="Loss",
        x_label="epoch",
        lines=(*lines, *_evaluation_lines(evaluations)),
        x_axis=Axis(unit="whole"),
        y_axis=Axis(scale="log" if log else "linear"),
    )


def accuracy_chart(
    training: Points,
    evaluations: Mapping[str, Points],
    *,
    steps_per_epoch: int,
    smoothing: float | None = None,
    best: tuple[float, float] | None = None,
) -> Chart:
    """Chart accuracy as `loss_chart` does loss: fractions come in, percent are shown.

    `best`, in epochs done and value, is marked.
    """
    lines = _training_lines("train/accuracy", training, steps_per_epoch, smoothing)
    return Chart(
        title="Accuracy",
        x_label="epoch",
        lines=(*lines, *_evaluation_lines(evaluations)),
        marks=_best_mark(best),
        x_axis=Axis(unit="whole"),
        y_axis=Axis(unit="percent"),
    )


def _training_lines(
    name: str, training: Points, steps_per_epoch: int, smoothing: float | None
) -> tuple[Line, ...]:
    """The smoothed curve over the faint raw one; an imported run may have neither."""
    steps, values = training
    if steps.size == 0:
        return ()
    epochs = steps / steps_per_epoch
    weight = suggested_weight(steps.size) if smoothing is None else smoothing
    if weight == 0:
        return (Line(name, epochs, values, TRAINING_COLOR),)
    return (
        Line(f"{name} raw", epochs, values, TRAINING_COLOR, faint=True),
        Line(f"{name} smoothed {weight:g}", epochs, smooth(values, weight), TRAINING_COLOR),
    )


def _evaluation_lines(evaluations: Mapping[str, Points]) -> tuple[Line, ...]:
    return tuple(
        Line(name, *points, EVALUATION_COLORS[number % len(EVALUATION_COLORS)])
        for number, (name, points) in enumerate(evaluations.items())
    )


def _best_mark(best: tuple[float, float] | None) -> tuple[Mark, ...]:
    if best is None:
        return ()
    epoch, value = best
    return (Mark(f"best {value:.2%} at epoch {epoch:g}", epoch, value, BEST_COLOR),)
