"""Class weights: none, balanced or a list, checked as a whole."""

import math

import pytest
from pydantic import ValidationError

from workbench.config.training import TrainingProfile


@pytest.mark.parametrize("value", ["none", "balanced"])
def test_words_stay_words(value: str) -> None:
    assert TrainingProfile(class_weights=value).class_weights == value


def test_a_list_becomes_floats() -> None:
    profile = TrainingProfile.model_validate({"class_weights": [1, 2.5, 10**300]})
    assert profile.class_weights == (1.0, 2.5, 1e300)


@pytest.mark.parametrize(
    "value",
    ["equal", 1, [], [1.0], [1, 0], [1, -1], [1, math.inf], [1, math.nan], [1, True], [1, 10**400]],
)
def test_anything_else_is_one_problem(value: object) -> None:
    with pytest.raises(ValidationError, match="none, balanced, or a list") as caught:
        TrainingProfile.model_validate({"class_weights": value})
    assert caught.value.error_count() == 1
