"""Numbers and endings as people read them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping


def percent(fraction: float) -> str:
    """`92.06 %`; a dash where there is no value."""
    return f"{100 * fraction:.2f} %" if math.isfinite(fraction) else "-"


def named(quantity: str, value: float) -> str:
    """`loss 0.3521`, `accuracy 88.10 %`, `top-5 99.20 %`."""
    return f"{spoken(quantity)} {metric(quantity, value)}"


def spoken(quantity: str) -> str:
    """A quantity as people call it."""
    return "top-5" if quantity == "top5_accuracy" else quantity


def by_set(
    metrics: Mapping[str, float], words: Callable[[str, float], str] = named
) -> dict[str, str]:
    """Loss and accuracy of each set: `{"val": "loss 0.3521, accuracy 88.10 %"}`."""
    sets: dict[str, list[str]] = {}
    for name, value in metrics.items():
        split, _, quantity = name.partition("/")
        if quantity:
            sets.setdefault(split, []).append(words(quantity, value))
    return {split: ", ".join(parts) for split, parts in sets.items()}


def number(value: float) -> str:
    """Four significant digits, thousands separated: `0.01234`, `1,234`, `3.482e+09`."""
    if not math.isfinite(value):
        return "-"
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e9 else f"{value:.4g}"


def rate(images_per_second: float) -> str:
    """`2,352 images/s`; empty while it is not known."""
    return f"{number(images_per_second)} images/s" if images_per_second > 0 else ""


def metric(name: str, value: float) -> str:
    """A metric's value: accuracies in percent, others as numbers, a loss that is none as `NaN`."""
    if name.endswith("accuracy"):
        return percent(value)
    return "NaN" if name.endswith("loss") and math.isnan(value) else number(value)


def ending(state: str, reason: str) -> str:
    """`diverged (loss became NaN ...)`; a reason that begins with the state stands alone."""
    if not reason:
        return state
    return reason if reason.startswith(state) else f"{state} ({reason})"


def size(number: int) -> str:
    """Bytes in steps of 1,000: `512 B`, `3.4 kB`, `12.0 MB`."""
    if number < 1000:
        return f"{number} B"
    scaled = float(number)
    for unit in ("kB", "MB", "GB"):
        scaled /= 1000
        if scaled < 999.95:
            return f"{scaled:.1f} {unit}"
    return f"{scaled / 1000:,.1f} TB"


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
