"""Round values between two others, and how to write them, all of an axis alike."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

MINUTE, HOUR, DAY = 60, 3600, 86400
ROUND_TIMES = (
    *(1, 2, 5, 10, 15, 30),
    *(MINUTE * count for count in (1, 2, 5, 10, 15, 30)),
    *(HOUR * count for count in (1, 2, 3, 6, 12)),
)
"""Seconds; below the first and above the last, seconds and days are counted as other numbers."""

FEW = 3
"""Up to so many minutes are written in seconds, and up to so many hours in minutes."""


def round_values(low: float, high: float, most: int, *, finest: float = 0.0) -> list[float]:
    """All multiples of a step of 1, 2 or 5 times a power of ten; the finest step that fits."""
    power = math.floor(math.log10((high - low) / most))
    for step in (factor * 10.0**p for p in itertools.count(power) for factor in (1, 2, 5)):
        values = multiples(low, high, step)
        if step >= finest and len(values) <= most:
            return values
    raise AssertionError("a step wider than the axis has at most two multiples")


def multiples(low: float, high: float, step: float) -> list[float]:
    return [number * step for number in _numbers(low, high, step)]


def _numbers(low: float, high: float, step: float) -> range:
    # The tolerance keeps a limit that is a multiple but for its last bit.
    return range(math.ceil(low / step - 1e-6), math.floor(high / step + 1e-6) + 1)


def number_labels(values: list[float], *, percent: bool) -> list[str]:
    """Write values with the same number of decimals, as many as they need; huge ones with e."""
    shown = [100 * value if percent else value for value in values]
    unit = "%" if percent else ""
    largest = max(map(abs, shown), default=0.0) or 1.0
    if not 1e-4 <= largest < 1e7:
        return [_scientific(value) + unit for value in shown]
    digits = max(0, 11 - math.ceil(math.log10(largest)))
    texts = [f"{value:.{digits}f}" for value in shown]
    decimals = max(len(text.rstrip("0").partition(".")[2]) for text in texts)
    return [f"{value:.{decimals}f}{unit}" for value in shown]


def _scientific(value: float) -> str:
    mantissa, exponent = f"{value:.10e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}" if value else "0"


def time_ticks(low: float, high: float, most: int) -> tuple[list[float], list[str]]:
    """Round times between two times in seconds, as `round_values`, and how to write them."""
    step = next((each for each in ROUND_TIMES if _fits(low, high, each, most)), DAY)
    if step == ROUND_TIMES[0]:
        values = round_values(low, high, most)  # also finer ones
        return values, [f"{label} s" for label in number_labels(values, percent=False)]
    if step == DAY:
        days = round_values(low / DAY, high / DAY, most, finest=1.0)
        labels = number_labels(days, percent=False)
        return [DAY * day for day in days], [f"{label} d" for label in labels]
    values = multiples(low, high, step)
    return values, list(_time_labels(values, step))


def _fits(low: float, high: float, step: float, most: int) -> bool:
    # Not len: of a second there may be more multiples than a length can be.
    numbers = _numbers(low, high, step)
    return numbers.stop - numbers.start <= most


def _time_labels(values: list[float], step: int) -> Iterator[str]:
    """In the unit of the step; where these would be many, with the next larger unit too."""
    unit, larger, names = (1, MINUTE, "sm") if step < MINUTE else (MINUTE, HOUR, "mh")
    if step >= HOUR:
        yield from (f"{round(value / HOUR)} h" for value in values)
    elif max(map(abs, values), default=0) > FEW * larger:
        for value in values:
            whole, rest = divmod(round(abs(value)), larger)
            yield f"{'-' if value < 0 else ''}{whole}{names[1]}{rest // unit:02}"
    else:
        suffix = "min" if unit == MINUTE else "s"
        yield from (f"{round(value / unit)} {suffix}" for value in values)
