"""`workbench run`."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest
from click.testing import Result

from workbench.cli import progress
from workbench.config.profile import RunProfile
from workbench.events import EpochEnded, Event, Started
from workbench.store.control import request_stop
from workbench.store.runs import Run, RunStore

Workbench = Callable[..., Result]

ROOT = Path(__file__).parents[2]

OUTCOME = {
    "id",
    "path",
    "state",
    "reason",
    "warning",
    "epochs",
    "steps",
    "best",
    "metrics",
    "images_per_second",
    "seconds",
}

LONG = ("--set", "training.epochs=10000", "--set", "training.compile=off")
DIVERGING = ("--set", "optimizer.kind=sgd", "--set", "optimizer.lr=100")


def only_run(runs: Path) -> Run:
    [run] = RunStore(runs).list()
    return run


def command(name: str, run: Run) -> str:
    """The command line that a person may copy."""
    return f"workbench {name} {run.id} --runs {shlex.quote(str(run.path.parent))}"


class ActingView:
    """Shows nothing; does something when an event comes."""

    def __init__(self, kind: type[Event], act: Callable[[], object]) -> None:
        self._kind = kind
        self._act = act

    def decoding(self, what: str, done: int, total: int) -> None: ...

    def event(self, event: Event) -> None:
        if isinstance(event, self._kind):
            self._act()

    def shown(self) -> AbstractContextManager[object]:
        return nullcontext()


@pytest.fixture
def when(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`when(EpochEnded, act)`: from now on a training calls `act()` at each such event."""

    def install(kind: type[Event], act: Callable[[], object]) -> None:
        monkeypatch.setattr(progress, "training_view", lambda quiet: ActingView(kind, act))

    return install


# How it ends well


def test_a_finished_training_exits_0_and_tells_its_outcome(
    workbench: Workbench, tiny: Path, runs: Path
) -> None:
    result = workbench("run", tiny)
    run = only_run(runs)
    assert result.exit_code == 0
    finished, best, tested, place, look = result.stdout.splitlines()
    assert finished.startswith("finished: 3 epochs, 9 steps in ")
    assert finished.endswith(" images/s")
    assert best.startswith("best val/accuracy ")
    assert tested.startswith("test/accuracy ")
    assert place == f"run {run.id} in {runs}"
    assert look == f"look at it: {command('show', run)}"


def test_progress_goes_to_the_other_stream_one_line_an_epoch(
    workbench: Workbench, tiny: Path
) -> None:
    start, *epochs, test = workbench("run", tiny).stderr.splitlines()
    assert start.startswith("training on ")
    assert start.endswith("3 epochs of 3 steps, from the start")
    assert [line[:9] for line in epochs] == ["epoch 1/3", "epoch 2/3", "epoch 3/3"]
    assert all("  train loss " in line and "  val loss " in line for line in epochs)
    assert test.startswith("epoch 3/3  test loss ")


def test_json_ends_with_exactly_one_object(workbench: Workbench, tiny: Path, runs: Path) -> None:
    result = workbench("run", tiny, "--json")
    outcome = json.loads(result.stdout)
    assert result.stdout.count("\n") == 1
    assert set(outcome) == OUTCOME
    run, status = only_run(runs), only_run(runs).status()
    assert status.best is not None
    assert outcome["id"] == run.id
    assert outcome["path"] == str(run.path)
    assert (outcome["state"], outcome["reason"]) == ("finished", "")
    assert (outcome["epochs"], outcome["steps"]) == (3, 9)
    best = status.best
    assert outcome["best"] == {"metric": "val/accuracy", "value": best.value, "epoch": best.epoch}
    assert outcome["metrics"] == status.metrics
    assert outcome["images_per_second"] == status.images_per_second
    assert outcome["seconds"] == status.seconds
    assert result.stderr.startswith("training on ")


def test_quiet_json_is_silent_for_people(workbench: Workbench, tiny: Path) -> None:
    result = workbench("run", tiny, "--json", "--quiet")
    assert result.stderr == ""
    assert json.loads(result.stdout)["state"] == "finished"


def test_a_run_may_have_another_name_and_other_values(
    workbench: Workbench, tiny: Path, runs: Path
) -> None:
    result = workbench(
        "run", tiny, "--name", "other", "--set", "training.max_steps=1", "--device", "cpu", "-q"
    )
    assert result.exit_code == 0
    assert "-other-" in only_run(runs).id
    assert only_run(runs).profile["training"]["max_steps"] == 1
    assert only_run(runs).status().step == 1


def test_keys_that_an_override_drops_are_named(workbench: Workbench, tiny: Path) -> None:
    tiny.write_text(tiny.read_text() + '[optimizer]\nkind = "sgd"\nmomentum = 0.5\n')
    args = ("--set", "optimizer.kind=adam", "--set", "training.max_steps=1", "-q")
    assert "optimizer.kind = adam: dropped momentum\n" in workbench("run", tiny, *args).stderr


def test_a_run_whose_test_set_chooses_the_weights_is_warned_about(
    workbench: Workbench, tiny: Path
) -> None:
    args = ("--set", "data.validation=0", "--set", "training.max_steps=1", "-q")
    result = workbench("run", tiny, *args)
    assert result.stderr == (
        "workbench: warning: data.validation is 0: the test set itself chooses the best weights\n"
    )


def test_a_folder_with_a_space_is_quoted_in_the_command_to_copy(
    workbench: Workbench, tiny: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "my runs"
    result = workbench("run", tiny, "--set", "training.max_steps=1", "-q", "--runs", folder)
    assert result.stdout.endswith(f" --runs '{folder}'\n")


# What is refused before anything is written


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--set", "optimizer.lr=-1"], "optimizer.lr: found -1"),
        (["--set", "optimizr.lr=1"], "optimizr: unknown key"),
        (["--name", "A B"], "name: found 'A B'"),
        (["--name", 'a"b'], "name: found 'a\"b'"),
        (["--device", "gpu0"], "'gpu0' is not a device"),
        (["--set", "data.kind=image_folder", "--set", "data.root=/nowhere"], "/nowhere"),
        (["--nonsense"], "no such option"),
    ],
)
def test_what_cannot_be_trained_exits_2_and_makes_no_folder(
    workbench: Workbench, tiny: Path, runs: Path, args: list[str], message: str
) -> None:
    result = workbench("run", tiny, "--json", *args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message.lower() in result.stderr.lower()
    assert not runs.exists()


def test_a_profile_that_is_not_there_is_named(workbench: Workbench, tmp_path: Path) -> None:
    result = workbench("run", tmp_path / "none.toml")
    assert result.exit_code == 2
    assert f"{tmp_path / 'none.toml'}: does not exist" in result.stderr


def test_an_invalid_profile_is_refused_without_waiting_for_torch(
    runs: Path, tmp_path: Path
) -> None:
    program = """
import sys
sys.argv = ["workbench", "run", "nowhere.toml"]
from workbench.__main__ import main
try:
    main()
finally:
    print(*sys.modules)
"""
    process = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=False, text=True
    )
    assert process.returncode == 2
    assert not {"torch", "numpy", "rich"} & {*process.stdout.split()}


def test_a_runs_folder_that_cannot_be_made_exits_2(
    workbench: Workbench, tiny: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    result = workbench("run", tiny, "-q", "--runs", tmp_path / "file" / "runs")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "hint: name another folder with --runs or WORKBENCH_RUNS" in result.stderr


# How it ends otherwise


def test_a_diverged_training_exits_1_with_its_outcome(
    workbench: Workbench, tiny: Path, runs: Path
) -> None:
    result = workbench("run", tiny, "--json", "--quiet", *DIVERGING)
    assert result.exit_code == 1
    outcome = json.loads(result.stdout)
    assert set(outcome) == OUTCOME
    assert outcome["state"] == "diverged"
    assert "loss became " in outcome["reason"]
    assert None in outcome["metrics"].values()
    assert only_run(runs).status().state == "diverged"


def test_a_diverged_training_points_to_what_there_is_to_see(
    workbench: Workbench, tiny: Path, runs: Path
) -> None:
    first, *_, last = workbench("run", tiny, "-q", *DIVERGING).stdout.splitlines()
    assert first.startswith("diverged (")
    assert "loss became " in first
    assert last == f"look at it: {command('show', only_run(runs))}"


def test_checkpoints_that_the_disk_refuses_are_a_warning(
    workbench: Workbench, tiny: Path, runs: Path, when: Callable[..., None]
) -> None:
    def put_a_file_in_the_way() -> None:
        (only_run(runs).path / "checkpoints").touch()

    when(Started, put_a_file_in_the_way)
    result = workbench("run", tiny, "--json")
    assert result.exit_code == 0
    assert "the disk refuses checkpoints/" in result.stderr
    outcome = json.loads(result.stdout)
    assert outcome["state"] == "finished"
    assert outcome["warning"].endswith("; there is no checkpoint")
    assert f"warning {outcome['warning']}" in workbench("show", "latest").stdout


def test_a_flag_in_the_folder_stops_it_and_exits_0(
    workbench: Workbench, tiny: Path, runs: Path, when: Callable[..., None]
) -> None:
    when(EpochEnded, lambda: request_stop(only_run(runs)))
    result = workbench("run", tiny, *LONG)
    run = only_run(runs)
    assert (result.exit_code, result.stderr) == (0, "")
    first, *_, last = result.stdout.splitlines()
    assert first.startswith("stopped after ")
    assert last == f"go on with it: {command('resume', run)}"
    assert run.checkpoints().intact


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_cleanly_and_exits_128_plus_its_number(
    workbench: Workbench, tiny: Path, runs: Path, when: Callable[..., None], number: signal.Signals
) -> None:
    when(EpochEnded, lambda: signal.raise_signal(number))
    result = workbench("run", tiny, *LONG)
    run = only_run(runs)
    assert result.exit_code == 128 + number
    assert result.stdout.endswith(f"go on with it: {command('resume', run)}\n")
    assert run.status().state == "stopped"
    [newest, *_] = run.checkpoints().intact
    assert newest.step == run.status().step


def test_a_second_interrupt_ends_it_at_once(
    workbench: Workbench, tiny: Path, runs: Path, when: Callable[..., None]
) -> None:
    def interrupt_twice() -> None:
        for _ in range(2):
            signal.raise_signal(signal.SIGINT)

    when(Started, interrupt_twice)
    result = workbench("run", tiny, "--json", *LONG)
    assert result.exit_code == 130
    assert result.stderr == ""
    assert json.loads(result.stdout)["state"] == "interrupted"
    assert only_run(runs).status().state == "interrupted"


def test_an_interrupt_before_training_leaves_nothing(
    workbench: Workbench, tiny: Path, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("workbench.runner.attempts.prepare", interrupted)
    result = workbench("run", tiny)
    assert (result.exit_code, result.output) == (130, "")
    assert not runs.exists()


def test_a_signal_right_after_the_folder_was_claimed_leaves_a_run_that_can_be_resumed(
    workbench: Workbench, tiny: Path, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = RunStore.create

    def create_and_be_told(store: RunStore, profile: RunProfile) -> Run:
        run = create(store, profile)
        signal.raise_signal(signal.SIGTERM)
        return run

    monkeypatch.setattr(RunStore, "create", create_and_be_told)
    result = workbench("run", tiny, *LONG)
    assert result.exit_code == 128 + signal.SIGTERM
    run = only_run(runs)
    assert run.status().state == "stopped"
    assert run.checkpoints().intact[0].step == run.status().step
    assert f"go on with it: {command('resume', run)}" in result.stdout


def test_a_process_of_its_own_ends_by_an_interrupt_the_same_way(tiny: Path, runs: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "workbench", "run", str(tiny), "--json", *LONG],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("epoch "):
            break
    process.send_signal(signal.SIGINT)
    stdout, _ = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGINT
    assert json.loads(stdout)["state"] == "stopped"
