"""How long, how many images at a time, and when to stop."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from workbench.config.section import Section


class EarlyStoppingProfile(Section):
    patience: int = Field(0, ge=0)
    """Stop after so many epochs in a row without a better accuracy; 0 never stops."""
    min_delta: float = Field(0.0, ge=0, le=1)
    """An epoch is better when its accuracy, a fraction, exceeds the best by more than this.
    The best weights follow this rule also with patience 0."""


class TrainingProfile(Section):
    epochs: int = Field(20, ge=1, le=1_000_000)
    """Passes over the training set."""
    batch_size: int = Field(128, ge=1, le=1_000_000)
    """Images per training step; the last step of an epoch takes what is left."""
    eval_batch_size: int = Field(512, ge=1, le=1_000_000)
    """Images per evaluation step; changes speed and memory, not the result."""
    clip_norm: float = Field(0.0, ge=0)
    """Largest global gradient norm, in the epochs after warm-up; 0 is off."""
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    """Arithmetic of the forward and backward pass; auto is bf16 on a GPU that has it."""
    compile: Literal["auto", "on", "off"] = "auto"
    """Compile the model with torch.compile; what auto chose and why is in env.json."""
    max_steps: int = Field(0, ge=0)
    """End after so many steps; 0 is off."""
    early_stopping: EarlyStoppingProfile = EarlyStoppingProfile()
    """When to give up waiting for a better epoch."""
