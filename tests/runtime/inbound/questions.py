"""Questions as calls ask them, and a line to a switch that remembers what it was told."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

from orchestrator.esl.errors import NotConnected


def asking(
    number: int, what: str, *, call: str = "call-1", scenario: str = "shop_line", **body: object
) -> dict[str, object]:
    """The event of a question."""
    return event(json.dumps({"n": number, "what": what, **body}), call=call, scenario=scenario)


def event(text: str, *, call: str = "call-1", scenario: str = "shop_line") -> dict[str, object]:
    return {
        "Event-Name": "CUSTOM",
        "Event-Subclass": "prozvon::ask",
        "Unique-ID": call,
        "variable_prozvon_inbound": "true",
        "variable_prozvon_scenario": scenario,
        "Prozvon-Ask": urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).decode().rstrip("="),
    }


def answer_in(command: str) -> tuple[str, int, dict[str, object]]:
    """(call, number of the question, answer) of a command that gives one."""
    verb, call, name, text = command.split(" ")
    assert verb == "uuid_setvar"
    found = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    assert isinstance(found, dict)
    return call, int(name.removeprefix("prozvon_answer_")), found


class Line:
    """live: the channels there are; is_up: whether it is connected; is_mute: it does not say which there are."""

    def __init__(self, *live: str) -> None:
        self.live = set(live)
        self.is_up = True
        self.is_mute = False
        self.commands: list[str] = []
        self.looks = 0

    def api(self, command: str) -> str:
        if not self.is_up:
            raise NotConnected("gone")
        self.commands.append(command)
        return "+OK\n"

    def live_channels(self) -> frozenset[str]:
        self.looks += 1
        if not self.is_up or self.is_mute:
            raise NotConnected("gone")
        return frozenset(self.live)

    @property
    def answers(self) -> dict[tuple[str, int], dict[str, object]]:
        found = [answer_in(command) for command in self.commands]
        assert len({(call, number) for call, number, _ in found}) == len(found), "answered twice"
        return {(call, number): answer for call, number, answer in found}
