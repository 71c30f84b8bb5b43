"""One step against the same arithmetic written out by hand."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from workbench.config.data import DigitsProfile
from workbench.config.model import SEResNetProfile
from workbench.config.optimizer import AdamProfile, AdamWProfile, OptimizerProfile, SGDProfile
from workbench.config.profile import RunProfile
from workbench.config.training import TrainingProfile
from workbench.data.dataset import load_dataset
from workbench.models.se_resnet import SEResNet
from workbench.training.hardware import decide
from workbench.training.learner import Learner

STEPS = 5
CLIP_NORM = 0.5
State = dict[nn.Parameter, list[Tensor]]
Update = Callable[[nn.Parameter, Tensor, State, int], None]


def a_learner(optimizer: OptimizerProfile, **training: object) -> Learner:
    profile = RunProfile(
        seed=3,
        data=DigitsProfile(
            train_per_class=12, test_per_class=5, validation=0, test_mean=(0.2,), test_std=(0.7,)
        ),
        model=SEResNetProfile(blocks=1),
        optimizer=optimizer,
        training=TrainingProfile.model_validate(
            {"batch_size": 60, "precision": "fp32", **training}
        ),
    )
    dataset = load_dataset(profile.data, profile.seed)
    return Learner(profile, dataset, decide(profile.training, "cpu"))


def adam(parameter: nn.Parameter, gradient: Tensor, state: State, step: int) -> None:
    """Kingma and Ba 2014, with L2 decay coupled into the gradient."""
    gradient = gradient + 0.1 * parameter
    mean, square = state.setdefault(parameter, [torch.zeros_like(parameter)] * 2)
    mean, square = 0.8 * mean + 0.2 * gradient, 0.95 * square + 0.05 * gradient**2
    state[parameter] = [mean, square]
    unbiased_mean, unbiased_square = mean / (1 - 0.8**step), square / (1 - 0.95**step)
    parameter -= 1e-3 * unbiased_mean / (unbiased_square.sqrt() + 1e-2)


def adamw(parameter: nn.Parameter, gradient: Tensor, state: State, step: int) -> None:
    """Loshchilov and Hutter 2017: the decay stays out of the moments."""
    parameter *= 1 - 1e-3 * 0.5
    mean, square = state.setdefault(parameter, [torch.zeros_like(parameter)] * 2)
    mean, square = 0.9 * mean + 0.1 * gradient, 0.999 * square + 0.001 * gradient**2
    state[parameter] = [mean, square]
    unbiased_mean, unbiased_square = mean / (1 - 0.9**step), square / (1 - 0.999**step)
    parameter -= 1e-3 * unbiased_mean / (unbiased_square.sqrt() + 1e-8)


def sgd(parameter: nn.Parameter, gradient: Tensor, state: State, step: int) -> None:
    """Momentum as torch defines it: the velocity is not scaled by 1 - momentum."""
    gradient = gradient + 0.1 * parameter
    (velocity,) = state.setdefault(parameter, [torch.zeros_like(parameter)])
    state[parameter] = [0.9 * velocity + gradient]
    parameter -= 1e-2 * state[parameter][0]


@pytest.mark.parametrize(
    ("profile", "update"),
    [
        (AdamProfile(lr=1e-3, betas=(0.8, 0.95), eps=1e-2, weight_decay=0.1), adam),
        (AdamWProfile(lr=1e-3, weight_decay=0.5), adamw),
        (SGDProfile(lr=1e-2, momentum=0.9, weight_decay=0.1), sgd),
    ],
)
def test_steps_clip_then_decay_then_update(profile: OptimizerProfile, update: Update) -> None:
    learner = a_learner(profile, clip_norm=CLIP_NORM)
    batches = list(learner.batches.epoch(0))[:STEPS] + list(learner.batches.epoch(1))[:STEPS]
    random_state = torch.get_rng_state()
    ours = [learner.step(batch, step) for step, batch in enumerate(batches)]

    torch.manual_seed(3)
    model = SEResNet(1, channels=1)
    torch.set_rng_state(random_state)  # dropout
    state: State = {}
    for step, (batch, result) in enumerate(zip(batches, ours, strict=True), start=1):
        loss = F.cross_entropy(model(batch.images), batch.labels)
        gradients = torch.autograd.grad(loss, list(model.parameters()))
        norm = torch.cat([gradient.flatten() for gradient in gradients]).norm()
        scale = min(1.0, CLIP_NORM / norm.item())
        with torch.no_grad():
            for parameter, gradient in zip(model.parameters(), gradients, strict=True):
                update(parameter, gradient * scale, state, step)
        assert result.loss.item() == pytest.approx(loss.item(), rel=2e-3)
        assert result.grad_norm is not None
        assert result.grad_norm.item() == pytest.approx(norm.item(), rel=2e-3)
    assert any(result.grad_norm > CLIP_NORM for result in ours if result.grad_norm is not None)


def test_without_clipping_no_norm_is_computed() -> None:
    learner = a_learner(AdamProfile())
    assert learner.step(next(learner.batches.epoch(0)), 0).grad_norm is None


@pytest.mark.parametrize(("split", "mean", "std"), [("test", 0.2, 0.7), ("train", None, None)])
def test_each_set_is_normalised_with_its_own_statistics(
    split: str, mean: float | None, std: float | None
) -> None:
    learner = a_learner(AdamProfile())
    images = {"test": learner.dataset.test, "train": learner.dataset.train}[split]
    pixels = images.images / 255
    centre = pixels.mean() if mean is None else mean
    spread = pixels.std(correction=0) if std is None else std
    model = learner.model.eval()
    with torch.no_grad():
        expected = F.cross_entropy(model((pixels - centre) / spread), images.labels).item()
    assert learner.evaluate(split).loss == pytest.approx(expected, rel=1e-5)  # type: ignore[arg-type]


def test_evaluating_leaves_mode_and_statistics_as_they_were() -> None:
    learner = a_learner(AdamProfile())
    before = {name: weight.clone() for name, weight in learner.weights().items()}
    learner.evaluate("test")
    assert learner.model.training
    assert all(torch.equal(weight, before[name]) for name, weight in learner.weights().items())


# Gradient accumulation


def trained(monkeypatch: pytest.MonkeyPatch, steps: int, **training: object) -> Learner:
    """A learner of a model without batch norm and dropout, after some steps."""
    plain = nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.Tanh(), nn.Linear(16, 10))
    monkeypatch.setattr("workbench.training.learner.build_model", lambda *_: plain)
    for module in plain[1], plain[3]:
        with torch.no_grad():
            module.weight.copy_(torch.linspace(-1, 1, module.weight.numel()).view_as(module.weight))
            module.bias.zero_()
    learner = a_learner(SGDProfile(lr=1e-2), **training)
    for step, batch in enumerate([*learner.batches.epoch(0)][:steps]):
        result = learner.step(batch, step)
        assert result.images == len(batch.labels)
    return learner


@pytest.mark.parametrize("parts", [2, 3, 7, 50])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"class_weights": [float(c + 1) for c in range(10)], "label_smoothing": 0.1},
        {"class_weights": "balanced"},
    ],
)
def test_a_batch_in_parts_has_the_gradient_of_the_whole(
    monkeypatch: pytest.MonkeyPatch, parts: int, options: dict[str, object]
) -> None:
    """Fifty parts of a batch of 50 are single images."""
    options = {**options, "batch_size": 50}
    whole = trained(monkeypatch, 1, **options)
    expected = [parameter.grad for parameter in whole.model.parameters()]
    in_parts = trained(monkeypatch, 1, gradient_accumulation=parts, **options)
    for parameter, gradient in zip(in_parts.model.parameters(), expected, strict=True):
        torch.testing.assert_close(parameter.grad, gradient, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("parts", [1, 3])
def test_a_steps_results_are_the_whole_batchs(monkeypatch: pytest.MonkeyPatch, parts: int) -> None:
    learner = trained(monkeypatch, 0, gradient_accumulation=parts, clip_norm=1.0)
    batch = next(learner.batches.epoch(0))
    logits = learner.model(batch.images)
    loss = F.cross_entropy(logits, batch.labels)
    gradients = torch.autograd.grad(loss, list(learner.model.parameters()))
    result = learner.step(batch, 0)
    assert result.loss.item() == pytest.approx(loss.item(), rel=1e-6)
    assert result.correct == (logits.argmax(1) == batch.labels).sum()
    assert result.grad_norm is not None
    norm = torch.cat([gradient.flatten() for gradient in gradients]).norm()
    assert result.grad_norm.item() == pytest.approx(norm.item(), rel=1e-5)


def test_parts_see_no_more_images_at_a_time_than_they_should(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    learner = trained(monkeypatch, 0, batch_size=50, gradient_accumulation=4)
    seen: list[int] = []
    learner.model.register_forward_pre_hook(lambda _, images: seen.append(len(images[0])))
    for step, batch in enumerate(learner.batches.epoch(0)):
        learner.step(batch, step)
    assert seen == [13, 13, 12, 12] * 2 + [10, 10]
