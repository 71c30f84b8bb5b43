from __future__ import annotations

import pytest
import torch
import torchvision.transforms.v2 as transforms
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, kstest
from torch import Tensor

from workbench.config.augment import CutMixProfile, MixUpProfile
from workbench.data.augmentation.mixing import (
    cutmix,
    draw_cut,
    draw_partners,
    draw_share,
    mix,
    mixup,
)
from workbench.data.augmentation.samples import Samples
from workbench.data.draws import Draws

COUNT = 4000
CLASSES = 5


def draws(count: int = COUNT, seed: int = 42) -> Draws:
    return Draws(seed, 0, 16, torch.arange(count))


def samples(count: int, side: int = 12, seed: int = 0) -> Samples:
    """Noise, and shares that sum to 1."""
    generator = torch.Generator().manual_seed(seed)
    images = torch.randint(0, 256, (count, 3, side, side), generator=generator)
    shares = torch.rand(count, CLASSES, generator=generator)
    return Samples(images.to(torch.uint8), shares / shares.sum(1, keepdim=True))


def white_on_black(count: int, height: int, width: int) -> tuple[Samples, Samples]:
    """Class 0 is black, class 1 is white."""
    black = torch.zeros(count, 1, height, width, dtype=torch.uint8)
    classes = torch.eye(2)
    return (
        Samples(black, classes[:1].expand(count, -1)),
        Samples(black + 255, classes[1:].expand(count, -1)),
    )


@pytest.mark.parametrize("alpha", [0.1, 0.2, 1.0, 3.0, 100.0])
def test_shares_follow_the_beta_distribution(alpha: float) -> None:
    shares = draw_share(MixUpProfile(alpha=alpha), draws())
    assert kstest(shares.numpy(), beta(alpha, alpha).cdf).pvalue > 0.001


@pytest.mark.parametrize("alpha", [1e-300, 1e-9, 1e-3])
def test_with_the_smallest_alpha_every_image_is_one_of_the_two(alpha: float) -> None:
    shares = draw_share(MixUpProfile(alpha=alpha), draws())
    assert bool(((shares >= 0) & (shares <= 1)).all())
    assert ((shares - 0.5).abs() > 0.49).double().mean() > 0.99


@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
def test_partners_are_drawn_for_a_share_of_p_from_the_whole_epoch(p: float) -> None:
    partners = draw_partners(CutMixProfile(p=p), draws(), count=10)
    assert abs(len(partners.rows) / COUNT - p) <= 5 * (p * (1 - p) / COUNT) ** 0.5
    if p:
        counts = torch.bincount(partners.index, minlength=10).double()
        expected = len(partners.index) / 10
        assert len(counts) == 10
        assert ((counts - expected) ** 2 / expected).sum() < 34  # p < 1e-4, 9 degrees of freedom


@given(st.integers(0, 99), st.integers(1, 8))
def test_mixup_is_torchvisions_up_to_rounding(seed: int, count: int) -> None:
    first, second = samples(count, seed=seed), samples(count, seed=seed + 1)
    share = draw_share(MixUpProfile(alpha=0.5), draws(count, seed))
    result = mixup(first, second, share)
    # torchvision mixes each image with the one before it, all with one share.
    transform = transforms.MixUp(num_classes=CLASSES)
    for k in range(count):
        pair = torch.stack([second.images[k], first.images[k]]).float()
        theirs = transform.transform(
            pair, {"lam": share[k].item(), "labels": None, "batch_size": 2}
        )
        assert (result.images[k] - theirs[1]).abs().max() <= 0.5001
        expected = share[k] * first.targets[k] + (1 - share[k]) * second.targets[k]
        assert torch.allclose(result.targets[k], expected.float(), atol=1e-6)


@pytest.mark.parametrize(("share", "kept"), [(1.0, 0), (0.0, 1)])
def test_mixup_with_a_whole_share_gives_one_of_the_two(share: float, kept: int) -> None:
    pair = samples(6), samples(6, seed=1)
    result = mixup(*pair, torch.full((6,), share, dtype=torch.float64))
    assert torch.equal(result.images, pair[kept].images)
    assert torch.allclose(result.targets, pair[kept].targets, atol=1e-7)


@given(st.integers(1, 20), st.integers(1, 20), st.integers(0, 99))
def test_labels_of_cutmix_are_shares_of_the_true_area(height: int, width: int, seed: int) -> None:
    black, white = white_on_black(8, height, width)
    profile = CutMixProfile(alpha=0.7)
    result = mix(black, white, profile, draws(8, seed))
    bright = (result.images == 255).double().mean((1, 2, 3))
    assert torch.allclose(result.targets[:, 1].double(), bright, atol=1e-6)
    assert torch.allclose(result.targets.sum(1), torch.ones(8))


def test_cutmix_takes_the_second_image_within_the_rectangle(colours: Tensor) -> None:
    first = Samples(colours, torch.ones(len(colours), 1))
    second = Samples(255 - colours, torch.ones(len(colours), 1))
    cut = draw_cut(CutMixProfile(), draws(len(colours)), 16, 16)
    expected = colours.clone()
    for k in range(len(colours)):
        rows, columns = slice(cut.top[k], cut.bottom[k]), slice(cut.left[k], cut.right[k])
        expected[k, :, rows, columns] = second.images[k, :, rows, columns]
    assert torch.equal(cutmix(first, second, cut).images, expected)


def torchvisions_cuts(alpha: float, height: int, width: int) -> tuple[Tensor, Tensor]:
    """Left, top, right and bottom of many rectangles, (COUNT, 4), and shares of the first image."""
    torch.manual_seed(0)
    transform = transforms.CutMix(alpha=alpha, num_classes=2)
    batch = [torch.zeros(2, 3, height, width)]
    params = [transform.make_params(batch) for _ in range(COUNT)]
    boxes = torch.tensor([p["box"] for p in params])
    return boxes, torch.tensor([p["lam_adjusted"] for p in params])


@pytest.mark.parametrize("alpha", [0.3, 1.0])
@pytest.mark.parametrize(("height", "width"), [(24, 32), (5, 4)])
def test_cuts_are_distributed_as_torchvisions(alpha: float, height: int, width: int) -> None:
    boxes, shares = torchvisions_cuts(alpha, height, width)
    cut = draw_cut(CutMixProfile(alpha=alpha), draws(), height, width)
    black, white = white_on_black(COUNT, height, width)
    ours = torch.stack([cut.left, cut.top, cut.right, cut.bottom], 1)
    for column in range(4):
        assert same_distribution(ours[:, column], boxes[:, column])
    assert same_distribution(cutmix(black, white, cut).targets[:, 0], shares)


def same_distribution(first: Tensor, second: Tensor) -> bool:
    return bool(kstest(first.numpy(), second.numpy(), method="asymp").pvalue > 0.001)


def test_mixed_samples_take_the_place_of_those_that_were_there() -> None:
    batch, other = samples(5), samples(2, seed=1)
    rows = torch.tensor([3, 0])
    result = batch.replaced(rows, other)
    assert torch.equal(result.images[rows], other.images)
    assert torch.equal(result.targets[rows], other.targets)
    kept = torch.tensor([1, 2, 4])
    assert torch.equal(result.images[kept], batch.part(kept).images)
    assert torch.equal(result.targets[kept], batch.part(kept).targets)
