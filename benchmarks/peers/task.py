"""What every way of training is given, and the parts that are the same in all of them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

from workbench.config.optimizer import AdamProfile
from workbench.config.profile import RunProfile
from workbench.data.dataset import Dataset
from workbench.models.registry import build_model
from workbench.models.shape import DataShape
from workbench.training.hardware import Hardware


@dataclass(frozen=True)
class Task:
    profile: RunProfile
    dataset: Dataset
    hardware: Hardware
    """What the profile asks for. Peers take the device of it, and train in fp32, uncompiled."""

    @property
    def device(self) -> torch.device:
        return torch.device(self.hardware.device)

    def network(self) -> nn.Module:
        """The profile's, as torch keeps it in memory by itself."""
        torch.manual_seed(self.profile.seed)
        data = self.dataset
        shape = DataShape(data.channels, data.image_size, len(data.classes))
        return build_model(self.profile.model, shape).to(self.device).train()

    def optimizer(self, network: nn.Module) -> torch.optim.Optimizer:
        """Adam as `torch.optim` has it, with nothing chosen but what the profile says."""
        profile = self.profile.optimizer
        assert isinstance(profile, AdamProfile)
        return torch.optim.Adam(
            network.parameters(),
            lr=profile.lr,
            betas=profile.betas,
            eps=profile.eps,
            weight_decay=profile.weight_decay,
        )
