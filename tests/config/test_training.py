"""Class weights, checked as a whole, and parts of a batch."""

import math
from pathlib import Path

import pytest
from pydantic import ValidationError

from workbench.config.problems import validated
from workbench.config.training import TrainingProfile
from workbench.errors import ProfileError


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


def test_a_batch_has_at_most_as_many_parts_as_images() -> None:
    assert TrainingProfile(batch_size=3, gradient_accumulation=3).gradient_accumulation == 3
    with pytest.raises(ProfileError) as caught:
        validated({"training": {"batch_size": 3, "gradient_accumulation": 4}}, Path("/profiles"))
    [problem] = [p for p in caught.value.problems if p.key.startswith("training")]
    assert problem.key == "training.gradient_accumulation"
    assert "4" in problem.message
    assert problem.message.endswith("valid is a whole number from 1 to batch_size, which is 3")
