"""The data set of the small training."""

import pytest

from tests.training.small import a_profile
from workbench.data.dataset import Dataset, load_dataset


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    profile = a_profile()
    return load_dataset(profile.data, profile.seed)
