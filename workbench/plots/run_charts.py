"""The curves of a run: training by step, evaluation by epoch, kept up to date as it trains."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import numpy as np

from workbench.analysis.smoothing import suggested_weight
from workbench.plots.chart import Axis, Chart, Color, Floats, Line, Mark
from workbench.plots.curves import Basis, StepCurve
from workbench.plots.style import CurveStyle, XAxis
from workbench.store.columns import IntArray
from workbench.store.history import History

TRAINING_COLOR: Color = "cyan"
EVALUATION_COLORS: dict[str, Color] = {"val": "magenta", "test": "yellow"}
BEST_COLOR: Color = "green"

X_UNITS: dict[XAxis, Literal["whole", "seconds"]] = {
    "step": "whole",
    "epoch": "whole",
    "time": "seconds",
}


class RunCharts:
    """Draws up the charts of one run, and keeps what it computed for the next time.

    A chart shows what `history` holds when it is asked for; only what was appended since the
    last time costs work. It has no lines where the run recorded nothing of the kind.
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self._curves: dict[str, StepCurve] = {}

    def loss(self, style: CurveStyle) -> Chart:
        """Chart each batch's loss, smoothed over the values themselves, and each evaluation's."""
        lines = self._steps("train/loss", "loss", style, log=style.log)
        y_axis = Axis(scale="log" if style.log else "linear")
        return _chart("Loss", (*lines, *self._evaluations("loss", style)), style, y_axis)

    def accuracy(self, style: CurveStyle) -> Chart:
        """As `loss`: fractions come in, percent are shown, and the best epoch is marked."""
        lines = self._steps("train/accuracy", "accuracy", style)
        lines = (*lines, *self._evaluations("accuracy", style))
        return _chart("Accuracy", lines, style, Axis(unit="percent"), self._best_accuracy(style))

    def learning_rate(self, style: CurveStyle) -> Chart:
        """Chart each step's learning rate, never smoothed."""
        lines = self._steps("learning rate", "lr", replace(style, smoothing=0))
        return _chart("Learning rate", lines, style)

    def gradient_norm(self, style: CurveStyle) -> Chart:
        """Chart the global norm of each step's gradient before clipping, smoothed like the loss."""
        return _chart("Gradient norm", self._steps("gradient norm", "grad_norm", style), style)

    def _steps(
        self, name: str, column: str, style: CurveStyle, *, log: bool = False
    ) -> tuple[Line, ...]:
        """The smoothed curve over the faint raw one; an imported run may have neither."""
        steps = self._history.steps
        if column not in steps or not len(steps):
            return ()
        weight = suggested_weight(len(steps)) if style.smoothing is None else style.smoothing
        curve = self._curve(column, Basis(weight, log, steps.cuts))
        place, limits = self._place(style.x), style.limits
        if weight == 0:
            return (Line(name, *curve.raw(steps, place, limits), TRAINING_COLOR),)
        label = f"{name} smoothed {weight:g}"
        line = Line(label, *curve.smoothed(steps, place, limits), TRAINING_COLOR)
        if not style.raw:
            return (line,)
        raw = curve.raw(steps, place, limits)
        return (Line(f"{name} raw", *raw, TRAINING_COLOR, faint=True), line)

    def _curve(self, column: str, basis: Basis) -> StepCurve:
        curve = self._curves.get(column)
        if curve is None or curve.basis != basis:
            curve = self._curves[column] = StepCurve(column, basis)
        return curve

    def _evaluations(self, quantity: str, style: CurveStyle) -> tuple[Line, ...]:
        """Each set's evaluations; that of epoch 0 stands at 1, where it was made."""
        lines = []
        for split, color in EVALUATION_COLORS.items():
            series = self._history.series(name := f"{split}/{quantity}")
            if len(series.values):
                x = self._x_of(series.epochs + 1, series.steps, style.x)
                lines.append(Line(name, x, series.values, color))
        return tuple(lines)

    def _best_accuracy(self, style: CurveStyle) -> tuple[Mark, ...]:
        best = self._history.best
        if best is None or not best.metric.endswith("accuracy"):
            return ()
        x = self._x_of(np.array([best.epoch + 1]), np.array([best.step]), style.x)
        label = f"best {best.value:.2%} at epoch {best.epoch + 1}"
        return (Mark(label, float(x[0]), best.value, BEST_COLOR),)

    def _x_of(self, epochs: IntArray, steps: IntArray, x: XAxis) -> Floats:
        """Where a point stands that came after so many epochs and steps."""
        return epochs.astype(np.float64) if x == "epoch" else self._place(x)(steps)

    def _place(self, x: XAxis) -> Callable[[IntArray], Floats]:
        """Puts counts of steps on the x axis."""
        if x == "time":
            return self._history.seconds_at
        started = self._history.started
        divisor = max(started.steps_per_epoch, 1) if x == "epoch" and started else 1
        return lambda steps: steps / divisor


def _chart(
    title: str,
    lines: tuple[Line, ...],
    style: CurveStyle,
    y_axis: Axis = Axis(),  # noqa: B008 - frozen
    marks: tuple[Mark, ...] = (),
) -> Chart:
    x_axis = Axis(unit=X_UNITS[style.x], limits=style.limits)
    return Chart(title, style.x, lines, marks, x_axis, y_axis)
