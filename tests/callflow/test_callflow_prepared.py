"""What was prepared before the call is what is played in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fake_session import FakeSession, write_wav
from flow_calls import DIGEST, call
from flow_programs import ask, program, say

from callflow.names import prompt_name

TAG = "0a1b2c3d"
URL = "http_cache://http://10.0.0.5:8060/"
GREETING = {"hello": {"ru": [{"text": "Здравствуйте, "}, {"said": 0}, {"text": "."}]}}
PAYLOAD = {"c": {}, "l": "ru", "s": {"hello": ["Анна"]}, "v": TAG}


class Fetching(FakeSession):
    """A switch that can play by URL what is in `served`."""

    served: frozenset[str] = frozenset()

    def streamFile(self, path: str) -> int:  # noqa: N802
        if not path.startswith("http_cache://"):
            return super().streamFile(path)
        self._note("url", path)
        return int(path in self.served and self._pass(1.0))


def played(session: FakeSession) -> list[tuple[str, str]]:
    return [(what, data) for _, what, data in session.done if what in ("speak", "file", "url", "missing")]


def prepare(root: Path, *texts: str, folder: str = "prompts", voice: str = TAG) -> list[str]:
    names = [prompt_name("ru", text, voice) for text in texts]
    for name in names:
        write_wav(root / folder / name, 1.0)
    return names


def greeted(root: Path, session: FakeSession, payload: dict[str, Any] = PAYLOAD) -> list[tuple[str, str]]:
    call(root, program({"start": [say("hello")]}, messages=GREETING), session, payload)
    return played(session)


def test_fixed_and_spoken_parts_are_found_in_their_folders(tmp_path: Path) -> None:
    [fixed] = prepare(tmp_path, "Здравствуйте, ")
    [spoken] = prepare(tmp_path, "Анна", folder="spoken")
    assert greeted(tmp_path, FakeSession()) == [("file", fixed), ("file", spoken)]


def test_what_another_voice_said_is_not_played(tmp_path: Path) -> None:
    prepare(tmp_path, "Здравствуйте, ", "Анна", voice="ffffffff")
    assert greeted(tmp_path, FakeSession()) == [("speak", "Здравствуйте, "), ("speak", "Анна")]


def test_what_is_not_below_the_root_is_played_by_url(tmp_path: Path) -> None:
    [fixed] = prepare(tmp_path, "Здравствуйте, ")
    spoken = URL + prompt_name("ru", "Анна", TAG)
    session = Fetching(variables={"prozvon_prompts": URL})
    session.served = frozenset({spoken})
    assert greeted(tmp_path, session) == [("file", fixed), ("url", spoken)]


def test_what_no_url_brings_is_spoken_by_the_switch(tmp_path: Path) -> None:
    session = Fetching(variables={"prozvon_prompts": URL})
    assert [what for what, _ in greeted(tmp_path, session)] == ["url", "speak", "url", "speak"]


@pytest.mark.parametrize(
    "variables", [{"prozvon_prompts": "file:///etc/"}, {"prozvon_prompts": URL + "${x}/"}, {}]
)
def test_an_address_that_is_none_is_not_asked(tmp_path: Path, variables: dict[str, str]) -> None:
    assert [what for what, _ in greeted(tmp_path, Fetching(variables=variables))] == ["speak", "speak"]


def test_without_a_voice_nothing_was_prepared_and_nothing_is_fetched(tmp_path: Path) -> None:
    payload = {**PAYLOAD, "v": ""}
    session = Fetching(variables={"prozvon_prompts": URL})
    assert [what for what, _ in greeted(tmp_path, session, payload)] == ["speak", "speak"]


def test_a_key_that_cuts_a_fetched_prompt_short_is_not_followed_by_a_voice(tmp_path: Path) -> None:
    session = Fetching(variables={"prozvon_prompts": URL}, keys=[(0.5, "1")])
    session.served = frozenset({URL + prompt_name("ru", "Здравствуйте, ", TAG)})
    assert [what for what, _ in greeted(tmp_path, session)] == ["url"]


def test_nothing_is_said_to_who_hung_up_while_it_was_fetched(tmp_path: Path) -> None:
    session = Fetching(variables={"prozvon_prompts": URL}, hangs_up_at=0.5)
    session.served = frozenset({URL + prompt_name("ru", "Здравствуйте, ", TAG)})
    assert [what for what, _ in greeted(tmp_path, session)] == ["url"]
    assert session.variables["prozvon_flow"] == "left"


def test_a_recording_is_played_by_url_where_it_is_not_a_file(tmp_path: Path) -> None:
    made = program({"start": [say("hello")]}, messages={"hello": {"ru": [{"file": f"{DIGEST}.wav"}]}})
    session = Fetching(variables={"prozvon_prompts": URL})
    session.served = frozenset({f"{URL}{DIGEST}.wav"})
    assert played(call(tmp_path, made, session, PAYLOAD)) == [("url", f"{URL}{DIGEST}.wav")]
    assert session.variables["prozvon_flow"] == "ended"


def typed(root: Path, filter_name: str | None) -> list[tuple[str, str]]:
    """A call that says back the code 1042."""
    messages = {
        "enter": {"ru": [{"text": "Код"}]},
        "hello": {"ru": [{"var": "code", "filter": filter_name}]},
    }
    made = program({"start": [ask(), say("hello")]}, messages=messages)
    keys = [(2.0, "1"), (2.1, "0"), (2.2, "4"), (2.3, "2")]
    return played(call(root, made, FakeSession(keys=keys), PAYLOAD))[1:]


def test_digits_that_were_typed_are_played_one_by_one(tmp_path: Path) -> None:
    names = prepare(tmp_path, "1", "0", "4", "2")
    assert typed(tmp_path, "digits") == [("file", name) for name in names]


def test_a_number_that_was_typed_is_played_in_its_pieces(tmp_path: Path) -> None:
    names = prepare(tmp_path, "1000", "42")
    assert typed(tmp_path, None) == [("file", name) for name in names]


def test_with_one_digit_missing_the_switch_says_them_all(tmp_path: Path) -> None:
    prepare(tmp_path, "1", "0", "4")
    assert typed(tmp_path, "digits") == [("speak", "1 0 4 2")]


def test_a_key_stops_digits_that_are_played(tmp_path: Path) -> None:
    names = prepare(tmp_path, "Код", "1", "0", "4", "2")
    messages = {
        "enter": {"ru": [{"text": "Код"}]},
        "hello": {"ru": [{"var": "code", "filter": "digits"}]},
    }
    made = program({"start": [ask(), say("hello")]}, messages=messages)
    keys = [(2.0, "1"), (2.1, "0"), (2.2, "4"), (2.3, "2"), (3.5, "9")]
    session = call(tmp_path, made, FakeSession(keys=keys), PAYLOAD)
    assert [data for _, data in played(session)] == names[:3]
    assert session.t == 3.5
