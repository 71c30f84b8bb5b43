"""What a network must know of its data."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.config.wording import counted


@dataclass(frozen=True)
class DataShape:
    """The images that a network is given, and the classes it tells apart."""

    channels: int
    image_size: tuple[int, int]
    """Height and width in pixels."""
    classes: int

    @property
    def images(self) -> str:
        """In words: `32x32 pixels and 3 channels`."""
        height, width = self.image_size
        return f"{height}x{width} pixels and {counted(self.channels, 'channel')}"
