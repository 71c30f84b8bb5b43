"""Mistakes in a profile: what is wrong is told before anything begins."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.cli.mistakes.refused import refused, refused_untouched
from workbench.cli.main import cli

Workbench = Callable[..., Result]


@pytest.fixture
def wrong(tmp_path: Path) -> Callable[[str | bytes], Path]:
    """Writes a profile: `wrong("[optimizer]\\nlr = -1")`."""

    def write(content: str | bytes) -> Path:
        path = tmp_path / "mine.toml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


IMAGE_FOLDER = "data = { kind = 'image_folder', root = 'x'"
OWN_MODEL = "model = { kind = 'custom', callable = 'a:b'"
MANY = ", ".join(f"a{number} = 1" for number in range(65))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("seeds = 3", "line 1: seeds: unknown key; did you mean 'seed'?"),
        ("[training]\nblocks = 3", "line 2: training.blocks: unknown key; did you mean 'model."),
        ("seed = '3'", "line 1: seed: found '3', valid is a whole number from 0"),
        ("seed = true", "line 1: seed: found true, valid is a whole number"),
        ("optimizer = { kind = 'adam', lr = true }", "optimizer.lr: found true, valid is a num"),
        ("training.batch_size = 2.5", "line 1: training.batch_size: found 2.5, valid is a whole"),
        ("[model]\nkind = 'se_resnet'\nblocks = 0", "line 3: model.blocks: found 0, valid is a "),
        ("optimizer = { kind = 'adam', lr = inf }", "found inf, valid is a finite number above 0"),
        ("[data]\nkind = 'digit'", "line 2: data.kind: found 'digit', valid is cifar10, cifar100,"),
        ("[data]\nkind = 'digit'", "did you mean 'digits'?"),
        ("[data]\nroot = 'x'", "line 1: data.kind: is missing, valid is cifar10, cifar100,"),
        ("[data]\nkind = 'digits'\nroot = 'x'", "unknown key for kind 'digits', known for "),
        ("[data]\nkind = 'custom'", "line 1: data.callable: is missing, valid is 'module:call"),
        ("data = { kind = 'custom', callable = 'load' }", "found 'load', valid is 'module:callab"),
        ("data = { kind = 'image_folder', root = 3 }", "data.root: found 3, valid is a path in"),
        (f"{IMAGE_FOLDER}, channels = 2 }}", "data.channels: found 2, valid is 1 or 3"),
        (f"{IMAGE_FOLDER}, channels = true }}", "data.channels: found true, valid is 1 or 3"),
        (f"{IMAGE_FOLDER}, channels = '3' }}", "data.channels: found '3', valid is 1 or 3"),
        ("model = { kind = 'torchvision', name = 'ResNet 18' }", "valid is a model's name as"),
        ("training.class_weights = 'equal'", "found 'equal', valid is none, balanced, or a list"),
        ("training.class_weights = [1.0, -1.0]", "valid is none, balanced, or a list"),
        ("training.class_weights = [0, 1]", "class_weights: found [0, 1], valid is none,"),
        (
            f"{OWN_MODEL}, arguments = {{ 'a b' = 1 }} }}",
            "model.arguments.a b: found the name 'a b'",
        ),
        (f"{OWN_MODEL}, arguments = {{ 1a = 1 }} }}", "valid is a name of letters, digits and un"),
        (f"{OWN_MODEL}, arguments = {{ '[key]' = 1 }} }}", "model.arguments.[key]: found the name"),
        (f"{OWN_MODEL}, arguments = {{ {MANY} }} }}", "found a table, valid is a table of at most"),
        ("name = '\\u001b[31m\\u202e'", "line 1: name: found "),
        ('"\\u001b]0;x\\u0007" = 1', "line 1: \\x1b]0;x\\x07: unknown key"),
    ],
)
def test_one_wrong_value_is_told_with_line_key_and_what_is_valid(
    workbench: Workbench, wrong: Callable[[str], Path], runs: Path, content: str, told: str
) -> None:
    path = wrong(content)
    refusal = refused_untouched(workbench("run", path), runs)
    assert refusal.message.startswith(f"{path}: line ")
    assert told in refusal.message


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("data.augment", "[{ kind = 'affine', scale = [1.5, 0.5] }]"),
        ("data.augment", "[{ kind = 'gaussian_blur', kernel_size = 4 }]"),
        ("data.augment", "[{ kind = 'random_erasing', ratio = [0, 1] }]"),
        ("data.augment", "[{ kind = 'mixup', alpha = 0 }]"),
        ("training.label_smoothing", "1.0"),
        ("training.gradient_accumulation", "0"),
        ("training.ema_decay", "1"),
        ("schedule", "{ kind = 'one_cycle', pct_start = 0 }"),
        ("schedule", "{ kind = 'step', gamma = 0 }"),
        ("schedule", "{ kind = 'cosine', floor = 2 }"),
        ("model.arguments", "{ a = 2020-01-01 }"),
    ],
)
def test_a_wrong_override_is_told_with_its_key(
    workbench: Workbench, wrong: Callable[[str], Path], runs: Path, key: str, value: str
) -> None:
    path = wrong("model = { kind = 'custom', callable = 'a:b' }")
    refusal = refused_untouched(workbench("run", path, "--set", f"{key}={value}"), runs)
    assert key in refusal.message
    assert refusal.message.endswith("(from --set)")
    assert "valid is" in refusal.message


def test_several_mistakes_are_told_at_once(
    workbench: Workbench, wrong: Callable[[str], Path], runs: Path
) -> None:
    path = wrong(f"seed = -1\nname = 3\n{IMAGE_FOLDER}, channels = 2 }}\n[training]\nepoch = 3")
    refusal = refused_untouched(workbench("run", path), runs)
    assert refusal.message == f"{path}: 4 problems"
    assert [detail.split(":")[1].strip() for detail in refusal.details] == [
        "seed",
        "name",
        "data.channels",
        "training.epoch",
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("name = ", "is not TOML"),
        ("a = 1\na = 2", "is not TOML"),
        (b"\xff\xfe\x00", "is not text in UTF-8"),
        ("# " + "x" * 10_000_000, "is larger than 256 kB"),
        ("a = " + "[" * 1000 + "]" * 1000, "has more than 64 nested brackets"),
        ("a" + ".a" * 1000 + " = 1", "more than 32 levels"),
        (".".join(["abcdefg"] * 5000) + " = 1", "more than 32 levels"),
        ("a" * 40_000 + " = 1", "unknown key"),
    ],
    ids=["cut off", "twice", "UTF-16", "10 MB", "1,000 brackets", "1,000 keys", "40 kB", "one key"],
)
def test_what_is_no_profile_is_refused(
    workbench: Workbench, wrong: Callable[[str | bytes], Path], runs: Path, content: str, told: str
) -> None:
    path = wrong(content)
    refusal = refused_untouched(workbench("run", path), runs)
    assert refusal.message.startswith(f"{path}: ")
    assert told in refusal.message
    assert len(refusal.message) < 600


def test_a_missing_file_is_told_with_a_way_on(
    workbench: Workbench, tmp_path: Path, runs: Path
) -> None:
    refusal = refused_untouched(workbench("run", tmp_path / "none.toml"), runs)
    assert refusal.message == f"{tmp_path / 'none.toml'}: does not exist"
    assert refusal.hint == "workbench init writes profiles to start from"


MUTATED = Path(__file__).parents[3].joinpath("profiles", "quickstart.toml").read_bytes()


def mutations(content: bytes) -> st.SearchStrategy[bytes]:
    """The file with some of its bytes replaced, removed or doubled: near enough to be valid."""

    def mutate(seed: int) -> bytes:
        random_ = random.Random(seed)
        changed = bytearray(content)
        for _ in range(random_.randint(1, 5)):
            start = random_.randrange(len(changed))
            stop = start + random_.randint(0, 9)
            replacement = bytes(random_.choices(b"\0\n\"'[]{}=.-019e_ax\x1b\xff", k=stop - start))
            changed[start:stop] = random_.choice([b"", replacement, changed[start:stop] * 2])
        return bytes(changed)

    return st.integers(0, 2**32).map(mutate)


@given(st.binary() | st.text().map(str.encode) | mutations(MUTATED))
@example(b"")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
def test_no_bytes_end_in_a_traceback(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.toml"
    path.write_bytes(content)
    result = CliRunner().invoke(cli, ["check", str(path)])
    assert result.exit_code in (0, 2)
    assert "Traceback" not in result.output
    assert all(c.isprintable() or c == "\n" for c in result.output)
    if result.exit_code == 2:
        refused(result)
