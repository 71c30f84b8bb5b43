from __future__ import annotations

import pytest
import torch
import torchvision.transforms.v2 as transforms
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ks_2samp
from torch import Tensor

from workbench.config.augment import RandomErasingProfile
from workbench.data.augmentation.erasing import draw_erasing, erase
from workbench.data.augmentation.rectangle import Rectangles
from workbench.data.draws import Draws

COUNT = 4000


def drawn_for(
    profile: RandomErasingProfile, height: int, width: int, count: int = COUNT, seed: int = 42
) -> Rectangles:
    return draw_erasing(profile, Draws(seed, 0, 16, torch.arange(count)), height, width)


def form(drawn: Rectangles) -> tuple[Tensor, Tensor]:
    return drawn.bottom - drawn.top, drawn.right - drawn.left


def torchvisions(profile: RandomErasingProfile, height: int, width: int) -> Tensor:
    """Top, left, height and width of many rectangles, (COUNT, 4), zero where nothing is erased."""
    torch.manual_seed(0)
    transform = transforms.RandomErasing(1, profile.scale, profile.ratio, float(profile.value))
    image, rows = torch.zeros(3, height, width), []
    for _ in range(COUNT):
        params = transform.make_params([image])
        erased = params["v"] is not None
        rows.append([params[name] if erased else 0 for name in ("i", "j", "h", "w")])
    return torch.tensor(rows)


@pytest.mark.parametrize(
    "profile",
    [
        RandomErasingProfile(p=1),
        RandomErasingProfile(p=1, scale=(0.3, 0.9), ratio=(0.2, 2)),
        RandomErasingProfile(p=1, scale=(0.85, 1), ratio=(0.8, 1.25)),  # seldom fits
    ],
)
def test_rectangles_are_distributed_as_torchvisions(profile: RandomErasingProfile) -> None:
    drawn = drawn_for(profile, 24, 32)
    ours = torch.stack([drawn.top, drawn.left, *form(drawn)], 1) * (drawn.area > 0)[:, None]
    theirs = torchvisions(profile, 24, 32)
    for column in range(4):
        assert same_distribution(ours[:, column], theirs[:, column])
    assert same_distribution(drawn.area, theirs[:, 2] * theirs[:, 3])


def same_distribution(first: Tensor, second: Tensor) -> bool:
    return bool(ks_2samp(first.numpy(), second.numpy(), method="asymp").pvalue > 0.001)


@given(
    st.integers(1, 20),
    st.integers(1, 20),
    st.tuples(st.floats(0, 1), st.floats(0, 1)),
    st.tuples(st.floats(0.01, 100), st.floats(0.01, 100)),
    st.integers(0, 99),
)
def test_every_rectangle_lies_within_the_image_and_leaves_some_of_it(
    height: int, width: int, scale: tuple[float, float], ratio: tuple[float, float], seed: int
) -> None:
    profile = RandomErasingProfile(
        p=1, scale=(min(scale), max(scale)), ratio=(min(ratio), max(ratio))
    )
    drawn = drawn_for(profile, height, width, count=20, seed=seed)
    for first, last, side in ((drawn.top, drawn.bottom, height), (drawn.left, drawn.right, width)):
        assert bool(((first >= 0) & (first <= last) & (last <= side)).all())
        assert bool((last - first < side).all())


@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
def test_the_share_of_erased_images_is_p(p: float) -> None:
    erased = drawn_for(RandomErasingProfile(p=p, scale=(0.1, 0.2), ratio=(1, 1)), 32, 32).area > 0
    assert abs(erased.double().mean().item() - p) <= 5 * (p * (1 - p) / COUNT) ** 0.5


def test_the_rectangle_alone_is_painted_in_every_channel(colours: Tensor) -> None:
    profile = RandomErasingProfile(p=0.8, value=200)
    drawn = drawn_for(profile, 16, 16, count=len(colours))
    expected = colours.clone()
    for number, image in enumerate(expected):
        top, bottom = int(drawn.top[number]), int(drawn.bottom[number])
        image[:, top:bottom, int(drawn.left[number]) : int(drawn.right[number])] = 200
    assert torch.equal(erase(colours, profile, drawn), expected)
    assert not torch.equal(expected, colours)
