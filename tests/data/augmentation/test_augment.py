from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torchvision.transforms.v2 as transforms
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from torch import Tensor
from torch.nn import functional as F
from torchvision.transforms.v2 import functional as reference

from workbench.config.augment import (
    AffineProfile,
    AugmentationProfile,
    ColorJitterProfile,
    CutMixProfile,
    GaussianBlurProfile,
    GrayscaleProfile,
    HorizontalFlipProfile,
    MixUpProfile,
    RandomCropProfile,
    RandomErasingProfile,
)
from workbench.data.augmentation.augment import Epoch, augment, check_augmentations, mixes
from workbench.data.augmentation.samples import Samples
from workbench.errors import DataError

Profiles = tuple[AugmentationProfile, ...]

REPORT = (RandomCropProfile(), HorizontalFlipProfile(), ColorJitterProfile())
ALONE: list[Profiles] = [
    (RandomCropProfile(),),
    (HorizontalFlipProfile(),),
    (ColorJitterProfile(),),
    (AffineProfile(shear=10),),
    (AffineProfile(interpolation="nearest", degrees=180),),
    (GrayscaleProfile(p=0.5),),
    (GaussianBlurProfile(kernel_size=5),),
    (RandomErasingProfile(),),
    (CutMixProfile(p=0.7),),
    (MixUpProfile(p=0.7),),
]
TOGETHER: list[Profiles] = [
    REPORT,
    (*REPORT, MixUpProfile(p=0.5), RandomErasingProfile(), CutMixProfile(p=0.5)),
]


def stored(images: Tensor) -> Samples:
    """Every image a class of its own."""
    return Samples(images, torch.eye(len(images)))


def augmented(
    images: Tensor,
    profiles: Profiles,
    *,
    seed: int = 1,
    epoch: int = 0,
    index: Tensor | None = None,
    copies: int = 2,
) -> Samples:
    """All images, or those at `index`, of an epoch with each image `copies` times."""
    samples = stored(images)
    source = Epoch(
        lambda index: samples.part((index % len(images)).to(images.device)),
        count=len(images) * copies,
        seed=seed,
        number=epoch,
    )
    return augment(source, profiles, torch.arange(len(images)) if index is None else index)


@pytest.mark.parametrize("profiles", ALONE + TOGETHER)
@settings(max_examples=15)
@given(st.permutations(range(96)), st.integers(1, 96), st.integers(0, 2**63 - 1))
def test_a_samples_result_does_not_depend_on_its_batch(
    colours: Tensor, profiles: Profiles, order: list[int], size: int, seed: int
) -> None:
    whole = augmented(colours, profiles, seed=seed, epoch=3, index=torch.arange(96))
    part = torch.tensor(order[:size])
    alone = augmented(colours, profiles, seed=seed, epoch=3, index=part)
    assert torch.equal(alone.images, whole.images[part])
    assert torch.equal(alone.targets, whole.targets[part])


@pytest.mark.parametrize("change", [{"seed": 2}, {"epoch": 1}, {"index": torch.arange(48) + 48}])
@pytest.mark.parametrize("profiles", ALONE + TOGETHER)
def test_seed_epoch_and_copy_each_give_other_draws(
    colours: Tensor, profiles: Profiles, change: dict[str, object]
) -> None:
    first = augmented(colours, profiles)
    second = augmented(colours, profiles, **change)  # type: ignore[arg-type]
    assert not torch.equal(first.images, second.images)
    assert torch.equal(first.targets, second.targets) == (not mixes(profiles))


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("profiles", ALONE + TOGETHER)
def test_any_number_of_channels_can_be_augmented(
    colours: Tensor, profiles: Profiles, channels: int
) -> None:
    images = torch.cat([colours, colours], 1)[:, :channels, :, :12].contiguous()
    before = images.clone()
    result = augmented(images, profiles).images
    assert result.dtype == torch.uint8
    assert result.shape == images.shape
    assert torch.equal(images, before)


def test_augmentations_are_applied_in_the_order_written(colours: Tensor) -> None:
    # Of a white image with a black border, the jitter leaves the border black if it comes first.
    white = torch.full_like(colours, 255)
    border = RandomCropProfile(padding=8, padding_mode="constant")
    darker = ColorJitterProfile(brightness=0, contrast=0.9, saturation=0, hue=0)
    jitter_first = augmented(white, (darker, border)).images
    crop_first = augmented(white, (border, darker)).images
    assert set(jitter_first.unique().tolist()) == {0, 255}
    assert len(crop_first.unique()) > 2


def test_the_same_augmentation_twice_draws_twice(colours: Tensor) -> None:
    flip = HorizontalFlipProfile()
    assert not torch.equal(augmented(colours, (flip, flip)).images, colours)


def test_without_augmentations_samples_stay_as_they_are(colours: Tensor) -> None:
    result = augmented(colours, ())
    assert torch.equal(result.images, colours)
    assert torch.equal(result.targets, torch.eye(len(colours)))


def test_a_partner_is_a_sample_of_the_epoch_as_the_augmentations_before_leave_it(
    colours: Tensor,
) -> None:
    epoch = augmented(colours, REPORT, index=torch.arange(96)).images
    mixed = augmented(colours, (*REPORT, CutMixProfile())).images
    for own, mixture in zip(epoch, mixed, strict=False):
        from_partner = (mixture == epoch) | (mixture == own)
        assert bool(from_partner.flatten(1).all(1).any())


def test_augmentations_after_a_mixing_change_the_mixture_alone(colours: Tensor) -> None:
    mixed = augmented(colours, (MixUpProfile(), HorizontalFlipProfile(p=1)))
    first = augmented(colours, (MixUpProfile(),))
    assert torch.equal(mixed.images, first.images.flip(-1))
    assert torch.equal(mixed.targets, first.targets)


def test_mixing_twice_brings_up_to_four_classes_together(colours: Tensor) -> None:
    result = augmented(colours, (MixUpProfile(), CutMixProfile()))
    classes = (result.targets > 0).sum(1)
    assert int(classes.max()) == 4
    assert torch.allclose(result.targets.sum(1), torch.ones(48))


def test_a_mixture_of_two_flat_colours_is_what_its_targets_say() -> None:
    # Class k is an image of brightness k: the expected brightness follows from the shares.
    flat = torch.arange(200, dtype=torch.uint8).view(-1, 1, 1, 1).expand(-1, 1, 8, 8).contiguous()
    for mixing in (CutMixProfile(p=0.8), MixUpProfile(p=0.8, alpha=0.4)):
        result = augmented(flat, (mixing,))
        expected = result.targets.double() @ torch.arange(200.0).double()
        brightness = result.images.double().mean((1, 2, 3))
        assert (brightness - expected).abs().max() <= 0.5001


@pytest.mark.parametrize(
    ("profile", "fits"),
    [
        (RandomCropProfile(padding=8), False),
        (RandomCropProfile(padding=7), True),
        (GaussianBlurProfile(kernel_size=17, p=0), False),
        (GaussianBlurProfile(kernel_size=15, p=0), True),
        (CutMixProfile(), True),
        (MixUpProfile(), True),
    ],
)
def test_one_image_tells_whether_an_augmentation_fits(
    profile: AugmentationProfile, fits: bool
) -> None:
    image = torch.zeros(1, 3, 8, 9, dtype=torch.uint8)
    if fits:
        check_augmentations((profile, HorizontalFlipProfile()), image)
    else:
        with pytest.raises(DataError, match=profile.kind):
            check_augmentations((profile, HorizontalFlipProfile()), image)


COUNT = 2000
INTERPOLATION = transforms.InterpolationMode.BILINEAR
REFERENCES: list[tuple[AugmentationProfile, Callable[[Image.Image | Tensor], object]]] = [
    (
        RandomCropProfile(padding=3),
        transforms.RandomCrop((10, 12), padding=3, padding_mode="reflect"),
    ),
    (HorizontalFlipProfile(p=0.3), transforms.RandomHorizontalFlip(0.3)),
    (ColorJitterProfile(), transforms.ColorJitter(0.2, 0.2, 0.2, 0.1)),
    (
        AffineProfile(degrees=30, translate=(0.2, 0.1), scale=(0.7, 1.2), shear=15, fill=50),
        transforms.RandomAffine(30, (0.2, 0.1), (0.7, 1.2), 15, INTERPOLATION, fill=50),
    ),
    (GrayscaleProfile(p=0.3), transforms.RandomGrayscale(0.3)),
    (
        GaussianBlurProfile(p=0.4, kernel_size=5),
        transforms.RandomApply([transforms.GaussianBlur(5, (0.1, 2.0))], p=0.4),
    ),
    (RandomErasingProfile(value=7), transforms.RandomErasing(value=7)),
]


def as_torchvision_draws(
    image: Tensor, transform: Callable[[Image.Image | Tensor], object]
) -> Tensor:
    """Many results for one image; of PIL images, but for RandomErasing, which takes none."""
    torch.manual_seed(0)
    tensors = isinstance(transform, transforms.RandomErasing)
    given = image if tensors else reference.to_pil_image(image)
    results = [transform(given) for _ in range(COUNT)]
    return torch.stack(
        [r if isinstance(r, Tensor) else reference.pil_to_tensor(r) for r in results]
    )


@pytest.mark.parametrize(("profile", "transform"), REFERENCES, ids=[p.kind for p, _ in REFERENCES])
def test_results_are_distributed_as_torchvisions(
    profile: AugmentationProfile, transform: Callable[[Image.Image | Tensor], object]
) -> None:
    """Mean and variance of each pixel and the share of images changed, to 5 standard errors."""
    generator = torch.Generator().manual_seed(0)
    coarse = torch.rand(1, 3, 4, 4, generator=generator) * 255
    image = F.interpolate(coarse, (10, 12), mode="bilinear").round().to(torch.uint8)
    ours = augmented(image.expand(COUNT, -1, -1, -1), (profile,)).images
    theirs = as_torchvision_draws(image[0], transform)
    changed = [(images != image).flatten(1).any(1).double()[:, None] for images in (ours, theirs)]
    # A byte may differ by one where a rounding falls otherwise.
    assert means_agree(ours.double(), theirs.double(), slack=0.05)
    assert means_agree(*(deviations(images.double()) for images in (ours, theirs)), slack=1.0)
    assert means_agree(*changed, slack=0)


def deviations(values: Tensor) -> Tensor:
    """Squares of the distances from the mean, whose mean is the variance."""
    return (values - values.mean(0)).square()


def means_agree(first: Tensor, second: Tensor, slack: float) -> bool:
    error = ((first.var(0) + second.var(0)) / COUNT).sqrt()
    return bool(((first.mean(0) - second.mean(0)).abs() <= 5 * error + slack).all())


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("profiles", ALONE + TOGETHER)
def test_a_gpu_gives_the_same_bytes(colours: Tensor, profiles: Profiles) -> None:
    on_cpu = augmented(colours, profiles)
    samples = Samples(colours.cuda(), torch.eye(48).cuda())
    source = Epoch(lambda index: samples.part((index % 48).cuda()), 96, seed=1, number=0)
    on_gpu = augment(source, profiles, torch.arange(48))
    assert torch.equal(on_gpu.images.cpu(), on_cpu.images)
    assert torch.allclose(on_gpu.targets.cpu(), on_cpu.targets, atol=1e-6)
