"""Answering machines: how often the detector is right and how soon, beside app_amd's rules on the same greetings."""

from __future__ import annotations

import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from benchmarks.app_amd import AppAmd
from benchmarks.greetings.make import REPORTING, TUNING, Greeting, greetings
from benchmarks.greetings.voices import version
from callflow.ear import NOTHING, SLEEP_MS
from callflow.listener import INITIAL_SILENCE_MS, Detector, GreetingEnd
from callflow.sound import FRAME_MS, SAMPLES, Meter
from callflow.talk import Talk

TUNED_ON: Final = 1  # seed of what the detector's numbers were found on
SEED: Final = 2028
COUNT: Final = 1000  # of humans, and of machines
AT_ONCE: Final = 500  # calls listened to under one lock, as in a switch
LISTENED_S: Final = 4.0
PARTIES: Final = ("human", "machine")


@dataclass(slots=True, kw_only=True)
class Tally:
    """What was said of the greetings of one party, and when: ms since the first true word, `early` ones before it."""

    said: Counter[str] = field(default_factory=Counter)
    after_ms: list[int] = field(default_factory=list)
    early: int = 0
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)  # (kind or noise, verdict)

    def add(self, greeting: Greeting, verdict: str, at_ms: int) -> None:
        self.said[verdict] += 1
        for name in (greeting.kind, "noise " + greeting.noise.split(" ")[0]):
            self.kinds[name, verdict] += 1
        if greeting.spoken_ms and at_ms > greeting.spoken_ms[0][0]:
            self.after_ms.append(at_ms - greeting.spoken_ms[0][0])
        elif greeting.spoken_ms:
            self.early += 1

    def share(self, verdict: str) -> str:
        return _share(self.said[verdict], self.said.total())

    def times(self) -> str:
        return " ".join(f"{at(self.after_ms, share) / 1000:5.2f}" for share in (0.5, 0.95, 1.0))


def main(*, quick: bool = False) -> None:
    count = 100 if quick else COUNT
    print(f"{count} humans and {count} machines by eSpeak NG {version()}; seconds: median, 95 %, worst\n")
    _parties(count, TUNED_ON, TUNING, "tuned on")
    for seed in (SEED, SEED + 1):
        _parties(count, seed, REPORTING, "other texts and voices")
    _beeps(count)
    _cost(count)
    _at_once()


# -- who answered


def _parties(count: int, seed: int, part: int, name: str) -> None:
    ours, theirs = {each: Tally() for each in PARTIES}, {each: Tally() for each in PARTIES}
    in_time = Tally()  # machines that begin to speak before silence is told from them
    for party in PARTIES:
        for greeting in greetings(party, count, seed=seed, part=part):
            verdict, at_ms = _ours(greeting)
            ours[party].add(greeting, verdict, at_ms)
            theirs[party].add(greeting, *_theirs(greeting))
            if party == "machine" and greeting.spoken_ms and greeting.spoken_ms[0][0] < INITIAL_SILENCE_MS:
                in_time.add(greeting, verdict, at_ms)
    print(f"{name + f' (seed {seed})':36} human   machine   unknown   decided after the first word")
    for party in PARTIES:
        for label, tally in (("prozvon", ours[party]), ("app_amd", theirs[party])):
            shares = "   ".join(tally.share(verdict) for verdict in ("human", "machine", "unknown"))
            print(f"  {party:8} {label:8}              {shares}   {tally.times()} s; {tally.early} before it")
    known, spoken = in_time.share("machine").strip(), in_time.said.total()
    print(f"  the {spoken} machines that begin to speak within {INITIAL_SILENCE_MS / 1000} s: {known} known")
    if part == REPORTING:
        for party, wrong in (("human", "machine"), ("machine", "human")):
            print(f"  {party}s called {wrong}: {_by_kind(ours[party], wrong)}")
    print()


def _by_kind(tally: Tally, wrong: str) -> str:
    totals: Counter[str] = Counter()
    for (name, _), number in tally.kinds.items():
        totals[name] += number
    return ", ".join(f"{name} {tally.kinds[name, wrong]}/{totals[name]}" for name in sorted(totals))


def _ours(greeting: Greeting) -> tuple[str, int]:
    meter, talk, detector = Meter(), Talk(), Detector()
    for samples in endless(greeting):
        talk.hear(meter.measure(samples, talk.noise))
        verdict = detector.judge(talk)
        if verdict:
            return verdict, talk.ms
    raise AssertionError("the detector never decides")


def _theirs(greeting: Greeting) -> tuple[str, int]:
    detector = AppAmd()
    for number, samples in enumerate(_frames(greeting), start=1):
        verdict = detector.hear(float(np.abs(np.asarray(samples, np.int32)).mean()))
        if verdict:
            return verdict, number * FRAME_MS
    raise AssertionError("app_amd never decides")


def endless(greeting: Greeting) -> Iterator[tuple[int, ...]]:
    """The frames of a greeting, then silence without end."""
    yield from _frames(greeting)
    while True:
        yield NOTHING


def _frames(greeting: Greeting) -> Iterator[tuple[int, ...]]:
    whole = len(greeting.samples) // SAMPLES * SAMPLES
    return struct.iter_unpack(f"<{SAMPLES}h", greeting.samples[:whole].astype("<i2").tobytes())


# -- after the beep


def _beeps(count: int) -> None:
    """When the message begins on machines that were known as such (`leave_message`)."""
    late_ms: list[int] = []
    silence_ms: list[int] = []
    no_beep_ms: list[int] = []
    counts: Counter[str] = Counter()
    for greeting in greetings("machine", count, seed=SEED, part=REPORTING):
        begins_ms, has_beeped = _message_begins(greeting)
        if begins_ms is None:
            continue
        counts["machines"] += 1
        if greeting.beep_ms is None:
            spoken_ms = greeting.spoken_ms[-1][1] if greeting.spoken_ms else 0
            counts["no beep"] += 1
            counts["no beep, into words"] += begins_ms < spoken_ms
            if begins_ms >= spoken_ms:
                no_beep_ms.append(begins_ms - spoken_ms)
            continue
        counts["beep"] += 1
        if begins_ms < greeting.beep_ms[1]:
            counts["early"] += 1
        else:
            counts["missed"] += not has_beeped
            (late_ms if has_beeped else silence_ms).append(begins_ms - greeting.beep_ms[1])
    early, missed, into = (counts[name] for name in ("early", "missed", "no beep, into words"))
    print(
        f"after the beep: {counts['beep']} machines that beep, {counts['no beep']} that do not (seed {SEED})"
    )
    print(f"  message begins before the beep has ended     {_share(early, counts['beep'])}")
    print(
        f"  beep missed: begins after silence            {_share(missed, counts['beep'])}   {_times(silence_ms)} s"
    )
    print(f"  beep heard: begins after its end                       {_times(late_ms)} s")
    print(f"  no beep: begins before the last word         {_share(into, counts['no beep'])}")
    print(f"  no beep: begins after the last word                    {_times(no_beep_ms)} s\n")


def _message_begins(greeting: Greeting) -> tuple[int | None, bool]:
    """(ms, after a beep); None when it is not known as a machine."""
    meter, talk, detector, greeting_end = Meter(), Talk(), Detector(), GreetingEnd()
    verdict = ""
    for samples in endless(greeting):
        talk.hear(meter.measure(samples, talk.noise))
        has_ended = greeting_end.judge(talk)
        verdict = verdict or detector.judge(talk)
        if verdict and verdict != "machine":
            return None, False
        if verdict and has_ended:
            return talk.ms, greeting_end.has_beeped
    raise AssertionError("the greeting never ends")


def at(numbers: Sequence[int], share: float) -> int:
    """The number that this share of them does not exceed; 0 without any."""
    return sorted(numbers)[min(len(numbers) - 1, int(share * len(numbers)))] if numbers else 0


def _share(some: int, of: int) -> str:
    return f"{100 * some / max(1, of):5.1f} %"


def _times(numbers: Sequence[int]) -> str:
    return " ".join(f"{at(numbers, share) / 1000:5.2f}" for share in (0.5, 0.95, 1.0))


# -- what it costs


def _cost(count: int) -> None:
    """CPU of all that a switch does for it in Python, but for reading the file."""
    calls = [*greetings("human", count // 10, seed=SEED, part=REPORTING)]
    calls += greetings("machine", count // 10, seed=SEED, part=REPORTING)
    frames = 0
    began = time.process_time()
    for greeting in calls:
        frames += _ours(greeting)[1] // FRAME_MS
    spent_s = time.process_time() - began
    us, ms = spent_s / frames * 1e6, spent_s / len(calls) * 1e3
    print(f"CPU: {us:.1f} µs a frame of {FRAME_MS} ms, {ms:.1f} ms a call;", end=" ")
    print(f"{1000 * FRAME_MS / us:.0f} calls listened to at once fill a core")


def _at_once() -> None:
    """AT_ONCE threads that each look ten times a second at what has been said, as calls in a switch do."""
    calls = [*greetings("machine", AT_ONCE // 10, seed=SEED, part=REPORTING)]
    late_us: list[int] = []
    began_s = time.monotonic() + 1.0  # all threads are there by then
    threads = [
        threading.Thread(
            target=_listen, args=(calls[n % len(calls)], began_s + n * SLEEP_MS / 1000 / AT_ONCE, late_us)
        )
        for n in range(AT_ONCE)
    ]
    cpu_s = time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    load = (time.process_time() - cpu_s) / LISTENED_S
    print(
        f"{AT_ONCE} calls at once: {100 * load:.0f} % of a core; a look at {SLEEP_MS} ms of sound is over",
        end=" ",
    )
    print(
        " ".join(f"{at(late_us, share) / 1000:.1f}" for share in (0.5, 0.99, 1.0)),
        "ms after its time (median, 99 %, worst)",
    )


def _listen(greeting: Greeting, began_s: float, late_us: list[int]) -> None:
    meter, talk, detector, greeting_end = Meter(), Talk(), Detector(), GreetingEnd()
    frames = _frames(greeting)
    for look in range(1, round(LISTENED_S * 1000 / SLEEP_MS) + 1):
        due_s = began_s + look * SLEEP_MS / 1000
        time.sleep(max(0.0, due_s - time.monotonic()))
        for _ in range(SLEEP_MS // FRAME_MS):
            talk.hear(meter.measure(next(frames), talk.noise))
            detector.judge(talk)
            greeting_end.judge(talk)
        late_us.append(int((time.monotonic() - due_s) * 1e6))
