"""The file of passwords: whatever they hold, the switch's preprocessor and its XML take it for text."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.render import render_secrets
from orchestrator.render.secrets import variable_of
from tests.render.sites import parsed

PRINTABLE = st.text(min_size=1).filter(str.isprintable)


def _lines(made: bytes) -> dict[str, str]:
    """Variable -> its value, read as the preprocessor reads it: by lines, up to the next quote."""
    lines = [line for line in made.decode().splitlines() if "X-PRE-PROCESS" in line.upper()]
    found = [re.fullmatch(r'\s*<X-PRE-PROCESS cmd="set" data="([^"=]+)=([^"]*)"/>', line) for line in lines]
    assert all(found)
    return {line[1]: line[2] for line in found if line}


@given(value=PRINTABLE)
def test_any_password_is_one_variable_that_xml_reads_as_it_was(value: str) -> None:
    made = render_secrets({"event_socket": value})
    (held,) = _lines(made).values()
    assert html.unescape(held) == value
    assert parsed(f'<a b="{held}"/>'.encode()).get("b") == value


@given(value=PRINTABLE)
def test_nothing_of_a_password_means_anything_to_the_preprocessor(value: str) -> None:
    (held,) = _lines(render_secrets({"event_socket": value})).values()
    assert re.fullmatch(r"(?:[A-Za-z0-9]|&#[0-9]+;)*", held)
    assert "pre-process" not in held.lower()


def test_secrets_come_in_order_of_their_names_whatever_the_order_given() -> None:
    one, two = {"gateway_b": "1", "event_socket": "2"}, {"event_socket": "2", "gateway_b": "1"}
    assert render_secrets(one) == render_secrets(two)
    assert list(_lines(render_secrets(one))) == [variable_of("event_socket"), variable_of("gateway_b")]


@pytest.mark.parametrize(
    "secrets", [{"x": ""}, {"x": "a\nb"}, {"x": "a\0b"}, {"": "1"}, {'x"/>': "1"}, {"x" * 65: "1"}]
)
def test_what_no_line_can_hold_is_refused_without_telling_it(secrets: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="is empty, or holds a control character") as refused:
        render_secrets(secrets)
    assert "a\n" not in str(refused.value)
