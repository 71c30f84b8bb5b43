"""The curves of a run: training by step, evaluation by epoch, kept up to date as it trains."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from workbench.analysis.smoothing import suggested_weight
from workbench.plots.chart import Axis, Chart, Color, Floats, Line, Mark
from workbench.plots.curves import EXACT, Basis, Place, StepCurve
from workbench.plots.style import CurveStyle, XAxis
from workbench.store.columns import IntArray
from workbench.store.history import History

TRAINING_COLOR: Color = "cyan"
EVALUATION_COLORS: dict[str, Color] = {"val": "magenta", "test": "yellow"}
BEST_COLOR: Color = "green"

COLUMNS = {
    "loss": "loss",
    "accuracy": "accuracy",
    "learning_rate": "lr",
    "gradient_norm": "grad_norm",
}
"""The column of the steps that each chart shows, by the chart's method."""

X_UNITS: dict[XAxis, Literal["whole", "seconds"]] = {
    "step": "whole",
    "epoch": "whole",
    "time": "seconds",
}


@dataclass(frozen=True, eq=False)
class Preparation:
    """Curves of many steps that are still to be computed."""

    curves: dict[str, StepCurve]
    index: IntArray
    """Steps, shape (n,)."""
    values: dict[str, Floats]
    """By column, each (n,)."""

    def run(self) -> None:
        for column, curve in self.curves.items():
            curve.prepare(self.index, self.values[column])


@dataclass(frozen=True)
class XPlaces:
    """An x axis, and where on it a step stands."""

    name: XAxis
    steps: Place | None
    """Puts counts of steps on the axis; None where no steps are known, only epochs."""

    def place(self, steps: IntArray) -> Floats:
        return np.full(steps.shape, np.nan) if self.steps is None else self.steps(steps)

    def after(self, epochs: IntArray, steps: IntArray) -> Floats:
        """Where a point stands that came with the end of an epoch, after so many steps."""
        return (epochs + 1).astype(np.float64) if self.steps is None else self.steps(steps)


class RunCharts:
    """Draws up the charts of one run, and keeps what it computed for the next time.

    A chart shows what `history` holds when it is asked for; only what was appended since the
    last time costs work. It has no lines where the run recorded nothing of the kind.
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self._curves: dict[str, StepCurve] = {}

    def preparation(self, style: CurveStyle, charts: Iterable[str] = COLUMNS) -> Preparation | None:
        """The long computations that these charts need first; None where there are none.

        They are of the steps that there are now, and may run in a thread while others come.
        """
        steps = self._history.steps
        if len(steps) <= EXACT:
            return None
        curves = {
            column: StepCurve(column, basis)
            for column in map(COLUMNS.__getitem__, charts)
            if column in steps
            and (basis := self._basis(column, style)) != self._basis_there_is(column)
        }
        values = {column: steps[column] for column in curves}
        return Preparation(curves, steps.index, values) if curves else None

    def adopt(self, done: Preparation) -> None:
        """Draw by what was prepared."""
        self._curves.update(done.curves)

    def reach(self, x: XAxis) -> tuple[float, float] | None:
        """Where on the x axis the first and the last of all points stand, if anywhere."""
        history, axis = self._history, self._x_axis(x)
        ends = [axis.place(index[[0, -1]]) for index in [history.steps.index] if index.size]
        ends += [
            axis.after(series.epochs, series.steps)
            for series in map(history.series, history.metrics)
        ]
        places = np.concatenate(ends) if ends else np.empty(0)
        places = places[np.isfinite(places)]
        return (float(places.min()), float(places.max())) if places.size else None

    def loss(self, style: CurveStyle) -> Chart:
        """Chart each batch's loss, smoothed over the values themselves, and each evaluation's."""
        lines = (*self._steps("train/loss", "loss", style), *self._evaluations("loss", style))
        y_axis = Axis(scale="log" if style.log else "linear")
        return self._chart("Loss", lines, style, y_axis)

    def accuracy(self, style: CurveStyle) -> Chart:
        """As `loss`: fractions come in, percent are shown, and the best epoch is marked."""
        lines = self._steps("train/accuracy", "accuracy", style)
        lines = (*lines, *self._evaluations("accuracy", style))
        return self._chart(
            "Accuracy", lines, style, Axis(unit="percent"), self._best_accuracy(style)
        )

    def learning_rate(self, style: CurveStyle) -> Chart:
        """Chart each step's learning rate, never smoothed."""
        return self._chart("Learning rate", self._steps("learning rate", "lr", style), style)

    def gradient_norm(self, style: CurveStyle) -> Chart:
        """Chart the global norm of each step's gradient before clipping, smoothed like the loss."""
        lines = self._steps("gradient norm", "grad_norm", style)
        return self._chart("Gradient norm", lines, style)

    def _steps(self, name: str, column: str, style: CurveStyle) -> tuple[Line, ...]:
        """The smoothed curve over the faint raw one; an imported run may have neither."""
        steps = self._history.steps
        if column not in steps or not len(steps):
            return ()
        curve = self._curve(column, self._basis(column, style))
        place, limits, weight = self._x_axis(style.x).place, style.limits, curve.basis.weight
        if weight == 0:
            return (Line(name, *curve.raw(steps, place, limits), TRAINING_COLOR),)
        label = f"{name} smoothed {weight:g}"
        line = Line(label, *curve.smoothed(steps, place, limits), TRAINING_COLOR)
        if not style.raw:
            return (line,)
        raw = curve.raw(steps, place, limits)
        return (Line(f"{name} raw", *raw, TRAINING_COLOR, faint=True), line)

    def _curve(self, column: str, basis: Basis) -> StepCurve:
        if self._basis_there_is(column) != basis:
            self._curves[column] = StepCurve(column, basis)
        return self._curves[column]

    def _basis(self, column: str, style: CurveStyle) -> Basis:
        """What the column's curve is computed for; a learning rate has no noise to smooth."""
        steps = self._history.steps
        weight = suggested_weight(len(steps)) if style.smoothing is None else style.smoothing
        is_log = style.log and column == "loss"
        return Basis(0.0 if column == "lr" else weight, is_log, steps.cuts)

    def _basis_there_is(self, column: str) -> Basis | None:
        curve = self._curves.get(column)
        return curve.basis if curve else None

    def _evaluations(self, quantity: str, style: CurveStyle) -> tuple[Line, ...]:
        """Each set's evaluations, after the steps that were done; that of epoch 0 at 1."""
        lines = []
        for split, color in EVALUATION_COLORS.items():
            series = self._history.series(name := f"{split}/{quantity}")
            if len(series.values):
                x = self._x_axis(style.x).after(series.epochs, series.steps)
                lines.append(Line(name, x, series.values, color))
        return tuple(lines)

    def _best_accuracy(self, style: CurveStyle) -> tuple[Mark, ...]:
        best = self._history.best
        if best is None or not best.metric.endswith("accuracy"):
            return ()
        x = self._x_axis(style.x).after(np.array([best.epoch]), np.array([best.step]))
        label = f"best {best.value:.2%} at epoch {best.epoch + 1}"
        return (Mark(label, float(x[0]), best.value, BEST_COLOR),)

    def _x_axis(self, x: XAxis) -> XPlaces:
        """The axis that was asked for; steps where nothing tells how many make an epoch."""
        if x == "time":
            return XPlaces("time", self._history.seconds_at)
        if x == "epoch" and (length := self._steps_per_epoch()):
            return XPlaces("epoch", lambda steps: steps / length)
        if x == "epoch" and not len(self._history.steps):
            return XPlaces("epoch", None)
        return XPlaces("step", lambda steps: steps.astype(np.float64))

    def _steps_per_epoch(self) -> float:
        """As the run said when it started, else as its evaluations tell; 0 if nothing does."""
        history = self._history
        if history.started is not None:
            return max(history.started.steps_per_epoch, 1)
        lengths = [
            series.steps / (series.epochs + 1) for series in map(history.series, history.metrics)
        ]
        # Not the mean: training may have ended within an epoch.
        return float(np.median(np.concatenate(lengths))) if lengths else 0.0

    def _chart(
        self,
        title: str,
        lines: tuple[Line, ...],
        style: CurveStyle,
        y_axis: Axis = Axis(),  # noqa: B008 - frozen
        marks: tuple[Mark, ...] = (),
    ) -> Chart:
        x = self._x_axis(style.x).name
        return Chart(title, x, lines, marks, Axis(unit=X_UNITS[x], limits=style.limits), y_axis)
