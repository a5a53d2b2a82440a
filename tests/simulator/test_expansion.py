from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.simulator.expansion import DENIED, expand

VARIABLES = {
    "name": "Anna",
    "nested": "${name}",
    "number": "+79991234567",
    "evil": "${system(rm)}",
    "self": "${self}",
}


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("hello ${name}", "hello Anna"),
        ("$${name}", "Anna"),
        ("${nested}", "Anna"),
        ("${nosuch}!", "!"),
        ("${number:1}", "79991234567"),
        ("${number:1:4}", "7999"),
        ("${number:-4}", "4567"),
        (r"\${name}", "${name}"),
        (r"a\\${name}", r"a\Anna"),
        ("${system(ls)}", DENIED),
        ("${system ls}", DENIED),
        ("${evil}", DENIED),
        ("$name {name}", "$name {name}"),
        ("${unclosed", ""),
        ("${na${nosuch}me}", "Anna"),
    ],
)
def test_variables_are_expanded_and_api_calls_are_refused(text: str, expanded: str) -> None:
    assert expand(text, VARIABLES.get) == expanded


def test_a_variable_that_names_itself_comes_to_an_end() -> None:
    assert "self" in expand("${self}", VARIABLES.get)


@given(st.text(st.sampled_from("${}():\\ anme1-"), max_size=40))
def test_any_text_is_expanded_without_an_error(text: str) -> None:
    assert isinstance(expand(text, VARIABLES.get), str)
