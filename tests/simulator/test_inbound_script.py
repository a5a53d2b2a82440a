"""The real entry script of calls that come in, on simulated legs: callers act on the names of messages."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable
from typing import Any

import pytest

from callflow.names import prompt_name
from tests.simulator.bench import HERE, Bench
from tests.simulator.incoming import CALLED, CALLER, come_in, experienced, with_dialplan

PROGRAM = "a" * 32
VOICE = "0123abcd"
CHOICE = "Нажмите один или два"
FLOW: dict[str, Any] = {
    "format": 1,
    "scenario": "bench",
    "kind": "ivr",
    "languages": ["ru"],
    "columns": {},
    "machine": "off",
    "messages": {
        "choice": {"ru": [{"text": CHOICE}]},
        "thanks": {"ru": [{"text": "Спасибо"}]},
    },
    "flow": {
        "start": [
            {
                "do": "menu",
                "prompt": "choice",
                "timeout": 5.0,
                "tries": 2,
                "keys": {"1": "one"},
                "otherwise": None,
                "invalid": None,
                "repeat": "",
                "barge_in": True,
                "line": 1,
            }
        ],
        "one": [{"do": "result", "name": "one", "line": 2}, {"do": "say", "message": "thanks", "line": 3}],
    },
}


@pytest.fixture
def made(bench: Callable[..., Bench]) -> Bench:
    """A switch that takes calls as a deploy leaves it; one prompt is prepared, the other one is spoken."""
    made = bench()
    for folder in ("inbound", "recordings"):
        (made.root / folder).mkdir()
    shutil.copy(HERE / "scripts" / "ivr" / "prozvon_ivr.py", made.release / "scripts")
    route = {"number": CALLED[1:], "program": PROGRAM, "scenario": "bench"}
    numbering = {"code": "7", "trunk": "8", "international": ["810"], "lengths": [10]}
    whole = {
        "format": 1,
        "numbering": numbering,
        "routes": [route],
        "patterns": [],
        "any": None,
        "gateways": {},
    }
    (made.release / "inbound.json").write_text(json.dumps(whole | {"voices": {"ru": VOICE}}), "utf-8")
    (made.root / "programs" / f"{PROGRAM}.json").write_text(json.dumps(FLOW), "utf-8")
    sound = HERE / "scenarios" / "sounds" / "ru" / "thanks.wav"
    shutil.copy(sound, made.root / "prompts" / prompt_name("ru", CHOICE, VOICE))
    with_dialplan(made, **{CALLED.replace("+", "\\+"): "python prozvon_ivr\nhangup CALL_REJECTED"})
    return made


def path(variables: dict[str, Any]) -> list[str]:
    encoded = variables["prozvon_path"]
    steps: list[str] = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    return [step.split(" ", 1)[1] for step in steps]


def test_a_caller_acts_on_a_message_by_its_name(made: Bench) -> None:
    call = come_in(made.client(), CALLED, ["hears", "choice", "press", "1"], ["hears", "thanks", "hang_up"])
    made.wait_idle()
    found = made.cdr(call)["variables"]
    assert found["prozvon_result"] == "one"
    assert "key 1" in path(found)
    (said,) = experienced(made)
    assert (said.caller, said.called, said.heard, said.by) == (CALLER, CALLED, ("choice", "thanks"), "caller")
    assert (made.root / "inbound" / f"{call}.json").exists()


def test_a_caller_acts_differently_the_second_time(made: Bench) -> None:
    twice = [["hears", "choice", "press", "7"], ["hears", "choice", "press", "1"]]
    call = come_in(made.client(), CALLED, *twice)
    made.wait_idle()
    assert made.cdr(call)["variables"]["prozvon_result"] == "one"
    assert experienced(made)[0].keys == "71"


def test_no_script_keeps_a_leg(made: Bench) -> None:
    for place in range(20):
        come_in(made.client(), CALLED, ["after", place * 150, "hang_up"])
    made.wait_idle()
    assert made.switch.scripts.zombies == []
    assert made.switch.calls.count == 0
    assert len(made.cdrs()) == 20
