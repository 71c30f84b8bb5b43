"""What every mistake must end in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from click.testing import Result

from workbench.config.wording import printable


@dataclass(frozen=True)
class Refusal:
    """A mistake's end, as a person sees it."""

    message: str
    """Of the one error, without `workbench: error: `."""
    details: tuple[str, ...]
    """One line per problem, where there are several."""
    hint: str
    """Empty where the message itself says what is valid."""


def refused(result: Result) -> Refusal:
    """Exit code 2, one clear error, nothing on standard output."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    return told(result.stderr)


def refused_untouched(result: Result, runs: Path) -> Refusal:
    """The same, and no run folder is left behind."""
    refusal = refused(result)
    assert not runs.exists() or not any(runs.iterdir())
    return refusal


def told(stderr: str) -> Refusal:
    """The one error on standard error: nothing raw, no traceback, and a way on."""
    assert "Traceback" not in stderr
    lines = stderr.splitlines()
    assert all(line == printable(line) for line in lines)
    [start] = [i for i, line in enumerate(lines) if line.startswith("workbench: error: ")]
    message = lines[start].removeprefix("workbench: error: ")
    details = tuple(line.strip() for line in lines[start + 1 :] if line.startswith("  "))
    hints = [line for line in lines[start + 1 :] if line.startswith("hint: ")]
    assert len(lines) - start == 1 + len(details) + len(hints), lines
    hint = hints[0].removeprefix("hint: ") if hints else ""
    problems = details or (message,)
    assert hint or all("valid is" in line or "unknown key" in line for line in problems), lines
    return Refusal(message, details, hint)
