"""The training loop: a generator of events that knows no store and no screen."""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import islice

import torch
from torch import Tensor

from workbench.config.profile import RunProfile
from workbench.data.dataset import Dataset
from workbench.events import (
    BestImproved,
    CheckpointReady,
    ConfusionCounted,
    Continued,
    Ended,
    EpochEnded,
    Event,
    Paused,
    Request,
    Started,
    Steps,
)
from workbench.models.registry import count_parameters
from workbench.training.asking import Ask, StopAskedError, go_on, heeding_stop
from workbench.training.checkpoint import Checkpoint
from workbench.training.evaluation import Evaluation
from workbench.training.filters import first_filters
from workbench.training.hardware import Hardware
from workbench.training.learner import Learner, Split, learner_to_restore
from workbench.training.memory import memory_errors
from workbench.training.outcome import Outcome, completion, diverged, stopped
from workbench.training.position import Position, check_fits
from workbench.training.random_state import random_state, set_random_state
from workbench.training.single_image import check_single_images
from workbench.training.snapshot import restore, snapshot, weights_writer
from workbench.training.step_buffer import StepBuffer
from workbench.training.stopwatch import Stopwatch
from workbench.training.throughput import Throughput

PAUSE_POLL_SECONDS = 0.2

_Part = Generator[Event, None, Outcome | None]
"""A part of the training; returns an outcome where the training ends in it."""


class Trainer:
    """Trains one model from a profile, from the start or from a checkpoint.

    torch's random generators and thread count are global, so one trains at a
    time in a process; several may be prepared. Raises `ModelError` where the
    model cannot take the data, `DataError` where options of the training don't
    fit it, `CheckpointError` where the checkpoint is of another run.
    """

    def __init__(
        self,
        profile: RunProfile,
        dataset: Dataset,
        hardware: Hardware,
        checkpoint: Checkpoint | None = None,
    ) -> None:
        self.profile = profile
        build = Learner if checkpoint is None else learner_to_restore
        self.learner = build(profile, dataset, hardware)
        check_single_images(self.learner)
        self.position = Position()
        self.best_weights: dict[str, Tensor] = {}
        self._steps_per_epoch = self.learner.batches.steps_per_epoch
        self._buffer = StepBuffer()
        self._throughput = Throughput()
        self._stopwatch = Stopwatch(profile.training.checkpoint_minutes)
        if checkpoint is not None:
            restore(self.learner, profile, checkpoint)
            self.best_weights = dict(checkpoint.best_model)
            self.position = checkpoint.position
            if self._completion() is None:
                check_fits(self.position, self._steps_per_epoch)
        self._random_state = random_state(self.learner.device)

    @property
    def total_steps(self) -> int:
        """Steps of the whole run, unless it ends early."""
        steps = self.profile.training.epochs * self._steps_per_epoch
        return min(steps, self.profile.training.max_steps or steps)

    def train(self, request: Ask = go_on) -> Iterator[Event]:
        """Train to the end, yielding what happens; may be called once.

        Between steps `request` is asked what to do, and in an evaluation
        between batches whether to stop. An event's `write` reads the live
        model: call it before asking for the next event. After a finished
        training with a validation part, the model holds its best weights.
        """
        torch.set_num_threads(self.learner.hardware.threads)
        set_random_state(self._random_state, self.learner.device)
        self._stopwatch.begin(self.position.seconds)
        yield Started(
            epochs=self.profile.training.epochs,
            steps=self.total_steps,
            steps_per_epoch=self._steps_per_epoch,
            first_step=self.position.step,
            parameters=count_parameters(self.learner.model),
            device=self.learner.hardware.device,
        )
        outcome = self._completion()
        while outcome is None:
            outcome = yield from self._train_epoch(request)
            if outcome is None:
                outcome = yield from self._end_epoch(request)
        if outcome.state == "finished" and self.learner.monitored_split == "val":
            outcome = (yield from self._test_best_weights(request)) or outcome
        yield Ended(outcome.state, self.position.step, outcome.reason, self._stopwatch.seconds)

    def _completion(self) -> Outcome | None:
        return completion(self.profile.training, self.position, self.total_steps)

    def _train_epoch(self, request: Ask) -> _Part:
        """Train what is left of the current epoch."""
        epoch = self.position.epoch
        self._throughput.begin()
        first = self.position.step - epoch * self._steps_per_epoch
        left = max(0, min(self._steps_per_epoch - first, self.total_steps - self.position.step))
        with self._memory_errors():
            for batch in islice(self.learner.batches.epoch(epoch, first), left):
                if outcome := (yield from self._obey(request)):
                    return outcome
                self._buffer.add(self.learner.step(batch, self._next_step))
                if self._buffer.is_due and (outcome := (yield from self._flush())):
                    return outcome
        return (yield from self._flush())

    @property
    def _next_step(self) -> int:
        return self.position.step + len(self._buffer)

    def _memory_errors(self) -> AbstractContextManager[None]:
        size = self.profile.training.batch_size
        return memory_errors(
            self.learner.device,
            lambda: f"in step {self._next_step:,} with training.batch_size = {size:,}",
            "lower training.batch_size or data.image_size, or raise training.gradient_accumulation",
        )

    def _obey(self, request: Ask) -> _Part:
        """Ask what to do next, and do it."""
        answer = request()
        if answer is Request.GO_ON and self._stopwatch.is_checkpoint_due:
            answer = Request.CHECKPOINT
        if answer is Request.GO_ON:
            return None
        if outcome := (yield from self._flush()):
            return outcome
        if answer is Request.PAUSE:
            answer = yield from self._pause(request)
        else:
            yield self._checkpoint(is_best=False)
        self._throughput.begin()
        return stopped(self.position) if answer is Request.STOP else None

    def _pause(self, request: Ask) -> Generator[Event, None, Request]:
        """Wait; returns the answer that ends it. A pause may outlast the process."""
        yield self._checkpoint(is_best=False)
        yield Paused(self.position.step)
        with self._stopwatch.paused():
            # A checkpoint that is asked for meanwhile has been written already.
            while (answer := request()) in (Request.PAUSE, Request.CHECKPOINT):
                time.sleep(PAUSE_POLL_SECONDS)
        yield Continued(self.position.step)
        return answer

    def _flush(self) -> _Part:
        """Fetch the pending steps from the device and report them."""
        if not self._buffer:
            return None
        done, steps = self.position, self._buffer.flush()
        self._throughput.flushed(sum(steps.images))
        self.position = done.after(steps)
        rate = self._throughput.images_per_second
        yield Steps(done.epoch, done.step, steps.columns, rate, self._stopwatch.seconds)
        bad = steps.first_non_finite
        return None if bad is None else diverged(steps.columns["loss"][bad], done.step + bad)

    def _end_epoch(self, request: Ask) -> _Part:
        """Evaluate, keep the best, and leave a checkpoint."""
        done, device = self.position, self.learner.device
        split = self.learner.monitored_split
        try:
            with self.learner.kept():
                evaluation = self.learner.evaluate(split, heeding_stop(request, device))
                filters = first_filters(self.learner.model, done.epoch, done.step)
        except StopAskedError:
            # Of the epoch's last step: a resume evaluates once more.
            yield self._checkpoint(is_best=False)
            return stopped(self.position)
        metrics = {
            **done.metrics,
            **evaluation.metrics(split),
            "lr": self.learner.learning_rate(done.step - 1),
            "images_per_second": self._throughput.images_per_second,
        }
        yield EpochEnded(done.epoch, done.step, metrics, self._stopwatch.seconds)
        if not math.isfinite(evaluation.loss):
            # The last update did it: no step after it has shown it yet.
            return diverged(evaluation.loss, done.step)
        if filters is not None:
            yield filters
        rule = self.profile.training.early_stopping
        best = done.best.after(done.epoch, evaluation.accuracy, rule)
        improved = best.epoch == done.epoch
        self.position = done.next_epoch(best)
        if improved:
            self.best_weights = self.learner.kept_weights()
            write = weights_writer(self.best_weights, self.profile, self.learner.dataset)
            yield BestImproved(f"{split}/accuracy", best.value, best.epoch, done.step, write)
            yield self._confusion(split, evaluation)
        yield self._checkpoint(is_best=improved)
        return self._completion()

    def _test_best_weights(self, request: Ask) -> _Part:
        self.learner.model.load_state_dict(self.best_weights)
        try:
            evaluation = self.learner.evaluate("test", heeding_stop(request, self.learner.device))
        except StopAskedError:
            return stopped(self.position)  # the last epoch's checkpoint is there
        metrics = evaluation.metrics("test")
        yield EpochEnded(
            self.position.epoch - 1, self.position.step, metrics, self._stopwatch.seconds
        )
        yield self._confusion("test", evaluation)
        return None

    def _confusion(self, split: Split, evaluation: Evaluation) -> ConfusionCounted:
        """The table of the best weights, which `evaluation` is of."""
        classes, counts = self.learner.dataset.classes, evaluation.confusion.tolist()
        return ConfusionCounted(
            self.position.best.epoch, self.position.step, split, classes, counts
        )

    def _checkpoint(self, *, is_best: bool) -> CheckpointReady:
        self.position = replace(self.position, seconds=self._stopwatch.seconds)
        self._stopwatch.checkpoint_taken()
        taken = snapshot(self.learner, self.profile, self.position, self.best_weights)
        return CheckpointReady(self.position.epoch, self.position.step, is_best, taken.write)
