"""What can be turned before a day is simulated: the queue's and the campaign's settings, and the world's."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from orchestrator.domain.plan import PacingMode, PacingPlan
from orchestrator.domain.queue import QueueRules, Strategy
from orchestrator.workday.conduct import HOUR_S, Conduct, Course

Value = TypeVar("Value")

MOST_AGENTS, MOST_HOURS = 2_000, 48
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3])(?::([0-5][0-9]))?\Z")
_SPAN = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)(ms|s|m|h)?\Z")
_UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3_600.0, None: 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """All that a simulated day is made of. pacing: None where nobody is dialed."""

    rules: QueueRules
    pacing: PacingPlan | None
    conduct: Conduct


class Unusable(ValueError):  # noqa: N818  # a mistake of whoever asks, told as such
    """A setting that cannot be; the text is for people."""


def turned(setup: Setup, settings: tuple[str, ...]) -> Setup:
    """`setup` with each `KEY=VALUE` applied, in order. Unusable."""
    for text in settings:
        key, sign, value = text.partition("=")
        turn = KNOBS.get(key.strip())
        if turn is None or not sign:
            raise Unusable(f"{text!r}: write KEY=VALUE, with one of {', '.join(KNOBS)}")
        try:
            setup = turn.apply(setup, value.strip())
        except Unusable as error:
            raise Unusable(f"{text!r}: {error}") from None
    return setup


@dataclass(frozen=True, slots=True)
class Knob:
    """says: what it is and how it is written, for the documentation."""

    says: str
    apply: Callable[[Setup, str], Setup]


def _world(**parts: Callable[[Conduct, str], Any]) -> Callable[[Setup, str], Setup]:
    """Sets one field of the day."""
    [(name, read)] = parts.items()

    def apply(setup: Setup, text: str) -> Setup:
        return replace(setup, conduct=replace(setup.conduct, **{name: read(setup.conduct, text)}))

    return apply


def _pacing(**parts: Callable[[str], Any]) -> Callable[[Setup, str], Setup]:
    [(name, read)] = parts.items()

    def apply(setup: Setup, text: str) -> Setup:
        if setup.pacing is None:
            raise Unusable("this scenario dials nobody for its agents (`kind: predictive` does)")
        return replace(setup, pacing=replace(setup.pacing, **{name: read(text)}))

    return apply


def _queue(**parts: Callable[[str], Any]) -> Callable[[Setup, str], Setup]:
    [(name, read)] = parts.items()

    def apply(setup: Setup, text: str) -> Setup:
        return replace(setup, rules=replace(setup.rules, **{name: read(text)}))

    return apply


def share(text: str) -> float:
    """`30%` or 0.3."""
    is_percent = text.endswith("%")
    found = _number(text.removesuffix("%"), 0, 100 if is_percent else 1)
    return found / 100 if is_percent else found


def seconds(text: str) -> float:
    """`90s`, `2m`, `1.5h`; a bare number is seconds."""
    found = _SPAN.match(text)
    if found is None:
        raise Unusable(f"{text[:20]!r} is not a duration: write 90s, 2m or 1.5h")
    return float(found[1]) * _UNITS[found[2]]


def talk_s(text: str) -> float:
    """As `seconds`; a mean talk of none has no distribution."""
    found = seconds(text)
    if found <= 0:
        raise Unusable("a talk lasts longer than that")
    return found


def clock_s(text: str) -> float:
    """Seconds since midnight of `9` or `9:30`."""
    found = _CLOCK.match(text.strip())
    if found is None:
        raise Unusable(f"{text[:20]!r} is not a time of day: write 9 or 9:30")
    return int(found[1]) * HOUR_S + int(found[2] or 0) * 60.0


def course(text: str, read: Callable[[str], Value]) -> Course[Value]:
    """One value for all day, or `9=50%,11=30%`: each from that time on."""
    if "=" not in text:
        return Course(((0.0, read(text)),))
    steps = []
    for part in text.split(","):
        at, sign, value = part.partition("=")
        if not sign:
            raise Unusable(f"{part[:20]!r} has no value: write 9=50%,11=30%")
        steps.append((clock_s(at), read(value.strip())))
    if [at for at, _ in steps] != sorted({at for at, _ in steps}):
        raise Unusable("the times of day must rise")
    return Course(tuple(steps))


def whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        found = _number(text, least, most)
        if found != int(found):
            raise Unusable(f"{text[:20]!r} is not a whole number")
        return int(found)

    return read


def _number(text: str, least: float, most: float) -> float:
    try:
        found = float(text)
    except ValueError:
        raise Unusable(f"{text[:20]!r} is not a number") from None
    if not least <= found <= most:  # NaN is not either
        raise Unusable(f"{text[:20]} is outside of {least:g} to {most:g}")
    return found


def _between(least: float, most: float) -> Callable[[str], float]:
    return lambda text: _number(text, least, most)


def _customers(field: str, read: Callable[[str], float]) -> Callable[[Conduct, str], Any]:
    return lambda conduct, text: _merged(conduct.customers, field, course(text, read))


def _talks(field: str, read: Callable[[str], float]) -> Callable[[Conduct, str], Any]:
    return lambda conduct, text: _merged(conduct.talks, field, course(text, read))


def _merged(before: Course[Any], field: str, values: Course[float]) -> Course[Any]:
    """One field of something that changes over the day, changed over the day itself."""
    times = sorted({at for steps in (before.steps, values.steps) for at, _ in steps})
    return Course(tuple((at, replace(before.at(at), **{field: values.at(at)})) for at in times))


def _phones(field: str, read: Callable[[str], Any]) -> Callable[[Conduct, str], Any]:
    return lambda conduct, text: replace(conduct.telephones, **{field: read(text)})


def _yes(text: str) -> bool:
    if text not in ("yes", "no"):
        raise Unusable("write yes or no")
    return text == "yes"


def _one_of(kind: type[Strategy] | type[PacingMode]) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        if text not in list(kind):
            raise Unusable(f"{text[:20]!r} is none of {', '.join(kind)}")
        return kind(text)

    return read


def _cap(text: str) -> float:
    return _number(str(share(text)), 0, 0.2)


def _within(text: str) -> float:
    return _number(str(seconds(text)), 0.5, 30)


def _never(text: str) -> float | None:
    return None if text == "never" else seconds(text)


def _callers(conduct: Conduct, text: str) -> Any:
    return replace(conduct.callers, per_hour=course(text, _between(0, 100_000)))


def _patience(conduct: Conduct, text: str) -> Any:
    return replace(conduct.callers, patience_s=max(1.0, seconds(text)))


def _long(conduct: Conduct, text: str) -> Any:
    del conduct
    found = seconds(text if text[-1:].isalpha() else f"{text}h")
    if not 900 <= found <= MOST_HOURS * HOUR_S:
        raise Unusable(f"a day lasts from 15m to {MOST_HOURS}h")
    return found


KNOBS: Final[dict[str, Knob]] = {
    "agents": Knob("how many", _world(agents=lambda _, text: whole(1, MOST_AGENTS)(text))),
    "hours": Knob("how long the day is: `8`, `90m`", _world(lasts_s=_long)),
    "from": Knob("when it begins: `9`, `8:30`", _world(begins_s=lambda _, text: clock_s(text))),
    "seed": Knob("of all chance", _world(seed=lambda _, text: whole(0, 10**9)(text))),
    "staff": Knob("share of the agents at work: `12=50%,13=100%`", _world(staff=lambda _, text: course(text, share))),
    "breaks": Knob("an agent goes on a break so often, at random: `2h`", _world(break_every_s=lambda _, t: seconds(t))),
    "break": Knob("how long a break is", _world(break_s=lambda _, text: seconds(text))),
    "standing": Knob("agents keep their legs up: yes or no", _world(telephones=_phones("is_standing", _yes))),
    "pick_up": Knob("mean time until an agent answers", _world(telephones=_phones("answer_s", seconds))),
    "misses": Knob("share of its calls that an agent's telephone misses", _world(telephones=_phones("misses", share))),
    "answer": Knob("share answered by people: `30%`, `9=50%,11=30%`", _world(customers=_customers("answer", share))),
    "busy": Knob("share of calls that are busy", _world(customers=_customers("busy", share))),
    "ring": Knob("how long a customer is let ring", _world(customers=_customers("ring_out_s", seconds))),
    "talk": Knob("mean talk: `2m`, `9=2m,15=4m`", _world(talks=_talks("talk_s", talk_s))),
    "wrap": Knob("mean wrap-up that agents need", _world(talks=_talks("wrap_s", seconds))),
    "callers": Knob("callers an hour who come by themselves: `120`, `9=60,12=200`", _world(callers=_callers)),
    "patience": Knob("mean time after which a caller hangs up", _world(callers=_patience)),
    "invite": Knob("from the decision to call to the INVITE", _world(invite_s=lambda _, text: seconds(text))),
    "mode": Knob("predictive, progressive or ratio", _pacing(mode=_one_of(PacingMode))),
    "ratio": Knob("calls for each free agent, with `mode=ratio`", _pacing(ratio=_between(1, 10))),
    "abandoned": Knob("cap of abandonment, up to 20 %: `3%`", _pacing(abandoned=_cap)),
    "within": Knob("limit after which an answered customer is abandoned", _pacing(within_s=_within)),
    "cancel_after": Knob("ringing after which a call may be cancelled, or never", _pacing(cancel_after_s=_never)),
    "lines_per_agent": Knob("most calls at once for each agent", _pacing(lines_per_agent=whole(1, 20))),
    "strategy": Knob("of the queue", _queue(strategy=_one_of(Strategy))),
    "wrap_up": Knob("the queue's limit of wrap-up", _queue(wrap_up_s=lambda text: round(seconds(text)))),
    "max_wait": Knob("after which a caller is let go", _queue(max_wait_s=lambda text: round(seconds(text)))),
    "max_waiting": Knob("so many may wait", _queue(max_waiting=whole(0, 100_000))),
    "service_level": Knob("the N of answered within N", _queue(service_level_s=lambda text: round(seconds(text)))),
}  # fmt: skip
