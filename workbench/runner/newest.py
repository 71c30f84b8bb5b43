"""The checkpoint that a resume goes on from."""

from __future__ import annotations

import logging

from workbench.store.ended import known_status
from workbench.store.runs import Run
from workbench.training.checkpoint import Checkpoint, read_checkpoint

logger = logging.getLogger(__name__)


def newest_checkpoint(run: Run) -> Checkpoint | None:
    """The newest checkpoint whose checksum is right; None where there is none.

    Of a diverged run one with finite weights: the last update may have ruined
    them before a loss showed it. Raises `CheckpointError` if this program
    cannot read one: to go on from an earlier one, or from step 0, would train
    over what another version can read.
    """
    found = run.checkpoints()
    for name in found.damaged:
        logger.warning("checkpoint %s is damaged and not used", name)
    has_diverged = known_status(run).state == "diverged"
    for file in found.intact:
        checkpoint = read_checkpoint(file.path)
        if checkpoint.is_finite or not has_diverged:
            return checkpoint
        logger.warning("checkpoint %s has weights that are not finite: not used", file.path.name)
    if found.intact or found.damaged:
        logger.warning("no checkpoint can be used: training begins again at step 0")
    return None
