"""How long, how many images at a time, and when to stop."""

from __future__ import annotations

import sys
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from workbench.config.section import Section, invalid

MOST_CLASSES = 100_000


class EarlyStoppingProfile(Section):
    patience: int = Field(0, ge=0)
    """Stop after so many epochs in a row without a better accuracy; 0 never stops."""
    min_delta: float = Field(0.0, ge=0, le=1)
    """An epoch is better when its accuracy, a fraction, exceeds the best by more than this.
    The best weights follow this rule also with patience 0."""


def _class_weights(value: object) -> object:
    """Checked as a whole, so that a wrong value is one problem and not one for each reading."""
    if value in ("none", "balanced"):
        return value
    if isinstance(value, tuple | list) and 2 <= len(value) <= MOST_CLASSES:
        numbers = [v for v in value if isinstance(v, int | float) and not isinstance(v, bool)]
        if len(numbers) == len(value) and all(0 < v <= sys.float_info.max for v in numbers):
            return tuple(map(float, numbers))
    raise invalid("none, balanced, or a list of numbers above 0, one for each class")


ClassWeights = Annotated[
    Literal["none", "balanced"] | tuple[float, ...],
    BeforeValidator(_class_weights),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": ["none", "balanced"], "type": "string"},
                {
                    "type": "array",
                    "items": {"type": "number", "exclusiveMinimum": 0},
                    "minItems": 2,
                    "maxItems": MOST_CLASSES,
                },
            ]
        }
    ),
]


class TrainingProfile(Section):
    epochs: int = Field(20, ge=1, le=1_000_000)
    """Passes over the training set."""
    batch_size: int = Field(128, ge=1, le=1_000_000)
    """Images per training step; the last step of an epoch takes what is left."""
    eval_batch_size: int = Field(512, ge=1, le=1_000_000)
    """Images per evaluation step; changes speed and memory, and of the result the last bits."""
    clip_norm: float = Field(0.0, ge=0)
    """Largest global gradient norm, in the epochs after warm-up; 0 is off."""
    gradient_accumulation: int = Field(1, ge=1, le=10_000)
    """Parts that a batch is computed in, one after the other: less memory and the same gradient,
    but that batch norm sees each part by itself. At most batch_size."""
    label_smoothing: float = Field(0.0, ge=0, lt=1)
    """Share of each label's weight that is spread over all classes in the training loss."""
    class_weights: ClassWeights = "none"
    """Factors on the training loss by true class: none, balanced (each class counts the same,
    however many images it has), or one number for each class in the order of the class list."""
    ema_decay: float = Field(0.0, ge=0, lt=1)
    """Decay per step of an exponential moving average of the weights, which then is what is
    evaluated and kept; 0 is off. Early on the decay is at most (1 + step) / (10 + step)."""
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    """Arithmetic of the forward and backward pass; auto is bf16 on a GPU or CPU that has it."""
    compile: Literal["auto", "on", "off"] = "auto"
    """Compile training steps with torch.compile; auto does where the run is long enough to pay
    for it. What auto chose and why is in env.json."""
    max_steps: int = Field(0, ge=0)
    """End after so many steps; 0 is off."""
    checkpoint_minutes: float = Field(10.0, ge=0, le=100_000)
    """Minutes between two checkpoints within an epoch, besides the one at each epoch's end; 0
    is off."""
    early_stopping: EarlyStoppingProfile = EarlyStoppingProfile()
    """When to give up waiting for a better epoch."""

    @model_validator(mode="after")
    def _parts_have_images(self) -> Self:
        if self.gradient_accumulation > self.batch_size:
            raise invalid(
                f"a whole number from 1 to batch_size, which is {self.batch_size}",
                key="gradient_accumulation",
            )
        return self
