"""Fixtures that tests of several packages share."""

from __future__ import annotations

import os
from collections.abc import Iterator
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
