"""The originate line: exact for honest input, refused for everything else."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.engine.originate import dial_string, originate_command
from orchestrator.engine.payload import encode

from .factories import a_contact, an_attempt

HOSTILE = [
    "",
    "a b",
    "a,b",
    "a}b",
    "a{b",
    "a'b",
    'a"b',
    "a\\b",
    "${system(id)}",
    "a|b",
    "a&b(c)",
    "a\nb",
    "a\r\nb",
    "a\x00b",
    "[a]",
    "<a>",
    "a;b",
    "a~b",
    "й",
    "a\n",
]


def command(**given: Any) -> str:
    attempt = an_attempt(
        **{k: given.pop(k) for k in ("attempt_id", "worker_id", "campaign_id") if k in given}
    )
    values: dict[str, Any] = {
        "program": "0" * 32,
        "ring_s": 30,
        "caller_id": "+74951234567",
        "dial": "sofia/gateway/main/{number}",
        "payload": "eyJhIjoxfQ==",
    }
    return originate_command(attempt, **{**values, **given})


def test_the_line_is_exactly_this() -> None:
    assert command() == (
        "originate {origination_uuid=a1,ignore_early_media=true,originate_timeout=30,"
        "origination_caller_id_number=+74951234567,origination_caller_id_name=+74951234567,"
        "prozvon_attempt=a1,prozvon_worker=w-1,prozvon_campaign=parcel_arrived-20261118-1,"
        f"prozvon_program={'0' * 32},prozvon_payload=eyJhIjoxfQ==}}"
        "sofia/gateway/main/+79990000001 robocall XML prozvon"
    )


def test_without_a_caller_id_the_gateways_own_is_shown() -> None:
    assert "caller_id" not in command(caller_id="")


def test_digits_are_the_number_without_plus() -> None:
    assert dial_string("loopback/{digits}/default", "+79990000001") == "loopback/79990000001/default"


@pytest.mark.parametrize("bad", HOSTILE)
@pytest.mark.parametrize(
    "part", ["attempt_id", "worker_id", "campaign_id", "program", "caller_id", "payload"]
)
def test_no_part_takes_a_character_that_could_be_syntax(part: str, bad: str) -> None:
    if (part, bad) == ("caller_id", ""):
        return
    with pytest.raises(ValueError, match="must not"):
        command(**{part: bad})


@pytest.mark.parametrize("bad", HOSTILE[1:])
def test_the_dial_string_takes_none_either(bad: str) -> None:
    with pytest.raises(ValueError, match="must not"):
        command(dial=bad + "{number}")


def test_a_dial_string_cannot_switch_the_checks_of_freeswitch_off() -> None:
    with pytest.raises(ValueError, match="must not"):
        command(dial="sofia/gateway/origination_nested_vars=true/{number}")


def test_a_dial_string_without_the_number_would_ring_somebody_else() -> None:
    with pytest.raises(ValueError, match="has no"):
        command(dial="sofia/gateway/main/100")


@pytest.mark.parametrize(
    "number", ["", "79990000001", "+0999000", "+7999", "+7999000000x", "+7999 0000001", "+79990000001\n"]
)
def test_only_e164_is_dialed(number: str) -> None:
    with pytest.raises(ValueError, match="not an E"):
        dial_string("sofia/gateway/main/{number}", number)


@given(st.dictionaries(st.text(), st.text(), max_size=5))
def test_whatever_a_contact_is_called_the_line_is_one_line_of_known_letters(fields: dict[str, str]) -> None:
    contact = a_contact(fields=fields)
    line = command(payload=encode({"c": contact.fields, "l": contact.language, "s": {}}))
    assert re.fullmatch(r"originate \{[A-Za-z0-9_=+.:/@,-]+\}[A-Za-z0-9_=+.:/@-]+ robocall XML prozvon", line)
    assert line.count(",") == 9
