"""What is used of plotext, internals included, is as this program takes it to be."""

from __future__ import annotations

import threading

import plotext
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plotext._figure import _figure_class

from workbench.plots.axes import Tick
from workbench.plots.canvas import Frame, draw_frame

X_TICKS = (Tick(0.0, "0"), Tick(0.5, "5"), Tick(1.0, "10"))
Y_TICKS = (Tick(0.0, "low"), Tick(1.0, "high"))


def test_the_frame_has_axes_ticks_and_labels() -> None:
    assert draw_frame(20, 6, X_TICKS, Y_TICKS) == Frame(
        rows=(
            "high┤               ",
            "    │               ",
            "    │               ",
            " low┤               ",
            "    └┬──────┬──────┬",
            "     0      5    10 ",
        ),
        left=5,
        height=4,
    )


@settings(max_examples=25, deadline=None)
@given(width=st.integers(30, 300), height=st.integers(6, 80))
def test_no_terminal_limits_the_size(width: int, height: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "20")
        patch.setenv("LINES", "5")
        frame = draw_frame(width, height, X_TICKS, Y_TICKS)
    assert {len(row) for row in frame.rows} == {width}
    assert len(frame.rows) == height


def test_the_internals_of_plotext_are_there() -> None:
    figure = _figure_class()
    figure._limit_size(False, False)
    figure.plot_size(12, 4)
    figure.scatter([0], [0], marker=" ")
    figure.build()
    matrix = figure.monitor.matrix
    assert [len(row) for row in matrix.marker] == [12] * 4
    assert (matrix.Cols_canvas.stop, matrix.Rows_canvas.stop) == (11, 3)


def test_the_global_figure_is_left_alone() -> None:
    before = plotext._core._figure.monitor.signals
    draw_frame(30, 8, X_TICKS, Y_TICKS)
    assert plotext._core._figure.monitor.signals == before


def test_threads_do_not_disturb_each_other() -> None:
    expected = {width: draw_frame(width, 10, X_TICKS, Y_TICKS) for width in range(30, 46)}
    drawn: dict[int, Frame] = {}

    def draw(width: int) -> None:
        drawn[width] = draw_frame(width, 10, X_TICKS, Y_TICKS)

    threads = [threading.Thread(target=draw, args=(width,)) for width in expected]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert drawn == expected


def drawn_at_once(
    width: int, height: int, x_ticks: tuple[Tick, ...], y_ticks: tuple[Tick, ...]
) -> tuple[str, ...]:
    """The same frame as plotext draws it in one figure."""
    figure = _figure_class()
    figure._limit_size(False, False)
    figure.plot_size(width, height)
    figure.theme("clear")
    figure.xaxes(True, False)
    figure.yaxes(True, False)
    figure.scatter([0], [0], marker=" ")
    figure.xlim(0, 1)
    figure.ylim(0, 1)
    figure.xticks([tick.place for tick in x_ticks], [tick.label for tick in x_ticks])
    figure.yticks([tick.place for tick in y_ticks], [tick.label for tick in y_ticks])
    figure.build()
    return tuple("".join(row) for row in reversed(figure.monitor.matrix.marker))


@settings(max_examples=30, deadline=None)
@given(
    width=st.integers(30, 200),
    height=st.integers(6, 50),
    x_step=st.integers(8, 60),
    y_step=st.integers(1, 20),
    start=st.floats(0, 1),
)
def test_axes_drawn_apart_are_those_drawn_at_once(
    *, width: int, height: int, x_step: int, y_step: int, start: float
) -> None:
    columns, rows = width - 8, height - 3
    x_ticks = tuple(Tick((c + start) / columns, str(c)) for c in range(0, columns - 1, x_step))
    y_ticks = tuple(Tick((r + start) / rows, f"{r:6}") for r in range(0, rows - 1, y_step))
    frame = draw_frame(width, height, x_ticks, y_ticks)
    assert frame.rows == drawn_at_once(width, height, x_ticks, y_ticks)
