"""docs/keys.md is true to keys.py, and keys.py to the Lua files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from orchestrator.store.keys import KEYS, key_of, refreshed
from orchestrator.store.scripts import script, script_names

HERE = Path(__file__).resolve().parent.parent.parent
LUA = HERE / "orchestrator" / "store" / "lua"


def test_the_page_holds_the_table() -> None:
    page = (HERE / "docs" / "keys.md").read_text(encoding="utf-8")
    assert page == refreshed(page), "run `make docs`"
    assert refreshed(page.replace("| stream |", "| list |")) == page
    with pytest.raises(ValueError, match="no table"):
        refreshed("# Keys")


def test_every_key_is_told_from_every_other() -> None:
    samples = {
        key.pattern: re.sub(r"[A-Z][A-Z0-9]+", "7", key.pattern.replace("REASON", "retry")) for key in KEYS
    }
    for pattern, name in samples.items():
        found = key_of(name)
        assert found is not None
        assert found.pattern == pattern
    assert key_of("nothing") is None


@pytest.mark.parametrize("name", list(script_names()))
def test_every_script_says_what_it_decides_and_what_it_takes(name: str) -> None:
    text = (LUA / f"{name}.lua").read_text(encoding="utf-8")
    assert re.match(r"(-- uses: .*\n)?-- [A-Z]", text)
    assert "reply:" in text
    verb, _, noun = name.partition("_")
    assert verb
    assert noun


@pytest.mark.parametrize("name", list(script_names()))
def test_every_script_has_a_door(name: str) -> None:
    doors = "".join(path.read_text(encoding="utf-8") for path in LUA.parent.glob("*.py"))
    assert f'"{name}"' in doors


@pytest.mark.parametrize("name", list(script_names()))
def test_scripts_take_no_time_and_no_chance_of_their_own(name: str) -> None:
    """Time and ids are arguments: a repeated call must do the same."""
    code = re.sub(r"--.*", "", script(name).text)
    assert not re.search(r'"TIME"|math\.random|os\.|RANDOMKEY|SRANDMEMBER|SPOP', code)


@pytest.mark.parametrize("name", list(script_names()))
def test_arguments_are_taken_at_the_top_by_name(name: str) -> None:
    """KEYS holds the prefix only, ARGV[1] the request; what else there is, the header says."""
    text = script(name).text
    assert set(re.findall(r"KEYS\[(\d)\]", re.sub(r"--.*", "", text))) == {"1"}
    numbers = set(re.findall(r"ARGV\[([^]]+)\]", re.sub(r"--.*", "", text)))
    assert numbers <= {"1", "2", "i + 1"}
    assert len(numbers - {"1"}) == ("further argument" in text)
