"""A drawing has the asked size, says what it shows, and shows it in any terminal."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from rich.cells import cell_len

from workbench.plots.chart import Axis, Chart, Line, Mark
from workbench.plots.drawing import draw, lay_out

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
NAN = float("nan")


def line(label: str, *y: float, **options: bool) -> Line:
    return Line(label, np.arange(len(y), dtype=np.float64), np.array(y), "cyan", **options)


def chart(*lines: Line, marks: tuple[Mark, ...] = (), y_axis: Axis = Axis()) -> Chart:  # noqa: B008 - frozen
    return Chart("Loss", "epoch", lines, marks, Axis(unit="whole"), y_axis)


def plain(subject: Chart, width: int = 40, height: int = 9) -> list[str]:
    return draw(subject, width, height, color=False, unicode=False).splitlines()


def test_a_plain_drawing_reads_like_this() -> None:
    assert plain(chart(line("train/loss", 2, 1, 0.5, 0.25, 0))) == [
        "Loss   ** train/loss",
        "     2+**",
        "      |  *****",
        "     1+       ***",
        "      |          *****",
        "      |               *************",
        "     0+                            *****",
        "      ++-------+-------+-------+-- epoch",
        "       0       1       2       3       4",
    ]


def test_braille_has_finer_lines() -> None:
    text = draw(chart(line("train/loss", 2, 1, 0.5)), 40, 8, color=False, unicode=True)
    assert "━━ train/loss" in text
    assert any(0x2800 < ord(character) < 0x2900 for character in text)


def test_colours_tell_curves_apart_and_only_where_they_are_wanted() -> None:
    subject = chart(line("a", 1, 2), line("b", 2, 1))
    assert "\x1b[36m━━\x1b[0m a" in draw(subject, 40, 8, color=True, unicode=True)
    assert "\x1b" not in draw(subject, 40, 8, color=False, unicode=True)


def test_letters_tell_curves_apart_without_colour() -> None:
    text = draw(chart(line("a", 1, 2), line("b", 2, 1)), 60, 12, color=False, unicode=True)
    head, *body = text.splitlines()
    assert "━A━ a   ━B━ b" in head
    assert {"A", "B"} <= set("".join(body))


def test_glyphs_tell_curves_apart_without_unicode() -> None:
    head, *body = plain(chart(line("a", 1, 2), line("b", 2, 1)))
    assert head == "Loss   ** a   oo b"
    assert {"*", "o"} <= set("".join(body))


def test_a_faint_line_needs_colour() -> None:
    subject = chart(line("raw", 3, 1, faint=True), line("smoothed", 2, 1))
    assert "raw" not in "\n".join(plain(subject))
    assert "\x1b[2;36m━━\x1b[0m raw" in draw(subject, 60, 8, color=True, unicode=True)


def test_a_mark_stands_on_its_curve_and_in_the_legend() -> None:
    rows = plain(chart(line("a", 0, 4, 0), marks=(Mark("best 4", 1.0, 4.0, "green"),)))
    assert "@ best 4" in rows[0]
    assert rows[1] == "     4+               *@*"


@pytest.mark.parametrize("lines", [(), (line("a"),), (line("a", NAN, NAN),), (line("a", np.inf),)])
def test_without_finite_values_it_says_so(lines: tuple[Line, ...]) -> None:
    rows = plain(chart(*lines))
    assert rows[0].startswith("Loss")
    assert any(row.strip() == "no finite values yet" for row in rows)


def test_an_empty_curve_beside_a_full_one_is_named() -> None:
    assert "b (no finite values yet)" in "\n".join(plain(chart(line("a", 1, 2), line("b", NAN))))


def test_a_constant_is_a_level_line_between_ticks() -> None:
    rows = plain(chart(line("a", 2.0, 2.0, 2.0)))
    assert sum("***" in row for row in rows[1:]) == 1


def test_a_single_point_is_drawn() -> None:
    assert sum("*" in row for row in plain(chart(line("a", 2.0)))[1:]) == 1


def test_values_that_a_log_axis_cannot_hold_are_gaps() -> None:
    rows = plain(chart(line("a", 10, 1, 0, 0.1, 0.01), y_axis=Axis(scale="log")), height=12)
    assert [row[:7] for row in rows if row[6:7] == "+" and row[:6].strip()] == [
        "    10+",
        "     1+",
        "   0.1+",
        "  0.01+",
    ]
    assert not any(row[22:24].strip() for row in rows[1:-2])


def test_too_little_room_is_said() -> None:
    assert plain(chart(line("a", 1, 2)), 29, 3) == ["", " a chart needs 30 x 6 cells"]
    assert len(plain(chart(line("a", 1, 2)), 30, 6)) == 6


def test_control_characters_do_not_reach_the_terminal() -> None:
    text = draw(chart(line("\x1b]0;title\a\n", 1, 2)), 60, 8, color=True, unicode=True)
    assert "?]0;title??" in text
    assert "\x1b]" not in text


any_value = st.one_of(
    st.floats(width=64), st.sampled_from([NAN, float("inf"), 0.0, -1.0, 1e38, 1e-38, 5e-324])
)
any_line = st.builds(
    lambda label, y, faint: line(label, *y, faint=faint),
    label=st.text(max_size=50),
    y=arrays(np.float64, st.integers(0, 300), elements=any_value, fill=any_value),
    faint=st.booleans(),
)
any_axis = st.builds(
    Axis,
    scale=st.sampled_from(["linear", "log"]),
    unit=st.sampled_from(["number", "whole", "percent"]),
)
any_chart = st.builds(
    Chart,
    title=st.text(max_size=30),
    x_label=st.text(max_size=20),
    lines=st.lists(any_line, max_size=4).map(tuple),
    marks=st.lists(
        st.builds(Mark, st.text(max_size=20), any_value, any_value, st.just("green")), max_size=2
    ).map(tuple),
    x_axis=any_axis,
    y_axis=any_axis,
)


@settings(deadline=None, max_examples=150)
@given(
    subject=any_chart,
    width=st.integers(0, 220),
    height=st.integers(1, 45),
    color=st.booleans(),
    unicode=st.booleans(),
)
def test_any_chart_of_any_size_is_exactly_as_high_and_no_wider_than_asked(
    subject: Chart, width: int, height: int, color: bool, unicode: bool
) -> None:
    text = draw(subject, width, height, color=color, unicode=unicode)
    rows = ESCAPE.sub("", text).split("\n")
    assert len(rows) == height
    assert all(cell_len(row) <= width for row in rows)
    assert color or "\x1b" not in text
    assert unicode or text.isascii()


# Limits and cursors


def test_a_zoomed_chart_shows_what_lies_within_its_limits_up_to_the_edges() -> None:
    zoomed = replace(chart(line("a", 0, 0, 10, 10, 99)), x_axis=Axis(limits=(1.5, 3.0)))
    rows = plain(zoomed)
    assert rows[-1].split() == ["1.5", "2.0", "2.5", "3.0"]
    y_labels = [row[:6].strip() for row in rows[1:-2] if row[6] == "+"]
    assert y_labels == ["10", "8", "6"]  # the curve is at 5 where it comes in
    assert any(row[7] == "*" for row in rows[1:-2])
    assert any(row[39:] == "*" for row in rows[1:-2])


def test_marks_outside_the_limits_are_left_out() -> None:
    marks = (Mark("early", 0.0, 1.0, "green"), Mark("late", 3.0, 1.0, "green"))
    zoomed = replace(chart(line("a", 1, 1, 1, 1), marks=marks), x_axis=Axis(limits=(2.0, 3.0)))
    assert plain(zoomed)[0] == "Loss   ** a   @ late"


def test_an_empty_part_of_a_chart_says_that_it_is_empty() -> None:
    zoomed = replace(chart(line("a", 1, 2)), x_axis=Axis(limits=(7.0, 8.0)))
    rows = plain(zoomed, 60)
    assert rows[0] == "Loss   ** a (nothing within these limits)"
    assert any(row.strip() == "nothing within these limits" for row in rows[1:])


limits = st.one_of(st.none(), st.tuples(any_value, any_value))


@settings(deadline=None, max_examples=150)
@given(subject=any_chart, x_limits=limits, y_limits=limits)
def test_any_limits_can_be_drawn(
    subject: Chart, x_limits: tuple[float, float] | None, y_limits: tuple[float, float] | None
) -> None:
    subject = replace(
        subject,
        x_axis=replace(subject.x_axis, limits=x_limits),
        y_axis=replace(subject.y_axis, limits=y_limits),
    )
    text = draw(subject, 60, 12, color=True, unicode=True)
    assert len(text.split("\n")) == 12


@pytest.mark.parametrize("scale", ["linear", "log"])
@pytest.mark.parametrize("x_limits", [None, (2.0, 50.0)])
def test_a_column_of_the_canvas_and_its_value_belong_together(
    scale: Literal["linear", "log"], x_limits: tuple[float, float] | None
) -> None:
    subject = replace(chart(line("a", *range(1, 100))), x_axis=Axis(scale, limits=x_limits))
    canvas = lay_out(subject, 80, 20, color=True, unicode=True).canvas
    assert canvas is not None
    assert [canvas.column_of(canvas.x_at(column)) for column in range(canvas.columns)] == list(
        range(canvas.columns)
    )
    low, high = x_limits or (1.0 if scale == "log" else 0.0, 98.0)
    assert canvas.x_at(0) == pytest.approx(low)
    assert canvas.x_at(canvas.columns - 1) == pytest.approx(high)


def test_the_canvas_lies_where_the_curves_are_drawn() -> None:
    drawing = lay_out(chart(line("a", 1, 1, 1)), 40, 9, color=False, unicode=False)
    canvas = drawing.canvas
    assert canvas is not None
    rows = ["".join(span.text for span in row) for row in drawing.rows]
    inside = [row[canvas.left :] for row in rows[canvas.top : canvas.top + canvas.rows]]
    assert "*" * canvas.columns in inside
    assert all(row[canvas.left - 1] in "|+" for row in rows[canvas.top : canvas.top + canvas.rows])


def test_without_a_drawing_there_is_no_canvas() -> None:
    assert lay_out(chart(), 40, 9, color=True, unicode=True).canvas is None


def test_a_value_off_the_axis_has_no_column_on_it() -> None:
    canvas = lay_out(chart(line("a", 1, 2, 3)), 40, 9, color=True, unicode=True).canvas
    assert canvas is not None
    assert canvas.column_of(NAN) == -1
    assert canvas.column_of(-100.0) < 0
    assert canvas.column_of(100.0) >= canvas.columns
