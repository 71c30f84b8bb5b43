"""A network from a callable of one's own."""

from __future__ import annotations

from torch import nn

from workbench.config.callables import call, foreign_error
from workbench.config.model import CustomModelProfile
from workbench.errors import CallableError
from workbench.models.shape import DataShape


def build_custom(profile: CustomModelProfile, shape: DataShape) -> nn.Module:
    """What the callable returns; it is offered channels, image_size (height, width) and classes.

    Raises `CallableError` where it cannot be called or returns no network.
    """
    model = call(
        profile, channels=shape.channels, image_size=shape.image_size, classes=shape.classes
    )
    if not isinstance(model, nn.Module):
        kind = f"the class {model.__name__}" if isinstance(model, type) else type(model).__name__
        raise CallableError(
            f"{profile.callable} gave {kind} and no network",
            hint="return an instance of torch.nn.Module",
        )
    return model


def refusal(profile: CustomModelProfile, shape: DataShape, error: BaseException) -> CallableError:
    """That a network raised on two images, and in which line of its code."""
    what = f"{profile.callable}, given two images of {shape.images}, raised"
    return CallableError(
        foreign_error(what, error, profile.folder).message,
        hint="mend that code or set data.image_size;"
        " workbench --debug COMMAND shows the whole traceback",
    )
