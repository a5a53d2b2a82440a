"""What crosses the border: sizes, encodings, names."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callflow.names import VARIABLE_MAX, decode_payload, prompt_name, speakable, variables, voice_tag
from callflow.program import ProgramError
from callflow.state import State

TEXT = st.text(max_size=300)
SAFE = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)  # what the switch writes into a CDR as it is


def _decoded(text: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def test_a_prompt_is_named_by_language_and_text() -> None:
    digest = hashlib.sha256("ru|Здравствуйте, ".encode()).hexdigest()[:32]
    assert prompt_name("ru", "Здравствуйте, ") == f"{digest}.wav"
    assert prompt_name("ru", "a") != prompt_name("en", "a")
    assert prompt_name("ru", "\ud800")


def test_a_prompt_is_named_by_its_voice_too() -> None:
    digest = hashlib.sha256(b"0a1b2c3d|ru|a").hexdigest()[:32]
    assert prompt_name("ru", "a", "0a1b2c3d") == f"{digest}.wav"
    assert len({prompt_name("ru", "a", voice) for voice in ("", "0a1b2c3d", "0a1b2c3e")}) == 3


@pytest.mark.parametrize("tag", [None, 5, "", "0a1b2c3", "0A1B2C3D", "../../..", "0a1b2c3d\n", ["0a1b2c3d"]])
def test_what_is_no_tag_of_a_voice_counts_as_none(tag: object) -> None:
    assert voice_tag({"v": tag}) == ""
    assert voice_tag({}) == ""
    assert voice_tag({"v": "0a1b2c3d"}) == "0a1b2c3d"


@given(TEXT)
def test_what_is_spoken_holds_no_syntax(text: str) -> None:
    spoken = speakable(text)
    spoken.encode()
    assert not set("<>{}$`\\|\r\n\0") & set(spoken)
    assert len(spoken) == len(text)


@given(
    st.lists(TEXT, max_size=60).map(tuple),
    st.lists(TEXT, max_size=60).map(tuple),
    st.dictionaries(TEXT, TEXT, max_size=60),
    st.sampled_from(["", "ended", "left", "error"]),
    st.sampled_from([None, "confirmed"]),
)
def test_variables_are_always_safe_and_bounded(
    path: tuple[str, ...], heard: tuple[str, ...], values: dict[str, str], flow: str, result: str | None
) -> None:
    state = State(program={}, payload={}, path=path, heard=heard, values=values, flow=flow, result=result)
    left = variables(state)
    assert ("prozvon_result" in left) == (result is not None)
    for value in left.values():
        assert SAFE.fullmatch(value)
        assert len(value) <= VARIABLE_MAX


def test_half_a_character_in_a_value_is_no_trouble() -> None:
    left = variables(State(program={}, payload={}, values={"a": "b\ud800"}))
    assert _decoded(left["prozvon_values"]) == {"a": "b?"}


def test_too_long_a_path_loses_its_middle_and_too_many_values_the_latest() -> None:
    entries = tuple(f"{n} " + "x" * 90 for n in range(100))
    values = {f"v{n}": "ж" * 200 for n in range(100)}
    left = variables(State(program={}, payload={}, path=entries, values=values))
    path = _decoded(left["prozvon_path"])
    assert (path[0], path[-1]) == (entries[0], entries[-1])
    kept = _decoded(left["prozvon_values"])
    assert list(kept) == [f"v{n}" for n in range(len(kept))]
    assert len(kept) > 5


@given(st.dictionaries(TEXT, TEXT, max_size=5))
def test_a_payload_comes_back_as_it_was_sent(payload: dict[str, str]) -> None:
    encoded = base64.urlsafe_b64encode(json.dumps(payload).encode()).decode()
    assert decode_payload(encoded) == payload
    assert decode_payload(encoded.rstrip("=")) == payload


@given(st.text(max_size=50))
def test_any_other_text_is_refused(text: str) -> None:
    with contextlib.suppress(ProgramError):
        assert isinstance(decode_payload(text), dict)


def test_a_payload_nested_like_an_attack_is_refused() -> None:
    deep = base64.urlsafe_b64encode(b"[" * 20_000).decode()
    with pytest.raises(ProgramError):
        decode_payload(deep)
