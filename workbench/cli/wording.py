"""Numbers as people read them."""

from __future__ import annotations

import math
from collections.abc import Mapping


def percent(fraction: float) -> str:
    """`92.06 %`; a dash where there is no value."""
    return f"{100 * fraction:.2f} %" if math.isfinite(fraction) else "-"


def by_set(metrics: Mapping[str, float]) -> dict[str, str]:
    """Loss and accuracy of each set: `{"val": "loss 0.3521, accuracy 88.10 %"}`."""
    words: dict[str, list[str]] = {}
    for name, value in metrics.items():
        split, _, quantity = name.partition("/")
        if quantity:
            words.setdefault(split, []).append(f"{quantity} {metric(name, value)}")
    return {split: ", ".join(parts) for split, parts in words.items()}


def number(value: float) -> str:
    """Four significant digits, thousands separated: `0.01234`, `1,234`."""
    if not math.isfinite(value):
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def metric(name: str, value: float) -> str:
    """A metric's value: accuracies in percent, others as numbers."""
    return percent(value) if name.endswith("accuracy") else number(value)


def duration(seconds: float) -> str:
    """`8 s`, `3 min 20 s`, `2 h 05 min`, `3 d 4 h`."""
    if not math.isfinite(seconds):
        return "-"
    whole = round(seconds)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    if days:
        return f"{days} d {hour} h"
    if hours:
        return f"{hours} h {minute:02} min"
    if minutes:
        return f"{minutes} min {second:02} s"
    return f"{seconds:.1f} s" if seconds < 10 else f"{whole} s"
