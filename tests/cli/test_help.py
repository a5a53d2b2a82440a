"""Every command says what it is for, with examples that are commands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any

import click
import pytest

from orchestrator.cli.root import COMMANDS, root
from tests.cli.commands import prozvon


def _commands(
    group: click.Group, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))


ALL = dict(_commands(root))


def _examples(path: tuple[str, ...]) -> list[str]:
    """The lines below `Examples:` in a command's help."""
    said = prozvon(None, *path, "--help").out
    found = re.search(r"^  Examples?:\n((?:    .*\n)+)", said, re.MULTILINE)
    return found[1].splitlines() if found else []


@pytest.mark.parametrize("path", [(), *ALL], ids=" ".join)
def test_every_command_shows_examples_of_itself(path: tuple[str, ...]) -> None:
    examples = _examples(path)
    assert examples
    assert any(" ".join(("prozvon", *path)) in line for line in examples)


@pytest.mark.parametrize("path", [(), *ALL], ids=" ".join)
def test_every_example_is_understood(path: tuple[str, ...]) -> None:
    """Its command exists, and takes these options and arguments."""
    settings: dict[str, Any] = dict(root.context_settings)
    for line in _examples(path):
        words = shlex.split(line.partition("prozvon ")[2].split(" > ")[0].split(" | ")[0])
        command: click.Command = root
        while isinstance(command, click.Group) and words and not words[0].startswith("-"):
            name, *words = words
            found = command.get_command(click.Context(command), name)
            assert found is not None, line
            command = found
        command.make_context(line, words, **settings)


@pytest.mark.parametrize("path", list(ALL), ids=" ".join)
def test_every_option_says_what_it_does(path: tuple[str, ...]) -> None:
    for param in ALL[path].params:
        if isinstance(param, click.Option) and not param.hidden:
            assert param.help, f"{path}: {param.name}"


def test_the_list_of_commands_is_the_table_of_commands() -> None:
    said = prozvon(None, "--help").out
    assert {name for name in COMMANDS if re.search(rf"^  {name} ", said, re.MULTILINE)} == set(COMMANDS)


def test_the_version_is_told() -> None:
    assert re.fullmatch(r"prozvon, version [0-9.]+\n", prozvon(None, "--version").out)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("cal",), "No such command 'cal'"),
        (("call",), "Missing argument 'SCENARIO'"),
        (("call", "a", "b", "--on-interrupt", "dance"), "'dance' is not one of"),
        (("check", "--nonsense"), "No such option"),
        (("run", "--drain", "-1"), "-1.0 is not in the range x>=0"),
        (("campaign", "export", "x", "--format", "xml"), "'xml' is not one of 'csv', 'jsonl'"),
        (("-C", __file__, "check"), "is a file"),
        (("switch", "simulate", "--speed", "0"), "0.0 is not in the range"),
        (("dnc", "add"), "Missing argument 'NUMBERS...'"),
    ],
)
def test_what_is_no_command_is_a_usage_error(arguments: tuple[str, ...], said: str) -> None:
    found = prozvon(None, *arguments)
    assert found.code == 2
    assert said in found.err
