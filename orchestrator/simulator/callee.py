"""One callee during one call: what it does is a function of (seed, number, try number). Pure.

`call_for` makes the whole plan of a call; `Callee` then answers what it does about what it hears.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from functools import lru_cache
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import timezone as number_zones

from orchestrator.simulator.chance import chance, pick
from orchestrator.simulator.population import SIP_OF, CalleeKind, Outcome, Phone, Population, Sound


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """Something that sounds for a while: seconds since the answer. `kind` is speech or beep."""

    begin_s: float
    end_s: float
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """Keys and when: seconds since what the callee reacts to began. `hangs_up`, `speaks_s`: instead of a key."""

    after_s: float
    key: str = ""
    hangs_up: bool = False
    speaks_s: float = 0.0


@dataclass(slots=True, kw_only=True)
class Callee:
    """Everything one callee does in one call."""

    name: str  # of its entry in the population
    outcome: Outcome
    is_machine: bool
    rings_s: float  # until it answers, or until its final SIP answer
    early_media: bool
    sip_status: int | None  # of the final answer; None when answered, silent or ringing on
    stays_s: float  # since the answer; then it hangs up
    sounds: tuple[Utterance, ...]
    noise: float
    kind: CalleeKind | None  # None: no callee at all, the far end of a loopback or a dead gateway
    key: str  # what its chance is named after
    cause: str = ""  # of a refusal that is not SIP's
    _heard: int = field(default=0)
    _prompts: int = field(default=0)
    _talks: int = field(default=0)

    def hears_sound(self, *names: str) -> tuple[Press, ...]:
        """A callee goes by messages, not by sounds."""
        del names
        return ()

    def talks(self) -> tuple[Press, ...]:
        """What it does in a talk: ends it when that has lasted for as long as this callee talks; presses keys."""
        kind = self.kind
        if kind is None:
            return ()
        self._talks += 1
        rng = chance(self.key, "talk", self._talks)
        if not isinstance(kind, Phone):
            return () if kind.talks is None else (Press(after_s=kind.talks.draw(rng), hangs_up=True),)
        after_s, keys = kind.ends_after(rng)
        ends = (
            ()
            if after_s is None
            else _typed(keys, after_s, kind, rng) or (Press(after_s=after_s, hangs_up=True),)
        )
        pressed = pick(kind.in_talk, rng) if kind.in_talk else "nothing"
        if pressed == "nothing":
            return ends
        return (*_typed(pressed, kind.in_talk_after.draw(rng), kind, rng), *ends)

    def hears(self, message: str | None, *, is_prompt: bool) -> tuple[Press, ...]:
        """What it presses about a message that begins now (None: not known by name).

        Rules are looked up by the message's name, then, for a prompt, as `#1` (the first prompt of the
        call), `#2`, ..., then `any`.
        """
        self._heard += 1
        self._prompts += is_prompt
        if self.kind is None:
            return ()
        keys = self.kind.keys
        choices = keys.get(message) if message is not None else None
        if choices is None and is_prompt:
            choices = keys.get(f"#{self._prompts}") or keys.get("any")
        if choices is None or self.is_machine:
            return ()
        rng = chance(self.key, "heard", self._heard)
        chosen = pick(choices, rng)
        after_s = self.kind.presses_after.draw(rng)
        if chosen == "nothing":
            return ()
        if chosen == "hang_up":
            return (Press(after_s=after_s, hangs_up=True),)
        if chosen == "flood":
            chosen = "N" * 40
        return _typed(chosen, after_s, self.kind, rng)


def call_for(population: Population, *, seed: int, number: str, try_number: int, at_ms: int) -> Callee:
    """The callee behind `number` (E.164 with +) in its `try_number`-th call (from 1), rung at `at_ms`."""
    agent = population.agent_at(number)
    name = agent or population.rule_for(number) or _entry_of(population, seed, number)
    kind = population.callees[name] if agent is None else population.agents[agent]
    key = f"{seed}|{number}|{try_number}"
    rng = chance(key)
    outcome, is_machine = _outcome(population, kind, number, at_ms, rng)
    sip = (kind.sip if outcome.value == kind.kind else None) or SIP_OF.get(outcome)
    return Callee(
        name=name,
        outcome=outcome,
        is_machine=is_machine,
        rings_s=kind.rings.draw(rng) if outcome not in _AT_ONCE else rng.uniform(0.1, 1.5),
        early_media=rng.random() < kind.early_media,
        sip_status=pick(sip, rng) if sip else None,
        stays_s=kind.stays.draw(rng),
        sounds=_sounds(kind, is_machine, rng),
        noise=_sound_of(kind, is_machine).noise,
        kind=kind,
        key=key,
    )


def _typed(keys: str, after_s: float, kind: CalleeKind, rng: random.Random) -> tuple[Press, ...]:
    """One key after the other; N is any digit."""
    presses = []
    for key in keys:
        presses.append(Press(after_s=after_s, key=rng.choice("0123456789") if key == "N" else key))
        after_s += kind.key_gap.draw(rng)
    return tuple(presses)


_AT_ONCE = (Outcome.INVALID, Outcome.CONGESTION, Outcome.FAILED, Outcome.UNREACHABLE, Outcome.BUSY)


def _entry_of(population: Population, seed: int, number: str) -> str:
    return pick({name: kind.weight for name, kind in population.callees.items()}, chance(seed, number))


def _outcome(
    population: Population, kind: CalleeKind, number: str, at_ms: int, rng: random.Random
) -> tuple[Outcome, bool]:
    if kind.kind not in ("person", "machine"):
        return Outcome(kind.kind), False
    if rng.random() < kind.answers_at(local_hour(population.timezone, number, at_ms)):
        return Outcome.ANSWERED, kind.kind == "machine"
    if rng.random() < kind.voicemail:
        return Outcome.ANSWERED, True
    return pick(kind.otherwise, rng), False


def local_hour(zone: str, number: str, at_ms: int) -> int:
    """Hour of the day (0..23) where the callee lives; UTC where nobody knows."""
    name = _zone_of(number) if zone == "number" else zone
    return dt.datetime.fromtimestamp(at_ms / 1000, ZoneInfo(name)).hour


@lru_cache(maxsize=65536)
def _zone_of(number: str) -> str:
    try:
        zones = number_zones.time_zones_for_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return "UTC"
    return str(zones[0]) if zones and zones[0] != "Etc/Unknown" else "UTC"


def _sound_of(kind: CalleeKind, is_machine: bool) -> Sound:
    if is_machine and kind.kind == "person":
        return kind.voicemail_sound
    return kind.sound or (Sound.of_machine() if is_machine else Sound())


def _sounds(kind: CalleeKind, is_machine: bool, rng: random.Random) -> tuple[Utterance, ...]:
    sound = _sound_of(kind, is_machine)
    begin_s = sound.silence.draw(rng)
    end_s = begin_s + sound.words.draw(rng)
    sounds = [Utterance(begin_s=begin_s, end_s=end_s, kind="speech")]
    if sound.again is not None:
        begin_s = end_s + sound.again.draw(rng)
        end_s = begin_s + sound.words.draw(rng)
        sounds.append(Utterance(begin_s=begin_s, end_s=end_s, kind="speech"))
    if sound.beep:
        sounds.append(Utterance(begin_s=end_s + 0.4, end_s=end_s + 1.2, kind="beep"))
    return tuple(sounds)
