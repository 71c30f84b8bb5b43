"""A run that is read while the program still loads what will show it."""

from __future__ import annotations

from concurrent.futures import Future
from threading import Thread
from typing import TYPE_CHECKING

from workbench.store.runs import Run

if TYPE_CHECKING:
    from workbench.store.history import History


class RunAhead(Run):
    """Its history is read in a thread as soon as this is made; that of a long run takes a while."""

    def __init__(self, run: Run) -> None:
        super().__init__(run.path)
        self._reading: Future[History] | None = Future()
        # A daemon: who leaves at once does not wait for it.
        Thread(target=self._read, args=(self._reading,), name="read ahead", daemon=True).start()

    def history(self) -> History:
        """As `Run.history`; the first call waits for what the thread reads."""
        reading, self._reading = self._reading, None
        if reading is None:
            return super().history()
        history = reading.result()
        history.update()  # what was appended since
        return history

    def _read(self, reading: Future[History]) -> None:
        try:
            reading.set_result(super().history())
        except BaseException as error:  # noqa: BLE001 - raised again where the history is asked for
            reading.set_exception(error)
