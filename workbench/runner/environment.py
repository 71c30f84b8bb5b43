"""env.json: what a run was computed with."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import torch

from workbench.data.dataset import Dataset
from workbench.training.hardware import Hardware, has_compiler

PACKAGES = ("workbench-tui", "torch", "torchvision", "numpy", "pillow", "pydantic", "scikit-learn")


def versions() -> dict[str, str]:
    """Installed versions of Python and the packages that decide results."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:  # run from a source tree without installing
            found[package] = "not installed"
    return found


def describe_machine() -> dict[str, object]:
    """Operating system, processor and GPUs."""
    gpus = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    return {
        "system": platform.platform(),
        "host": platform.node(),
        "cpus": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "gpus": gpus,
        "cuda": torch.version.cuda or "",
        "compiler": has_compiler(),
    }


def describe_run(hardware: Hardware, dataset: Dataset) -> dict[str, object]:
    """The contents of env.json: versions, machine, git state, and what "auto" and [] became."""
    return {
        "versions": versions(),
        "machine": describe_machine(),
        "hardware": {**asdict(hardware), "reasons": dict(hardware.reasons)},
        "data": describe_data(dataset),
        "command": sys.argv,
        "git": git_state(Path.cwd()),
    }


def describe_data(dataset: Dataset) -> dict[str, object]:
    """Sizes, classes, and the statistics that images are normalised with."""
    return {
        "train": len(dataset.train),
        "validation": len(dataset.validation),
        "test": len(dataset.test),
        "classes": list(dataset.classes),
        "mean": list(dataset.mean),
        "std": list(dataset.std),
        "test_mean": list(dataset.test_mean),
        "test_std": list(dataset.test_std),
        "fingerprint": dataset.fingerprint,
    }


def git_state(folder: Path) -> dict[str, object]:
    """Commit and cleanness of the work tree around `folder`, as far as git tells.

    Empty outside of a work tree, and without git.
    """
    commit = _git(folder, "rev-parse", "HEAD")
    if commit is None:
        return {}
    changes = _git(folder, "status", "--porcelain")
    return {"commit": commit} | ({} if changes is None else {"clean": not changes})


def _git(folder: Path, *arguments: str) -> str | None:
    """What a git command prints; None where it fails or takes too long."""
    # Without optional locks: a look at the user's work tree writes nothing into it.
    command = ["git", "--no-optional-locks", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(  # noqa: S603  # fixed words, no shell
            command, capture_output=True, text=True, errors="replace", timeout=5, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
