"""Ends the app when its terminal goes away or a signal says so, and never a training by it.

A closed terminal lets the training here, and what waits for it, train on to its
end; then the process ends. SIGTERM stops it with a checkpoint. Python runs
signal handlers only between two steps of the main thread, which may wait for a
terminal that nobody reads, and the system may give a signal to another thread:
so a byte in a pipe tells of it, wherever it arrives, and a thread acts.
"""

from __future__ import annotations

import os
import select
import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType

from workbench.tui.outputs import Outputs
from workbench.tui.trainings import Trainings

POLL_MILLISECONDS = 500
"""Between two looks whether the trainings have ended; signals and hang-ups show at once."""

LEAVING_SECONDS = 2.0
"""What the app gets to close by itself once nothing trains any more."""

HEEDED = (signal.SIGHUP, signal.SIGTERM)

_OVER = 0
"""In the pipe where a signal's number would be: there is nothing left to guard."""


class Guard:
    """`leave` asks the app to exit and may be called from any thread. Main thread only."""

    number = 0
    """The signal that ended the app; SIGHUP also stands for a terminal that went away."""

    def __init__(self, outputs: Outputs, trainings: Trainings, leave: Callable[[], None]) -> None:
        self._outputs = outputs
        self._trainings = trainings
        self._leave = leave
        self._reading, self._writing = os.pipe()
        self._poll = select.poll()
        self._poll.register(self._reading, select.POLLIN)
        self._poll.register(0, 0)  # a hang-up is told unasked
        self._thread = threading.Thread(target=self._watch, name="guard", daemon=True)

    def __enter__(self) -> Guard:
        os.set_blocking(self._writing, False)
        self._wakeup = signal.set_wakeup_fd(self._writing, warn_on_full_buffer=False)
        self._handlers = {number: signal.signal(number, _is_told_already) for number in HEEDED}
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self.number:  # the process is about to end, and the thread sees to it that it does
            return
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup)
        os.write(self._writing, bytes([_OVER]))
        self._thread.join()
        os.close(self._reading)
        os.close(self._writing)

    @property
    def exit_code(self) -> int:
        return 128 + self.number

    def _watch(self) -> None:
        while not self.number or self._trainings.busy:
            for descriptor, _ in self._poll.poll(POLL_MILLISECONDS):
                if descriptor == 0:
                    self._hang_up()
                elif (number := os.read(self._reading, 1)[0]) == _OVER:
                    return
                elif number in HEEDED:
                    self._end(number)
        threading.Event().wait(LEAVING_SECONDS)
        os._exit(self.exit_code)

    def _hang_up(self) -> None:
        """Put silence where the terminal was: reading from a closed one returns at once, always."""
        self._poll.unregister(0)
        silent, _ = os.pipe()
        os.dup2(silent, 0)
        self._outputs.give_up_terminal()
        self._end(signal.SIGHUP)

    def _end(self, number: int) -> None:
        if number == signal.SIGTERM:
            self._trainings.stop()
        if not self.number:
            self.number = number
            self._leave()


def _is_told_already(number: int, frame: FrameType | None) -> None:
    """By the byte in the pipe; without a handler the signal would end the process."""
