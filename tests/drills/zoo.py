"""Run folders as a stranger might make them: each cage spoils a copy of a real finished run."""

from __future__ import annotations

import json
import os
import pickle
import socket
from collections.abc import Callable
from pathlib import Path

ATTACK = (
    "\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07\x1b[2J\x1b[10;10H\x1b[31m\x9b31m\x9d0;owned\x9c"
    "\u202egnp.exe\u2066\u200b\ufeff\r\b\x00\x7f[red]x[/red]"
)
"""Title, clipboard, clear, cursor, colours; the same in 8 bits; bidi, zero width, markup."""

NUMBERS = ["NaN", "1e999", "-1e999", "-1", str(2**70), "true", "null", '"x"', "[]", "{}", "1e308"]
TEXT_FILES = ["profile.toml", "status.json", "owner.json", "notes.toml", "env.json"]
FILES = [*TEXT_FILES, "log.txt", "metrics/0001.jsonl", "weights.safetensors", "lock"]
HUGE = 10 << 30

Cage = Callable[[Path], object]


def _replaced(name: str, make: Callable[[Path], object]) -> Cage:
    def spoil(run: Path) -> None:
        path = run / name
        path.unlink(missing_ok=True)
        make(path)

    return spoil


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(HUGE)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(path.parent)  # a socket's whole path must be short
        try:
            server.bind(path.name)
        finally:
            os.chdir(here)


def _link_to(target: str) -> Callable[[Path], object]:
    return lambda path: path.symlink_to(target)


def _everywhere(make: Callable[[Path], object]) -> Cage:
    def spoil(run: Path) -> None:
        for name in FILES:
            _replaced(name, make)(run)

    return spoil


class _Creates:
    """Unpickled, it makes a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, (str(self._path), "w")


def trap_of(run: Path) -> Path:
    """The file that exists once a pickle of this run was loaded."""
    return run.parents[1] / "owned"


def imported_of(run: Path) -> Path:
    """The file that exists once the code in this run's folder was imported."""
    return run.parents[1] / "imported"


def _pickles(run: Path) -> None:
    import hashlib

    data = pickle.dumps(_Creates(trap_of(run)))
    for path in [run / "weights.safetensors", *(run / "checkpoints").glob("*.pt")]:
        path.write_bytes(data)
        if path.suffix == ".pt":
            checksum = hashlib.sha256(data).hexdigest()
            path.with_name(f"{path.name}.sha256").write_text(f"{checksum}  {path.name}\n")
    status = json.loads((run / "status.json").read_text())
    (run / "status.json").write_text(json.dumps({**status, "state": "stopped"}))


def _numbers(number: str) -> Cage:
    """Every number of the JSON files and of the metrics is this."""
    import re

    def spoil(run: Path) -> None:
        for name in ("status.json", "owner.json", "env.json", "metrics/0001.jsonl"):
            path = run / name
            if path.exists():
                text = re.sub(r"(?<=[:\[,])\s*-?\d[\d.eE+-]*(?=[,\]}\n])", number, path.read_text())
                path.write_text(text)
        (run / "notes.toml").write_text(f"tags = [1, true]\nnote = {2**70}\n")

    return spoil


def _each_number(number: str) -> Cage:
    """One number of each line is this, each time another one."""
    import re

    def spoil(run: Path) -> None:
        path = run / "metrics" / "0001.jsonl"
        lines = path.read_text().splitlines()
        spoiled = []
        for place, line in enumerate(lines):
            spots = [*re.finditer(r"(?<=[:\[,])-?\d[\d.eE+-]*(?=[,\]}])", line)]
            spot = spots[place % len(spots)]
            spoiled.append(line[: spot.start()] + number + line[spot.end() :])
        path.write_text("\n".join([*lines, *spoiled]) + "\n")
        status = json.loads((run / "status.json").read_text())
        for key, value in status.items():
            if isinstance(value, int | float):
                text = json.dumps(status).replace(
                    f'"{key}": {json.dumps(value)}', f'"{key}": {number}', 1
                )
        (run / "status.json").write_text(text)

    return spoil


def _attacked(value: object) -> object:
    match value:
        case str():
            return value + ATTACK
        case dict():
            return {key: _attacked(item) for key, item in value.items()} | {ATTACK: ATTACK}
        case list():
            return [_attacked(item) for item in value]
    return value


def _escapes(run: Path) -> None:
    """Every text that a command shows steers the terminal, where its file still parses."""
    import tomli_w

    status = json.loads((run / "status.json").read_text())
    status |= {"reason": ATTACK, "state": "failed"}
    status["metrics"] = {f"val/{ATTACK}": 1.0, **status["metrics"]}
    status["best"]["metric"] += ATTACK
    (run / "status.json").write_text(json.dumps(status))
    environment = json.loads((run / "env.json").read_text())
    (run / "env.json").write_text(json.dumps(_attacked(environment)))
    lines = []
    for line in (run / "metrics" / "0001.jsonl").read_text().splitlines():
        record = json.loads(line)
        for key in ("classes", "device", "reason", "layer", "metric", "split"):
            if key in record:
                record[key] = _attacked(record[key])
        if "metrics" in record:
            record["metrics"][f"val/{ATTACK}"] = 0.5
        if record["event"] == "steps":
            record[ATTACK] = record["loss"]
        lines.append(json.dumps(record))
    (run / "metrics" / "0001.jsonl").write_text("\n".join(lines) + "\n")
    (run / "notes.toml").write_text(tomli_w.dumps({"tags": [ATTACK], "note": ATTACK}))
    (run / "log.txt").write_text(ATTACK)
    import tomllib

    profile = tomllib.loads((run / "profile.toml").read_text())
    spoiled = {key: _attacked(value) for key, value in profile.items()}
    (run / "profile.toml").write_text(tomli_w.dumps({**spoiled, ATTACK: ATTACK}))


def _unknown_state(run: Path) -> None:
    (run / "status.json").write_text(json.dumps({"state": ATTACK, "metrics": {ATTACK: ATTACK}}))
    (run / "profile.toml").write_text(f"{ATTACK} = {ATTACK}")


def _deep(run: Path) -> None:
    for opening, closing in (("[", "]"), ('{"a":', "}")):
        deep = opening * 1000 + "1" + closing * 1000
        line = json.dumps({"event": "started", "x": 0}).replace("0", deep)
        with (run / "metrics" / "0001.jsonl").open("a") as file:
            file.write(f"{line}\n{line.replace('started', 'ended')}\n")
            file.write(f'{{"event":"steps","epoch":0,"first_step":0,"loss":{deep}}}\n')
    (run / "env.json").write_text(f'{{"a":{deep}}}')
    (run / "status.json").write_text(f'{{"metrics":{deep}}}')
    (run / "notes.toml").write_text("note = " + "[" * 10_000)
    (run / "profile.toml").write_text(".".join("a" * 10_000) + " = 1")


def _emptied(run: Path) -> None:
    for name in FILES:
        _replaced(name, Path.touch)(run)


def _folders(run: Path) -> None:
    import shutil

    for name in ("metrics", "checkpoints", "control", "artifacts"):
        shutil.rmtree(run / name, ignore_errors=True)
        os.mkfifo(run / name)


def _far_apart(run: Path) -> None:
    """Places that arrays could be sized by."""
    lines = [
        {"event": "steps", "epoch": 0, "first_step": 2**52, "loss": [1.0, 2.0]},
        {"event": "epoch", "epoch": 2**52, "step": 2**52, "metrics": {"val/loss": 1.0}},
        {
            "event": "filters",
            "epoch": 0,
            "step": 0,
            "layer": "x",
            "shape": [2**30, 0],
            "weights": [],
        },
        {
            "event": "confusion",
            "split": "val",
            "epoch": 0,
            "step": 0,
            "classes": ["a"] * 100,
            "counts": [[2**52] * 100] * 100,
        },
    ]
    with (run / "metrics" / "0001.jsonl").open("a") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)


def elsewhere_of(run: Path) -> Path:
    """Somebody else's folder, which the links of a run point to."""
    return run.parents[1] / "elsewhere"


def _linked_folders(run: Path) -> None:
    import shutil

    target = elsewhere_of(run)
    target.mkdir(exist_ok=True)
    for name in ("000000999.pt", "000000999.pt.sha256", "best", ".best.12345678.tmp", "stop"):
        (target / name).write_text("somebody else's")
    for name in ("metrics", "checkpoints", "control", "artifacts"):
        shutil.rmtree(run / name, ignore_errors=True)
        (run / name).symlink_to(target)


def _hollow_checkpoints(run: Path) -> None:
    """One without a checksum and one with: reading either would take hours."""
    for step in (999, 1999):
        with (run / "checkpoints" / f"{step:09d}.pt").open("wb") as file:
            file.truncate(1 << 40)
    (run / "checkpoints" / "000001999.pt.sha256").write_text("0" * 64 + "  000001999.pt\n")


def _many_attempts(run: Path) -> None:
    for attempt in [*range(2, 6000), 999_999_999]:
        (run / "metrics" / f"{attempt:04d}.jsonl").touch()


def _many_names(run: Path) -> None:
    with (run / "metrics" / "0001.jsonl").open("a") as file:
        for epoch in range(30):
            metrics = {f"{epoch}/{number}": 0.5 for number in range(20_000)}
            line = {"event": "epoch", "epoch": epoch, "step": 4 * epoch, "metrics": metrics}
            file.write(json.dumps(line) + "\n")


def _own_code(run: Path) -> None:
    """The profile names a module that lies in the run's folder: imported, it makes a file."""
    (run / "stranger.py").write_text(f"open({str(imported_of(run))!r}, 'w')\nbuild = dict\n")
    profile = (run / "profile.toml").read_text()
    before, _, after = profile.partition("[model]\n")
    rest = after[after.find("\n[") :]
    model = '[model]\nkind = "custom"\ncallable = "stranger:build"\n'
    (run / "profile.toml").write_text(before + model + rest)


ZOO: dict[str, Cage] = {
    "untouched": lambda run: None,
    "empty files": _emptied,
    "pipes": _everywhere(os.mkfifo),
    "sockets": _everywhere(_socket),
    "folders for files": _everywhere(Path.mkdir),
    "links to a password file": _everywhere(_link_to("/etc/passwd")),
    "links to a device": _everywhere(_link_to("/dev/zero")),
    "links to themselves": _everywhere(lambda path: path.symlink_to(path.name)),
    "links up": _everywhere(_link_to("..")),
    "huge": _everywhere(_sparse),
    "pipes for folders": _folders,
    "linked folders": _linked_folders,
    "hollow checkpoints": _hollow_checkpoints,
    "many attempts": _many_attempts,
    "many names": _many_names,
    "own code": _own_code,
    "pickles": _pickles,
    "escapes": _escapes,
    "a strange state": _unknown_state,
    "deep": _deep,
    "far apart": _far_apart,
    **{f"all numbers {number}": _numbers(number) for number in NUMBERS},
    **{f"some numbers {number}": _each_number(number) for number in NUMBERS},
}
