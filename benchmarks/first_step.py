"""`python -m benchmarks.first_step PROFILE BEGUN`: what `workbench run` does up to its first step.

Prints one line of JSON: the seconds of each part. BEGUN is the parent's
`time.monotonic()` just before it started this process.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from importlib import import_module
from itertools import pairwise
from pathlib import Path


def main(profile: Path, begun: float) -> None:
    marks = {"interpreter": time.monotonic()}

    import_module("workbench.cli.run")
    from workbench.config.loading import load_profile

    loaded = load_profile(profile).profile
    marks["command line and profile"] = time.monotonic()

    import_module("torch")
    marks["import of torch"] = time.monotonic()

    import_module("workbench.runner.attempts")
    from workbench.data.dataset import load_dataset
    from workbench.events import Request
    from workbench.store.record import record
    from workbench.store.runs import RunStore
    from workbench.training.hardware import decide
    from workbench.training.trainer import Trainer

    marks["other imports"] = time.monotonic()
    dataset = load_dataset(loaded.data, loaded.seed)
    marks["data"] = time.monotonic()
    trainer = Trainer(loaded, dataset, decide(loaded.training))
    marks["network"] = time.monotonic()

    def ask() -> Request:
        if "run folder" not in marks:
            marks["run folder"] = time.monotonic()
            return Request.GO_ON
        marks.setdefault("first step", time.monotonic())
        return Request.STOP

    with tempfile.TemporaryDirectory() as folder:
        for _event in record(trainer.train(ask), RunStore(Path(folder)).create(loaded)):
            pass
    moments = [begun, *marks.values()]
    parts = [end - start for start, end in pairwise(moments)]
    print(json.dumps(dict(zip(marks, parts, strict=True))))  # noqa: T201 - the answer


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
