"""`workbench check`: are these profiles valid, and if not, what is wrong."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.cli.options import json_option, set_option
from workbench.cli.output import print_json, print_line, print_note, report
from workbench.errors import ExitCode, ProfileError

if TYPE_CHECKING:
    from workbench.config.loading import LoadedProfile


@click.command("check")
@click.argument(
    "profiles", nargs=-1, required=True, metavar="PROFILE...", type=click.Path(path_type=Path)
)
@set_option
@json_option
@click.pass_context
def command(
    context: click.Context,
    /,
    profiles: tuple[Path, ...],
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Validate profiles; every problem of every file is shown.

    Keys, kinds and values are checked. Not looked at are data, device,
    code of one's own, weights files, and the names and arguments of torchvision's models:
    `workbench run` checks these before anything begins. Exit code 2 if any profile is invalid.

    \b
    Examples:
      workbench check profiles/quickstart.toml
      workbench check profiles/*.toml --json
      workbench check my.toml --set model.kind=vgg_a --set training.epochs=5
    """
    from workbench.config.loading import load_profile
    from workbench.config.overrides import parse_override

    for text in overrides:
        parse_override(text)  # a malformed --set is one error, not one for each file
    outcomes: list[LoadedProfile | ProfileError] = []
    for path in profiles:
        try:
            outcomes.append(load_profile(path, overrides))
        except ProfileError as error:
            outcomes.append(error)
    for path, outcome in zip(profiles, outcomes, strict=True):
        _tell(path, outcome, as_json=as_json)
    if as_json:
        print_json([_as_data(*pair) for pair in zip(profiles, outcomes, strict=True)])
    if any(isinstance(outcome, ProfileError) for outcome in outcomes):
        context.exit(ExitCode.USAGE)


def _tell(path: Path, outcome: LoadedProfile | ProfileError, *, as_json: bool) -> None:
    if isinstance(outcome, ProfileError):
        report(outcome)
        return
    for note in outcome.notes:
        print_note(f"{path}: {note}")
    if not as_json:
        summary = _summary(outcome)
        epochs = "1 epoch" if summary["epochs"] == 1 else f"{summary['epochs']} epochs"
        print_line(
            f"{path}: ok: {summary['name']}, {summary['data']}, {summary['model']}, {epochs}"
        )


def _as_data(path: Path, outcome: LoadedProfile | ProfileError) -> dict[str, Any]:
    if isinstance(outcome, ProfileError):
        problems = [asdict(problem) for problem in outcome.problems]
        return {"path": path, "ok": False, "problems": problems}
    return {"path": path, "ok": True, **_summary(outcome), "notes": outcome.notes}


def _summary(loaded: LoadedProfile) -> dict[str, str | int]:
    profile = loaded.profile
    return {
        "name": profile.name,
        "data": profile.data.kind,
        "model": profile.model.kind,
        "epochs": profile.training.epochs,
    }
