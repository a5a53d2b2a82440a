"""A worker's view of a switch: its connection, the calls it makes, what it hears of them and reads afterwards."""

from __future__ import annotations

import base64
import contextlib
import json
import uuid
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote

import gevent

from orchestrator.domain.call_event import CallFacts
from orchestrator.domain.disposition import Disposition
from orchestrator.engine.classify import classify
from orchestrator.engine.events import call_event, facts_of_cdr
from orchestrator.engine.originate import originate_command
from orchestrator.engine.payload import encode
from orchestrator.runtime.cdr import NoCdr, read_cdr
from tests.conformance.programs import SHORT
from tests.conformance.project import Project
from tests.engine.factories import a_contact, an_attempt
from tests.simulator.bench import Client

CALLERS = 3  # SIPp takes a port that was free a moment ago: another may have it by then
EVENTS = ("CHANNEL_ANSWER", "CHANNEL_HANGUP_COMPLETE", "CHANNEL_DESTROY", "BACKGROUND_JOB")
PAYLOAD = {"c": {"name": "Анна"}, "l": "ru", "s": {}}


class Caller(Protocol):
    """Somebody who has called in. They are silent and stay on the line unless they are told."""

    def hang_up(self) -> None:
        """BYE, or CANCEL before the answer."""
        ...

    def press(self, keys: str) -> None: ...
    def speak(self, seconds: float) -> None:
        """Say something from now on; does not wait until it is said."""
        ...

    @property
    def hears(self) -> bool:
        """Whether sound has come."""
        ...

    @property
    def hears_us(self) -> bool:
        """Whether more than a fifth of a second of it was no silence."""
        ...

    @property
    def is_over(self) -> bool: ...
    @property
    def trouble(self) -> str:
        """What went wrong with the caller itself."""
        ...


class Switch(Protocol):
    """A running switch. `second_s`: real seconds of a second on its clock."""

    second_s: float
    port: int
    password: str
    root: Path
    cdr_dir: Path
    project: Project

    def restart(self) -> None: ...
    def die(self) -> None: ...
    def hears(self, call: str, number: str) -> bool:
        """Whether sound of ours got to the callee."""
        ...

    def calls(self, called: str, caller: str) -> Caller:
        """Somebody calls in."""
        ...

    def stop(self) -> None: ...
    def log_warnings(self) -> list[str]: ...


class Desk:
    def __init__(self, switch: Switch, *events: str) -> None:
        self.switch = switch
        self.client = Client(switch.port)
        self.client.authenticate(switch.password)
        self.client.listen(*(events or EVENTS))
        self.worker_id = f"w-{uuid.uuid4()}"

    def wait(self, predicate: Any, description: str, seconds: float = 15.0) -> None:
        """`seconds` on the switch's clock, and what a busy machine takes. Asks it fifty times in one of its seconds."""
        limit_s, pause_s = 5 + seconds * self.switch.second_s, self.switch.second_s / 50
        with gevent.Timeout(limit_s, AssertionError(f"not within {limit_s} s: {description}")):
            while not predicate():
                gevent.sleep(pause_s)

    def command(self, number: str, call: str, **given: Any) -> str:
        """The product's own line for an attempt."""
        attempt = an_attempt(
            attempt_id=call, number=number, worker_id=self.worker_id, contact=a_contact((number,))
        )
        gateway, context = given.pop("gateway", "main"), given.pop("context", "prozvon")
        command = originate_command(
            attempt,
            program=given.pop("program", SHORT),
            ring_s=given.pop("ring_s", 20),
            caller_id="+74951234567",
            dial=f"sofia/gateway/{gateway}/{{number}}",
            payload=encode(PAYLOAD),
        )
        assert not given
        return f"{command.removesuffix('prozvon')}{context}"

    def call(self, number: str, **given: Any) -> str:
        """Originate; the id of the attempt."""
        call = str(uuid.uuid4())
        self.originate(self.command(number, call, **given), call)
        return call

    def call_in(self, called: str) -> tuple[Caller, str]:
        """Somebody calls, from a number that nobody had before; the id of the call."""
        self.client.listen("CHANNEL_CREATE")
        for _ in range(CALLERS):
            number = f"+7916{uuid.uuid4().int % 10**7:07}"
            caller = self.switch.calls(called, number)
            with contextlib.suppress(AssertionError):
                self.wait(lambda number=number: self._calls_of(number), f"a call of {number}", 3)
                return caller, self._calls_of(number)[0]
        raise AssertionError(f"nobody got through: {caller.trouble}")

    def _calls_of(self, number: str) -> list[str]:
        return [e["Unique-ID"] for e in self.client.named("CHANNEL_CREATE") if _calls(e, number)]

    def made_for(self, call: str) -> list[str]:
        """Ids of the legs that were made for it."""
        events = self.client.named("CHANNEL_CREATE")
        return [e["Unique-ID"] for e in events if e.get("variable_originating_leg_uuid") == call]

    def ended(self, call: str) -> dict[str, Any]:
        """Variables of the last event of a call that came in; its CDR has the same."""
        event = self.event("CHANNEL_HANGUP_COMPLETE", call)
        variables = {
            name.removeprefix("variable_"): value
            for name, value in event.items()
            if name.startswith("variable_")
        }
        cdr = read_cdr(self.switch.cdr_dir / f"{call}.cdr.json")
        assert not isinstance(cdr, NoCdr)
        ours = {name: value for name, value in variables.items() if name.startswith("prozvon_")}
        assert {name: unquote(str(cdr.get(name))) for name in ours} == ours
        return variables

    def ringing(self, number: str) -> str:
        """A call whose callee has said that it rings, and goes on ringing for a minute."""
        self.client.listen("CHANNEL_PROGRESS")
        call = self.call(number, ring_s=60)
        self.event("CHANNEL_PROGRESS", call)
        return call

    def originate(self, command: str, job: str) -> None:
        assert self.client.command(f"bgapi {command}\nJob-UUID: {job}") == f"+OK Job-UUID: {job}"

    def api(self, command: str) -> str:
        return self.client.command(f"api {command}")

    def events(self, call: str) -> list[str]:
        """Names of the call's events, its job's too, in the order they came."""
        return [
            e["Event-Name"] for e in self.client.events if call in (e.get("Unique-ID"), e.get("Job-UUID"))
        ]

    def events_of(self, name: str, call: str) -> list[dict[str, Any]]:
        """All of a name that are here."""
        return [e for e in self.client.named(name) if e.get("Unique-ID") == call]

    def event(self, name: str, call: str) -> dict[str, Any]:
        def found() -> list[dict[str, Any]]:
            return [e for e in self.client.named(name) if call in (e.get("Unique-ID"), e.get("Job-UUID"))]

        self.wait(found, f"{name} of {call}", 40)
        assert len(found()) == 1
        return found()[0]

    def job(self, call: str) -> str:
        return str(self.event("BACKGROUND_JOB", call)["_body"])

    def facts(self, call: str) -> CallFacts:
        """What the call's last event says; its CDR is there by then, and says the same."""
        event = self.event("CHANNEL_HANGUP_COMPLETE", call)
        cdr = self.cdr(call)
        happened = call_event(event)
        assert happened is not None
        assert happened.attempt_id == call
        assert cdr == happened.facts
        return happened.facts

    def cdr(self, call: str) -> CallFacts | None:
        variables = read_cdr(self.switch.cdr_dir / f"{call}.cdr.json")
        return None if isinstance(variables, NoCdr) else facts_of_cdr(variables)

    def close(self) -> None:
        self.client.close()


def disposition(facts: CallFacts) -> Disposition:
    """What the product makes of it."""
    answered = facts.answered_at is not None
    return classify(facts.cause, answered=answered, party=facts.party, sip_status=facts.sip_status)


def in_order(events: list[str], *names: str) -> bool:
    """These, each once, in this order; others may stand between them."""
    return [name for name in events if name in names] == list(names)


def _calls(event: dict[str, Any], number: str) -> bool:
    is_inbound = event["Call-Direction"] == "inbound"
    return is_inbound and bool(event["Caller-Caller-ID-Number"] == number)


def told(encoded: str) -> Any:
    """What a variable that holds base64url of JSON says."""
    return json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
