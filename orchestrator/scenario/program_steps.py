"""Steps of the program, made from steps of the model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from orchestrator.scenario.checked import Check
from orchestrator.scenario.consent import OptOut
from orchestrator.scenario.flow import Branch, Steps
from orchestrator.scenario.melody import SoundFile
from orchestrator.scenario.operands import Condition, Value
from orchestrator.scenario.outside_steps import Fetch, Target
from orchestrator.scenario.part import Broken, Part
from orchestrator.scenario.people_steps import Forward, Queue, Waiting
from orchestrator.scenario.queue_plan import Wait, wait_of
from orchestrator.scenario.queues import QueueSpec
from orchestrator.scenario.roles import NO_MESSAGE
from orchestrator.scenario.source import Mark, Text
from orchestrator.scenario.standard_messages import ABANDONED
from orchestrator.scenario.steps import AnyStep, IfStep, SetStep, SwitchStep
from orchestrator.scenario.talk_steps import Ask

Json = dict[str, Any]

# Keys that robocalls had before there were others: where a newer one says nothing new, it is left out, so that their
# programs keep their names
_EARLIER: dict[str, Json] = {
    "say": {"barge_in": True, "early": False},
    "menu": {"repeat": "", "barge_in": True},
    "ask": {"barge_in": True, "private": False, "check": None, "confirm": None},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What steps need to know of the scenario around them.

    sounds: file name on the switch of a recording, by its place. fields: variable -> fields of it that anything reads.
    ring_s: how long a number rings where a step does not say. queues: those with agents. paced: steps by which people
    who were called come to agents, of a predictive scenario; within_s: they are abandoned after so long.
    promise: message to who is to be called back from a queue with agents. consent: what the scenario demands, or "".
    """

    is_robocall: bool
    sounds: Mapping[Mark, str] = field(default_factory=dict)
    fields: Mapping[str, list[str]] = field(default_factory=dict)
    ring_s: float = 25.0
    queues: Mapping[str, QueueSpec] = field(default_factory=dict)
    paced: tuple[Queue, ...] = ()
    within_s: float | None = None
    promise: str = ""
    consent: str = ""


def program_steps(steps: Steps | Broken, around: Around) -> Iterator[Json]:
    """Steps as JSON data, each with its line."""
    assert not isinstance(steps, Broken)  # noqa: S101  # a scenario with problems is not compiled
    for step in steps:
        assert not isinstance(step, Broken)  # noqa: S101  # as above
        for made in _step(step, around):
            yield {**made, "line": step.mark.line}


def _step(step: AnyStep, around: Around) -> Iterator[Json]:
    match step:
        case SetStep():
            for name, value in step.set.items():
                yield {"do": "set", "name": str(name), "value": _json(value, around)}
        case IfStep():
            yield _if(step, around)
        case SwitchStep():
            yield _switch(step, around)
        case _:
            [(verb, said)] = step.values.items()
            yield _other(verb, said, around)


# Verb that says one thing -> the key it stands under
_SINGLE = {
    "ring": "seconds",
    "wait": "seconds",
    "goto": "block",
    "call": "block",
    "result": "name",
    "language": "value",
}


def _other(verb: str, value: Any, around: Around) -> Json:
    if verb in _SINGLE:
        return {"do": verb, _SINGLE[verb]: _json(value, around)}
    if not isinstance(value, Part):
        return {"do": verb}  # answer, hang_up
    made = {"do": verb, **_SPECIAL.get(verb, _plain)(value, around)}
    earlier = _EARLIER.get(verb, {}) if around.is_robocall else {}
    return {key: item for key, item in made.items() if key not in earlier or item != earlier[key]}


def _plain(part: Part, around: Around) -> Json:
    """Every key of a part under its own name."""
    return {
        (field.alias or name): _json(getattr(part, name), around)
        for name, field in type(part).model_fields.items()
    }


def _json(value: Any, around: Around) -> Any:
    match value:
        case Value():
            return {"ref": str(value.text)} if value.is_reference else {"text": str(value.text)}
        case Target():
            return {"service": value.service, "path": value.path}
        case SoundFile():
            return around.sounds[value.file.mark]
        case Part():
            return _plain(value, around)
        case dict():
            return {str(key): _json(item, around) for key, item in value.items()}
        case tuple():
            return [str(item) for item in value]
        case Text():
            return str(value)
        case _:
            return value  # a number, yes or no, nothing


def _or_empty(value: Any, around: Around) -> Any:
    return "" if value is None else _json(value, around)


def _unless_none(name: str) -> str | None:
    """A prompt, where `none` says that there is to be none."""
    return None if name == NO_MESSAGE else str(name)


def _menu(part: Part, around: Around) -> Json:
    made = _plain(part, around)
    return {**made, "repeat": made["repeat"] or ""}


def _music(part: Part, around: Around) -> Json:
    made = _plain(part, around)
    return {"source": made["play"], "seconds": made["for"]}


def _ask(part: Part, around: Around) -> Json:
    assert isinstance(part, Ask)  # noqa: S101  # the table below
    made = _plain(part, around)
    del made["digits"]
    return {
        **made,
        "min": part.digits.least,
        "max": part.digits.most,
        "end": _end(part.end),
        "check": None if part.check is None else _check(part.check),
    }


def _end(key: str) -> str:
    return "" if key == "none" else str(key)


def _check(check: Check) -> Json:
    if check.pattern is not None:
        return {"pattern": str(check.pattern)}
    if check.range is not None:
        return {"low": check.range.low, "high": check.range.high}
    return {"luhn": True} if check.luhn else {"date": str(check.date)}


def _record(part: Part, around: Around) -> Json:
    made = _plain(part, around)
    return {**made, "prompt": _unless_none(made["prompt"]), "end": _end(made["end"])}


def _voicemail(part: Part, around: Around) -> Json:
    made = _plain(part, around)
    return {**made, "greeting": _unless_none(made["greeting"])}


def _forward(part: Part, around: Around) -> Json:
    assert isinstance(part, Forward)  # noqa: S101  # the table below
    return {
        **_plain(part, around),
        "ring": around.ring_s if part.ring is None else part.ring,
        "caller_id": _or_empty(part.caller_id, around),
        "accept": _or_empty(part.accept, around),
        "whisper": whisper_of(part),
        "music": _or_empty(part.music, around),
    }


def whisper_of(part: Forward | Wait) -> str | None:
    """Who has to press a key must be told so."""
    if part.whisper is None and part.accept is not None:
        return "whisper_accept"
    return None if part.whisper is None else str(part.whisper)


# Keys of the step that say something only where agents take the calls
_WITH_AGENTS = ("hold_message", "silent", "after_talk")


def _queue(part: Part, around: Around) -> Json:
    assert isinstance(part, Queue)  # noqa: S101  # the table below
    spec = around.queues.get(part.name)
    is_paced = any(part is each for each in around.paced)
    wait = wait_of(part, spec, is_paced=is_paced)
    made = _plain(part, around)
    del made["announce"], made["offer_callback"]
    announce = part.announce
    if spec is None:
        made = {key: value for key, value in made.items() if key not in _WITH_AGENTS}
    else:
        made |= {
            "within": around.within_s if is_paced else None,
            "abandoned": ABANDONED if is_paced else None,
            **({} if part.offer_callback is None else {"promise": around.promise}),
        }
    return {
        **made,
        "max_wait": wait.max_wait,
        "max_waiting": _waiting(wait.max_waiting),
        "every": 0 if announce is None else announce.every,
        "position": announce is not None and announce.position,
        "wait": announce is not None and announce.wait,
        "callback_after": part.offer_callback,
        "accept": _or_empty(wait.accept, around),
        "whisper": whisper_of(wait),
    }


def _waiting(waiting: Waiting | None) -> int | Json | None:
    if waiting is None:
        return None
    return {"per_agent": waiting.callers} if waiting.is_per_agent else waiting.callers


def _fetch(part: Part, around: Around) -> Json:
    assert isinstance(part, Fetch)  # noqa: S101  # the table below
    made = _plain(part, around)
    [method] = [name for name in ("get", "post", "put") if made.pop(name) is not None]
    target: Target = getattr(part, method)
    return {
        **made,
        "method": method,
        "service": target.service,
        "path": target.path,
        "fields": around.fields.get(str(part.into), []),
    }


def _webhook(part: Part, around: Around) -> Json:
    made = _plain(part, around)
    return {**made.pop("to"), **made}


def _offer_callback(part: Part, around: Around) -> Json:
    made = _plain(part, around)
    when = made["when"]
    return {**made, "when": "next_opening" if when is None else when, "done": _unless_none(made["done"])}


def _opt_out(part: Part, around: Around) -> Json:
    assert isinstance(part, OptOut)  # noqa: S101  # the table below
    purpose = None if part.everything else str(part.purpose or around.consent)
    return {"everything": part.everything, "purpose": purpose}


_SPECIAL: dict[str, Callable[[Any, Around], Json]] = {
    "menu": _menu,
    "music": _music,
    "ask": _ask,
    "record": _record,
    "voicemail": _voicemail,
    "forward": _forward,
    "transfer": _forward,
    "queue": _queue,
    "fetch": _fetch,
    "webhook": _webhook,
    "offer_callback": _offer_callback,
    "opt_out": _opt_out,
}


def _if(step: IfStep, around: Around) -> Json:
    condition = step.if_.condition
    return {
        "do": "if",
        "left": {"ref": str(condition.name)},
        "op": condition.op,
        "right": _right(condition, around),
        "then": _branch(step.if_.then, step.mark.line, around),
        "else": _branch(step.if_.else_, step.mark.line, around),
    }


def _right(condition: Condition, around: Around) -> Json | list[Json] | None:
    values = [_json(value, around) for value in condition.right]
    if condition.op == "in":
        return values
    return values[0] if values else None


def _switch(step: SwitchStep, around: Around) -> Json:
    line = step.mark.line
    return {
        "do": "switch",
        "left": {"ref": str(step.switch.on)},
        "cases": [[str(value), _branch(branch, line, around)] for value, branch in step.switch.cases.items()],
        "else": _branch(step.switch.otherwise, line, around),
    }


def _branch(branch: Branch | None, line: int, around: Around) -> list[Json]:
    if branch is None:
        return []
    if isinstance(branch, Text):
        return [{"do": "goto", "block": str(branch), "line": line}]
    return list(program_steps(branch, around))
