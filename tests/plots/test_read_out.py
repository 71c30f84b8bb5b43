"""What stands above a chart with a cursor tells the curves apart as the chart does."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.plots.chart import Axis, Chart, Color, Line
from workbench.plots.drawing import lay_out
from workbench.plots.read_out import read_out
from workbench.plots.text import Row

COLORS: list[Color] = ["cyan", "magenta", "yellow"]


def line(label: str, x: list[float], y: list[float]) -> Line:
    return Line(label, np.array(x), np.array(y), "cyan")


def at(chart: Chart, cursor: float, *, color: bool = True, unicode: bool = True) -> str:
    drawing = lay_out(chart, 80, 12, color=color, unicode=unicode)
    return "\n".join(text(row) for row in read_out(chart, drawing, cursor, 80))


def text(row: Row) -> str:
    return "".join(span.text for span in row)


def test_a_value_of_another_place_says_where_it_stands() -> None:
    steps = [float(step) for step in range(201)]
    train = line("train/loss smoothed 0.9", steps, [1 - step / 400 for step in steps])
    chart = Chart("Loss", "step", (train, line("val/loss", [100, 200], [0.5, 0.25])))
    assert at(chart, 140) == "Loss at step 140   ━━ train/loss 0.65   ━━ val/loss 0.5 at 100"
    assert at(chart, 200) == "Loss at step 200   ━━ train/loss 0.5   ━━ val/loss 0.25"


def test_places_are_written_in_the_unit_of_the_axis() -> None:
    curves = (line("a", [0, 300], [0, 1]),)
    assert at(Chart("Accuracy", "epoch", curves, y_axis=Axis(unit="percent")), 300) == (
        "Accuracy at epoch 300.00   ━━ a 100.00 %"
    )
    assert at(Chart("Loss", "time", curves), 300).startswith("Loss at 5 min")


@settings(deadline=None)
@given(
    faint=st.lists(st.booleans(), min_size=1, max_size=3),
    color=st.booleans(),
    unicode=st.booleans(),
)
def test_the_pens_are_those_of_the_drawing(
    faint: list[bool], *, color: bool, unicode: bool
) -> None:
    lines = tuple(
        Line(f"curve{number}", np.array([0.0, 1.0]), np.array([0.0, 1.0 + number]), shade, is_faint)
        for number, (is_faint, shade) in enumerate(zip(faint, COLORS, strict=False))
    )
    chart = Chart("Loss", "epoch", lines)
    drawing = lay_out(chart, 100, 12, color=color, unicode=unicode)
    legend = _pens([row for row in drawing.rows if "curve" in text(row)])
    values = _pens(read_out(chart, drawing, 1.0, 100))
    assert len(values) == faint.count(False)
    assert values.items() <= legend.items()


def _pens(rows: list[Row] | tuple[Row, ...]) -> dict[str, tuple[str, str]]:
    """The swatch and style before each name."""
    return {
        name.text.split()[0]: (swatch.text, swatch.style)
        for row in rows
        for swatch, name in pairwise(row)
        if name.text.startswith(" curve")
    }
