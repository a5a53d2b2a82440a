"""Texts a second by speech engine; CPU of the worker per attempt with and without prompts to be made first."""

from __future__ import annotations

import logging
import os
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import gevent
import structlog

from benchmarks.bench_worker import command, cpu_s, prozvon, simulated_switch, wait_for
from benchmarks.project import make_project, write_contacts
from orchestrator.domain.lead import Attempt, Contact, LeadState
from orchestrator.esl.writer import OnReply
from orchestrator.runtime.find import find_scenario
from orchestrator.runtime.prompts.prompting import Prompting
from orchestrator.runtime.settings import load_settings
from orchestrator.speech.engine import EngineSpec
from orchestrator.speech.errors import SpeechError
from orchestrator.speech.studio_link import Order, StudioLink

LOOK_S = 0.01
COMMAND = ("espeak-ng", "-v", "{voice}", "-s", "150", "--stdin", "-w", "{out}")
CORES = os.cpu_count() or 1

ESPEAK = f"{{engine: espeak-ng, at_once: {CORES}}}"
# Campaigns at full pace: name -> (speech: of prozvon.yaml, whether the calls before them have made all prompts)
MODES = {"the switch speaks": ("{engine: switch}", False), "prompts made before": (ESPEAK, True)}


def main(*, quick: bool = False) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    texts, calls, rounds = (50, 200, 1) if quick else (1000, 2000, 3)
    specs = {"espeak-ng": EngineSpec(name="espeak-ng", at_once=CORES)}
    if shutil.which(COMMAND[0]):
        specs["command (espeak-ng)"] = EngineSpec(name="command", command=COMMAND, at_once=CORES)
    for name, spec in specs.items():
        try:
            rate, cpu_ms = _texts(spec, texts)
        except SpeechError as error:
            print(f"{name:21}not measured: {error}")
            continue
        print(
            f"{name:21}{texts} names   {rate:6.0f} texts/s   {cpu_ms:5.1f} ms of CPU per text, all processes"
        )
    before = 0.0
    for name, (speech, is_made) in MODES.items():
        own = statistics.median(_worker(calls, speech, is_made=is_made) for _ in range(rounds))
        more = f"   {own - before:+.3f}" if before else ""
        before = before or own
        print(f"{name:21}{calls} calls   {own:6.3f} ms of the worker's CPU per attempt{more}")
    looked, made = _prompting(texts)
    print(f"{'of that, prompts':21}{texts} calls   {looked:6.3f} ms to see that they are all there")
    print(
        f"{'one new prompt each':21}{texts} calls   {made:6.3f} ms more, for having it made and waiting for it"
    )


def _texts(spec: EngineSpec, count: int) -> tuple[float, float]:
    """(texts a second, ms of CPU for each) of names that were not made before."""
    with tempfile.TemporaryDirectory() as place:
        studio = StudioLink(spec)
        orders = [
            Order(text=f"Анна Петровна {number}", language="ru", out=Path(place) / f"{number:032x}.wav")
            for number in range(count)
        ]
        studio.make(Order(text="раз", language="ru", out=Path(place) / "first.wav"))
        used, began = _used_s(), time.perf_counter()
        for made in studio.make_all(orders):
            if isinstance(made, SpeechError):
                raise made
        took = time.perf_counter() - began
        studio.close()  # which adds what its processes used
    return count / took, (_used_s() - used) * 1000 / count


def _used_s() -> float:
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, kinds))


def _prompting(count: int) -> tuple[float, float]:
    """ms of this process's CPU for a call: (whose prompts are all there, that waits for one new prompt of two)."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        make_project(folder, speech=ESPEAK)
        settings = load_settings(folder)
        program, _ = find_scenario(settings, "bench")
        assert program is not None
        prompting = Prompting(
            settings,
            lines={"main": _Line()},
            publish=lambda *_: None,
            has=lambda *_: True,
            freed=lambda: None,
            broke=lambda greenlet: greenlet.get(),
        )
        while not prompting.is_ready(program, "main"):
            gevent.sleep(LOOK_S)
        attempts = [_attempt(number) for number in range(count)]
        done: list[Exception | None] = []
        began = time.process_time()
        for attempt in attempts:
            prompting.prepare(attempt, prompting.words(program, attempt.contact, "main"), done.append)
            while prompting.room(program) == 0:
                gevent.sleep(LOOK_S)
        while len(done) < count:
            gevent.sleep(LOOK_S)
        made = time.process_time() - began
        assert not any(done)
        began = time.process_time()
        for attempt in attempts:
            assert not prompting.words(program, attempt.contact, "main").missing
        looked = time.process_time() - began
        prompting.stop()
    return looked * 1000 / count, (made - looked) * 1000 / count


class _Line:
    """A switch of which nothing is asked: its prompts are files."""

    name = "main"
    core_uuid: str | None = "core"

    def originate(self, jobs: list[tuple[str, str]], on_reply: OnReply) -> None:
        raise AssertionError(f"{on_reply} waits for {jobs}")


def _attempt(number: int) -> Attempt:
    phone = f"+7999{number:07}"
    fields = {"name": "Anna", "order": f"{number:05}"}
    return Attempt(
        attempt_id=f"a{number}",
        campaign_id="c",
        lead_id=number,
        number=phone,
        zone="Europe/Moscow",
        state=LeadState(),
        contact=Contact(numbers=(phone,), zones=("Europe/Moscow",), language="en", fields=fields),
        worker_id="w",
        switch="main",
        switch_uuid="core",
        gateway="main",
        claimed_at=0,
    )


def _worker(calls: int, speech: str, *, is_made: bool) -> float:
    """ms of the worker's CPU per attempt of a campaign."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        make_project(folder, speech=speech)
        contacts = write_contacts(folder, calls)
        with simulated_switch(folder):
            if is_made:
                _campaign(folder, contacts)
            return _campaign(folder, contacts) * 1000 / calls


def _campaign(folder: Path, contacts: Path) -> float:
    """Seconds of CPU of a worker that dials the list, from its connection on."""
    prozvon(folder, "call", "--yes", "--again", "--no-follow", "--no-worker", "bench", str(contacts))
    log = folder / "worker.log"
    log.unlink(missing_ok=True)
    worker = subprocess.Popen(command(folder, "run", "--until-done", "--log", str(log)))
    wait_for(log, "switch_connected")
    idle = own = cpu_s(worker.pid)
    while worker.poll() is None:
        own = cpu_s(worker.pid)  # without that of its children, which the system adds at the end
        time.sleep(LOOK_S)
    assert worker.returncode == 0, log.read_text()
    return own - idle
