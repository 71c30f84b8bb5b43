"""The training loss against torch's and against sums written out by hand."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional as F

from workbench.config.training import TrainingProfile
from workbench.errors import DataError
from workbench.training.loss import TrainingLoss, balanced_weights, training_loss

CLASSES = ("ant", "bee", "cat")
CPU = torch.device("cpu")
LABELS = torch.tensor([0, 0, 0, 0, 1, 1, 2, 2])


def a_loss(**options: object) -> TrainingLoss:
    return training_loss(TrainingProfile.model_validate(options), LABELS, CLASSES, CPU)


def some_logits(samples: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(samples, 3, generator=generator, requires_grad=True)


def some_labels(samples: int, seed: int = 0) -> Tensor:
    return torch.randint(3, (samples,), generator=torch.Generator().manual_seed(seed))


def gradient(loss: Tensor, logits: Tensor) -> Tensor:
    (found,) = torch.autograd.grad(loss, logits)
    return found


@pytest.mark.parametrize("samples", [1, 3, 128, 160])
def test_with_all_off_it_is_cross_entropy_bit_for_bit(samples: int) -> None:
    logits, labels = some_logits(samples), some_labels(samples)
    ours, theirs = a_loss()(logits, labels, labels), F.cross_entropy(logits, labels)
    assert torch.equal(ours, theirs)
    assert torch.equal(gradient(ours, logits), gradient(theirs, logits))


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("weights", ["none", [1.0, 2.5, 1e-60]])
def test_weights_and_smoothing_are_torchs(smoothing: float, weights: object) -> None:
    logits, labels = some_logits(20), some_labels(20)
    loss = a_loss(label_smoothing=smoothing, class_weights=weights)
    tensor = None if weights == "none" else torch.tensor(weights)
    expected = F.cross_entropy(logits, labels, tensor, label_smoothing=smoothing)
    torch.testing.assert_close(loss(logits, labels, labels), expected, rtol=1e-6, atol=0)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("weights", ["none", "balanced", [1.0, 2.5, 1e-60]])
def test_one_hot_shares_give_the_loss_of_labels(smoothing: float, weights: object) -> None:
    logits, labels = some_logits(20), some_labels(20)
    shares = F.one_hot(labels, 3).float()
    loss = a_loss(label_smoothing=smoothing, class_weights=weights)
    torch.testing.assert_close(
        loss(logits, shares, shares), loss(logits, labels, labels), rtol=1e-6, atol=0
    )


def test_a_mixed_image_weighs_the_mean_of_its_classes_by_share() -> None:
    logits = some_logits(2).detach()
    shares = torch.tensor([[0.7, 0.3, 0.0], [0.0, 0.0, 1.0]])
    weights = torch.tensor([1.0, 2.0, 4.0])
    losses = -(shares * weights * logits.log_softmax(1)).sum(1)
    expected = losses.sum() / (0.7 * 1 + 0.3 * 2 + 4)
    ours = a_loss(class_weights=[1.0, 2.0, 4.0])(logits, shares, shares)
    torch.testing.assert_close(ours, expected, rtol=1e-6, atol=0)


@given(
    st.integers(2, 20),
    st.integers(1, 19),
    st.sampled_from(["none", "balanced", [1e-60, 1.0, 3.0]]),
    st.sampled_from([0.0, 0.2]),
    st.booleans(),
)
def test_the_parts_of_a_batch_add_up_to_the_whole(
    samples: int, cut: int, weights: object, smoothing: float, mixed: bool
) -> None:
    """Also where all the samples of one part weigh next to nothing."""
    logits = some_logits(samples, seed=samples)
    targets = some_labels(samples, seed=cut)
    if mixed:
        targets = 0.5 * F.one_hot(targets, 3).float() + 0.5 * F.one_hot(targets.flip(0), 3)
    loss = a_loss(class_weights=weights, label_smoothing=smoothing)
    parts = [part for part in (slice(None, cut), slice(cut, None)) if len(targets[part])]
    total = torch.stack([loss(logits[part], targets[part], targets) for part in parts]).sum()
    whole = loss(logits, targets, targets)
    torch.testing.assert_close(total, whole, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(
        gradient(total, logits), gradient(whole, logits), rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_a_batch_of_classes_too_light_to_count_has_no_loss_and_no_gradient(
    smoothing: float,
) -> None:
    logits, labels = some_logits(4), torch.zeros(4, dtype=torch.int64)
    loss = a_loss(class_weights=[1e-60, 1.0, 1.0], label_smoothing=smoothing)(
        logits, labels, labels
    )
    assert loss == 0
    assert torch.equal(gradient(loss, logits), torch.zeros(4, 3))


def test_only_the_proportions_of_weights_count() -> None:
    logits, labels = some_logits(20), some_labels(20)
    light, heavy = a_loss(class_weights=[1, 2, 4]), a_loss(class_weights=[1e300, 2e300, 4e300])
    assert torch.equal(light(logits, labels, labels), heavy(logits, labels, labels))


def test_balanced_classes_have_the_same_weight_in_all() -> None:
    weights = balanced_weights(LABELS, 3)
    assert weights.tolist() == pytest.approx([8 / 12, 8 / 6, 8 / 6])
    assert weights[LABELS].mean() == pytest.approx(1.0)


def test_a_class_without_an_image_weighs_nothing() -> None:
    weights = balanced_weights(torch.tensor([0, 0, 2]), 4)
    assert weights.tolist() == [3 / 8, 0.0, 3 / 4, 0.0]


@pytest.mark.parametrize("weights", [[1.0, 2.0], [1.0] * 10])
def test_a_list_of_another_length_is_refused_with_the_classes(weights: list[float]) -> None:
    with pytest.raises(DataError) as caught:
        a_loss(class_weights=weights)
    assert f"training.class_weights has {len(weights)} numbers" in caught.value.message
    assert "3 classes" in caught.value.message
    assert "ant, bee and cat" in caught.value.hint
