"""Fixtures that tests of several packages share."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# Workers share the cores: two torch threads in each would wait for one another. Said before
# torch is imported, and to the processes that tests start.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")

# How long an example takes is the machine's affair, not the law's.
settings.register_profile("workbench", deadline=None)
settings.load_profile("workbench")


# Started in a shell's background or under nohup, tests would pass on to the processes
# that they start that these signals are to be ignored.
for number in (signal.SIGINT, signal.SIGHUP):
    if signal.getsignal(number) is signal.SIG_IGN:
        default = signal.default_int_handler if number is signal.SIGINT else signal.SIG_DFL
        signal.signal(number, default)


@pytest.fixture(scope="session", autouse=True)
def image_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """No test reads or fills the user's own cache of decoded images."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="session")
def real_images() -> Path:
    """CIFAR-10 as image files, `train/<class>/*` and `test/<class>/*`."""
    folder = os.environ.get("WORKBENCH_TEST_IMAGES")
    if not folder:
        pytest.skip("WORKBENCH_TEST_IMAGES does not name a folder of real images")
    return Path(folder).expanduser()


@pytest.fixture(scope="session")
def times() -> Callable[[int, int], int]:
    """`times(3, 200)`: how much is tried, in a short run and with WORKBENCH_DRILLS=long."""
    is_long = os.environ.get("WORKBENCH_DRILLS") == "long"
    return lambda short, long: long if is_long else short
