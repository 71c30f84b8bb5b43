"""`--images`: the folder of real images that a benchmark reads."""

from __future__ import annotations

from pathlib import Path

import click

images_option = click.option(
    "--images",
    envvar="WORKBENCH_TEST_IMAGES",
    required=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="CIFAR-10 as image files, train/<class>/* and test/<class>/*.",
    show_envvar=True,
)


def from_folder(images: Path) -> tuple[str, ...]:
    """The changes to a profile after which it reads that folder."""
    return "data.kind=image_folder", f"data.root={images.expanduser().resolve()}"
