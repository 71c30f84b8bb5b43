"""What README and docs/ say of the command line is so: commands and options exist."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import click
import pytest

from workbench.cli.main import COMMANDS, cli

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]

_FENCED = re.compile(r"^```.*?\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"^ {4}(.*)$", re.MULTILINE)
_SPAN = re.compile(r"`([^`\n]+)`")
_OPTION = re.compile(r"--[a-z]|-[a-z]$")
_ENVIRONMENT = re.compile(r"\w+=\S*")


def call_lines(text: str) -> Iterator[str]:
    """Every `workbench ...` in the code of a page or a help text, without its comment."""
    blocks = chain(_FENCED.findall(text), _INDENTED.findall(text))
    lines = chain.from_iterable(block.splitlines() for block in blocks)
    for line in chain(lines, _SPAN.findall(_FENCED.sub("", text))):
        for part in re.split(r"&&|\|\|?|;", re.sub(r"(^|\s)#.*", "", line)):
            words = part.replace("$ ", "", 1).split()
            while words and _ENVIRONMENT.fullmatch(words[0]):
                del words[0]
            if words[:3] in (["python", "-m", "workbench"], ["python3", "-m", "workbench"]):
                del words[:2]
            if words[:1] == ["workbench"]:
                yield " ".join(words)


def bare_options(text: str) -> set[str]:
    """Options that prose names alone, such as `--json`."""
    spans = _SPAN.findall(_FENCED.sub("", text))
    return {span.split()[0].partition("=")[0] for span in spans if span.startswith("--")}


def options_of(command: click.Command) -> set[str]:
    context = click.Context(command, info_name="workbench", help_option_names=["-h", "--help"])
    return {
        option
        for parameter in command.get_params(context)
        if isinstance(parameter, click.Option)
        for option in (*parameter.opts, *parameter.secondary_opts)
    }


def problems(call: str) -> list[str]:
    """What of a documented call does not exist; `RUN`, `...` and the like stand for anything."""
    words = shlex.split(call.replace("'", '"'), posix=True)[1:]
    command: click.Command = cli
    known, wrong = options_of(cli), []
    for word in words:
        if _OPTION.match(word):
            if word.partition("=")[0] not in known:
                wrong.append(f"{call}: no option {word}")
        elif command is cli and not _is_value_of(words, word):
            if word not in COMMANDS:
                return [*wrong, f"{call}: no command {word}"]
            command = COMMANDS[word].load()
            known = options_of(command)
    return wrong


def _is_value_of(words: list[str], word: str) -> bool:
    """Whether a word before the command is the value of `--runs`, or stands for any command."""
    place = words.index(word)
    return (place > 0 and words[place - 1] == "--runs") or not word[0].islower()


EVERY_OPTION = options_of(cli).union(*(options_of(entry.load()) for entry in COMMANDS.values()))


def test_the_readme_shows_calls() -> None:
    assert len([*call_lines(PAGES[0].read_text())]) >= 3


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_call_in_the_documentation_names_commands_and_options_that_exist(
    page: Path,
) -> None:
    calls = call_lines(page.read_text())
    assert [problem for call in calls for problem in problems(call)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_option_in_the_documentation_is_one_of_some_command(page: Path) -> None:
    assert bare_options(page.read_text()) - EVERY_OPTION == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_examples_in_a_help_text_are_calls_that_exist(name: str) -> None:
    command = COMMANDS[name].load()
    text = f"{command.help}\n{command.epilog or ''}".partition("Examples:")[2]
    calls = [line.strip() for line in text.splitlines() if line.strip()]
    assert calls
    assert all(call.startswith(f"workbench {name}") for call in calls)
    assert [problem for call in calls for problem in problems(call.partition(" |")[0])] == []


# The check itself


def test_a_call_is_found_in_blocks_and_spans_and_not_in_prose() -> None:
    text = """
Call workbench nothing, or `workbench show latest`, or `--json`.

    pip install -e . && workbench run a.toml  # workbench gone

```sh
$ A=1 workbench runs | head --lines 3
python -m workbench check x.toml
```
"""
    assert sorted(call_lines(text)) == [
        "workbench check x.toml",
        "workbench run a.toml",
        "workbench runs",
        "workbench show latest",
    ]
    assert bare_options(text) == {"--json"}


@pytest.mark.parametrize(
    ("call", "count"),
    [
        ("workbench", 0),
        ("workbench run PROFILE --set a.b='x y' --json", 0),
        ("workbench --runs DIR runs --limit 3", 0),
        ("workbench COMMAND --help", 0),
        ("workbench runs --sort -best", 0),
        ("workbench dance", 1),
        ("workbench run --fast --json", 1),
        ("workbench show latest --set a=b", 1),
    ],
)
def test_a_call_that_does_not_exist_is_noticed(call: str, count: int) -> None:
    assert len(problems(call)) == count
