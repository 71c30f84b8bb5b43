"""What other parts, users' files and measurements rely on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from workbench.cli.main import cli
from workbench.config.loading import load_profile
from workbench.config.ready import ready_profiles

ROOT = Path(__file__).parents[1]

PROFILES = ready_profiles()

IMPORT_ALL_WITHOUT_TORCH = """
import importlib, pkgutil, sys

class NotInstalled:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in {"torch", "torchvision", "safetensors"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, NotInstalled)
name = f"workbench.{sys.argv[1]}"
package = importlib.import_module(name)
for module in pkgutil.walk_packages(getattr(package, "__path__", []), f"{name}."):
    importlib.import_module(module.name)
print(len([module for module in sys.modules if module.startswith(name)]))
"""


@pytest.mark.parametrize("part", ["plots", "analysis", "store", "config", "events", "errors"])
def test_browsing_and_drawing_work_where_torch_is_not_installed(part: str) -> None:
    command = [sys.executable, "-c", IMPORT_ALL_WITHOUT_TORCH, part]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr
    modules = len(list((ROOT / "workbench" / part).glob("*.py"))) or 1
    assert int(process.stdout) == modules


@pytest.mark.parametrize(
    "path", sorted(PROFILES.rglob("*.toml")), ids=lambda path: str(path.relative_to(PROFILES))
)
def test_every_ready_profile_is_valid(path: Path) -> None:
    result = CliRunner().invoke(cli, ["check", str(path)])
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""


def test_the_reports_main_recipe_is_what_its_code_did() -> None:
    """Every value that decides the result; only where the images lie is the reader's own."""
    profile = load_profile(PROFILES / "report" / "main.toml").profile
    assert profile.model_dump(mode="json", exclude={"data": {"root"}}) == {
        "name": "report-main",
        "seed": 42,
        "data": {
            "kind": "cifar10",
            "copies": 2,
            "validation": 0,
            "train_per_class": 0,
            "test_per_class": 0,
            "image_size": 0,
            "resize": "stretch",
            "mean": [0.4914, 0.4822, 0.4465],
            "std": [0.2470, 0.2435, 0.2616],
            "test_mean": [0.4942, 0.4851, 0.4504],
            "test_std": [0.2467, 0.2429, 0.2616],
            "augment": [
                {"kind": "random_crop", "padding": 4, "padding_mode": "reflect"},
                {"kind": "horizontal_flip", "p": 0.5},
                {
                    "kind": "color_jitter",
                    "brightness": 0.2,
                    "contrast": 0.2,
                    "saturation": 0.2,
                    "hue": 0.1,
                },
            ],
        },
        "model": {
            "kind": "se_resnet",
            "blocks": 7,
            "activation": "relu",
            "dropout": 0.5,
            "initialisation": "auto",
        },
        "optimizer": {
            "kind": "adam",
            "lr": 1e-3,
            "weight_decay": 1e-4,
            "betas": [0.9, 0.999],
            "eps": 1e-6,
        },
        "schedule": {"kind": "warmup_hold_cosine", "warmup_epochs": 10},
        "training": {
            "epochs": 100,
            "batch_size": 256,
            "eval_batch_size": 512,
            "clip_norm": 1.0,
            "gradient_accumulation": 1,
            "label_smoothing": 0.0,
            "class_weights": "none",
            "ema_decay": 0.0,
            "precision": "fp32",
            "compile": "auto",
            "max_steps": 0,
            "checkpoint_minutes": 10.0,
            "early_stopping": {"patience": 10, "min_delta": 1e-3},
        },
    }
