"""Which epoch was the best so far, and when to stop waiting for a better one."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import Field

from workbench.config.training import EarlyStoppingProfile


@dataclass(frozen=True)
class BestSoFar:
    """The best epoch so far by a metric where more is better."""

    value: float = -math.inf
    epoch: Annotated[int, Field(ge=-1, lt=2**53)] = -1
    waited: Annotated[int, Field(ge=0, lt=2**53)] = 0
    """Epochs in a row since then without a better one."""

    def after(self, epoch: int, value: float, rule: EarlyStoppingProfile) -> BestSoFar:
        """What is best once `epoch` gave `value`: better is more than min_delta above."""
        if value - self.value > rule.min_delta:
            return BestSoFar(value, epoch)
        return replace(self, waited=self.waited + 1)

    def is_over(self, rule: EarlyStoppingProfile) -> bool:
        return rule.patience > 0 and self.waited >= rule.patience
