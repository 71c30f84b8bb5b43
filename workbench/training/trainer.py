"""The training loop: a generator of events that knows no store and no screen."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import AbstractContextManager
from itertools import islice

import torch

from workbench.config.profile import RunProfile
from workbench.data.dataset import Dataset
from workbench.events import (
    BestImproved,
    ConfusionCounted,
    Ended,
    EpochEnded,
    Event,
    Released,
    Started,
)
from workbench.models.registry import count_parameters
from workbench.training.allocator import memory_kept
from workbench.training.asking import Ask, EndAskedError, go_on, heeding_ends, obey
from workbench.training.checkpoint import Checkpoint
from workbench.training.evaluation import Evaluation
from workbench.training.filters import first_filters
from workbench.training.hardware import Hardware
from workbench.training.learner import Learner, Split, learner_to_restore
from workbench.training.memory import memory_errors
from workbench.training.outcome import Outcome, completion, diverged
from workbench.training.position import check_fits
from workbench.training.progress import Part, Progress
from workbench.training.random_state import random_state, set_random_state
from workbench.training.single_image import check_single_images
from workbench.training.snapshot import restore, weights_writer


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
        self.progress = Progress(self.learner, profile)
        self._steps_per_epoch = self.learner.batches.steps_per_epoch
        if checkpoint is not None:
            restore(self.learner, profile, checkpoint)
            check_fits(checkpoint.position, self._steps_per_epoch, self.learner.total_steps)
            self.progress.position = checkpoint.position
            self.progress.best_weights = dict(checkpoint.best_model)
        self._random_state = random_state(self.learner.device)

    def train(self, request: Ask = go_on) -> Iterator[Event]:
        """Train to the end, yielding what happens; may be called once.

        Between steps `request` is asked what to do, and in an evaluation
        between batches whether to end. After a finished training with a
        validation part, the model holds its best weights.
        """
        with memory_kept():
            yield from self._train(request)

    def _train(self, request: Ask) -> Iterator[Event]:
        torch.set_num_threads(self.learner.hardware.threads)
        set_random_state(self._random_state, self.learner.device)
        self.progress.stopwatch.begin(self.progress.position.seconds)
        yield Started(
            epochs=self.profile.training.epochs,
            steps=self.learner.total_steps,
            steps_per_epoch=self._steps_per_epoch,
            first_step=self.progress.position.step,
            parameters=count_parameters(self.learner.model),
            device=self.learner.hardware.device,
            epochs_done=self.progress.position.epoch,
        )
        outcome = self._completion()
        while outcome is None:
            outcome = yield from self._train_epoch(request)
            if outcome is None:
                outcome = yield from self._end_epoch(request)
        if outcome.state == "finished" and self.learner.monitored_split == "val":
            outcome = (yield from self._test_best_weights(request)) or outcome
        step, seconds = self.progress.position.step, self.progress.stopwatch.seconds
        if outcome.state == "released":
            yield Released(step)
        else:
            yield Ended(outcome.state, step, outcome.reason, seconds)

    def _completion(self) -> Outcome | None:
        return completion(self.profile.training, self.progress.position)

    def _train_epoch(self, request: Ask) -> Part:
        """Train what is left of the current epoch."""
        progress, position = self.progress, self.progress.position
        progress.throughput.begin()
        first = position.step - position.epoch * self._steps_per_epoch
        left = max(0, min(self._steps_per_epoch - first, self.learner.total_steps - position.step))
        with self._memory_errors():
            for batch in islice(self.learner.batches.epoch(position.epoch, first), left):
                if outcome := (yield from obey(request, progress)):
                    return outcome
                progress.add(self.learner.step(batch, progress.next_step))
                if progress.is_flush_due and (outcome := (yield from progress.flush())):
                    return outcome
        return (yield from progress.flush())

    def _memory_errors(self) -> AbstractContextManager[None]:
        size = self.profile.training.batch_size
        return memory_errors(
            self.learner.device,
            lambda: f"in step {self.progress.next_step:,} with training.batch_size = {size:,}",
            "lower training.batch_size or data.image_size, or raise training.gradient_accumulation",
        )

    def _end_epoch(self, request: Ask) -> Part:
        """Evaluate, keep the best, and leave a checkpoint."""
        progress, done = self.progress, self.progress.position
        split = self.learner.monitored_split
        check = heeding_ends(request, done, self.learner.device)
        try:
            with self.learner.kept():
                evaluation = self.learner.evaluate(split, check)
                filters = first_filters(self.learner.model, done.epoch, done.step)
        except EndAskedError as asked:
            # Of the epoch's last step: a resume evaluates once more.
            yield progress.checkpoint()
            return asked.outcome
        metrics = {
            **done.metrics,
            **evaluation.metrics(split),
            "lr": self.learner.learning_rate(done.step - 1),
            "images_per_second": progress.throughput.images_per_second,
        }
        yield EpochEnded(done.epoch, done.step, metrics, progress.stopwatch.seconds)
        if not math.isfinite(evaluation.loss):
            # The last update did it: no step after it has shown it yet.
            return diverged(evaluation.loss, done.step)
        if filters is not None:
            yield filters
        rule = self.profile.training.early_stopping
        best = done.best.after(done.epoch, evaluation.accuracy, rule)
        progress.position = done.next_epoch(best)
        if progress.position.is_of_best:
            progress.best_weights = self.learner.kept_weights()
            write = weights_writer(progress.best_weights, self.profile, self.learner.dataset)
            yield BestImproved(f"{split}/accuracy", best.value, best.epoch, done.step, write)
            yield self._confusion(split, evaluation)
        yield progress.checkpoint()
        return self._completion()

    def _test_best_weights(self, request: Ask) -> Part:
        position = self.progress.position
        self.learner.model.load_state_dict(self.progress.best_weights)
        check = heeding_ends(request, position, self.learner.device)
        try:
            evaluation = self.learner.evaluate("test", check)
        except EndAskedError as asked:
            return asked.outcome  # the last epoch's checkpoint is there
        metrics, seconds = evaluation.metrics("test"), self.progress.stopwatch.seconds
        yield EpochEnded(position.epoch - 1, position.step, metrics, seconds)
        yield self._confusion("test", evaluation)
        return None

    def _confusion(self, split: Split, evaluation: Evaluation) -> ConfusionCounted:
        """The table of the best weights, which `evaluation` is of."""
        position, classes = self.progress.position, self.learner.dataset.classes
        counts = evaluation.confusion.tolist()
        return ConfusionCounted(position.best.epoch, position.step, split, classes, counts)
