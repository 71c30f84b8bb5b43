"""The workbench's own way: its trainer, recorded as every run is."""

from __future__ import annotations

import tempfile
from collections import deque
from functools import partial
from pathlib import Path

import torch

from benchmarks.peers.task import Task
from benchmarks.turn import Say, Starts, requests
from workbench.store.record import record
from workbench.store.runs import RunStore
from workbench.training.trainer import Trainer


def compete(task: Task, starts: Starts, say: Say) -> None:
    """Train as the profile says, waiting between steps for the next turn."""
    trainer = Trainer(task.profile, task.dataset, task.hardware)
    device = torch.device(task.hardware.device)
    answers = requests(starts, say, task.profile.training.batch_size, device)
    with tempfile.TemporaryDirectory() as folder:
        run = RunStore(Path(folder)).create(task.profile)
        deque(record(trainer.train(partial(next, answers)), run), maxlen=0)
