"""How a training ends for a script."""

import signal

import pytest

from workbench.cli.training import exit_code
from workbench.store.status import State, Status


@pytest.mark.parametrize(
    ("state", "received", "code"),
    [
        ("finished", 0, 0),
        ("finished", signal.SIGINT, 0),  # it came too late to stop anything
        ("stopped", 0, 0),
        ("stopped", signal.SIGINT, 130),
        ("stopped", signal.SIGTERM, 143),
        ("diverged", 0, 1),
        ("diverged", signal.SIGINT, 1),
        ("failed", 0, 1),
    ],
)
def test_the_exit_code_follows_how_the_run_ended(state: State, received: int, code: int) -> None:
    assert exit_code(Status(state=state), received) == code
