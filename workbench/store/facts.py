"""How a run stands, for JSON: the same keys with the same meaning in every command."""

from __future__ import annotations

from workbench.store.runs import Run


def facts_of(run: Run) -> dict[str, object]:
    """State and result of a run: `epochs` and `steps` are those done; `best.epoch` is from 0."""
    status = run.status()
    best = status.best.model_dump(include={"metric", "value", "epoch"}) if status.best else None
    return {
        "id": run.id,
        "path": run.path,
        "state": status.state,
        "reason": status.reason,
        "warning": status.warning,
        "epochs": status.epochs_done,
        "steps": status.step,
        "best": best,
        "metrics": status.metrics,
        "images_per_second": status.images_per_second,
        "seconds": status.seconds,
    }
