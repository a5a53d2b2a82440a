"""The real switch, its callees and its programs, as the parts of bench_switch use them."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import SOCK_DGRAM

from benchmarks.answering import Heard, read_heard
from benchmarks.freeswitch import FreeSwitch, free_port, prozvon, wait_until
from benchmarks.switch_project import SCENARIOS, make_project
from orchestrator.runtime.find import find_scenario
from orchestrator.runtime.settings import load_settings
from orchestrator.runtime.switches.places import publish_everywhere

WAIT_S = 60.0

BARE_DIALPLAN = """\
<include>
  <context name="bench">
    <extension name="bare">
      <condition field="destination_number" expression="^bare$">
        <action application="playback" data="{sound}"/>
        <action application="hangup"/>
      </condition>
    </extension>
  </context>
</include>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What all parts work with. programs: scenario -> digest."""

    folder: Path
    switch: FreeSwitch
    log: Path
    programs: dict[str, str]

    def heard(self, begins: str, since: float) -> list[Heard]:
        """Calls to numbers that begin so, answered since and over."""
        found = read_heard(self.log)
        return [h for h in found if h.number.startswith(begins) and (h.answered_at or 0) >= since]

    def wait_for(self, count: int, begins: str, since: float) -> list[Heard]:
        """So many of them."""
        wait_until(lambda: len(self.heard(begins, since)) >= count, WAIT_S)
        return self.heard(begins, since)


@contextmanager
def bench_of(binary: Path) -> Iterator[Bench]:
    """A project, its callees and its switch, started; all of it is gone with the block."""
    with tempfile.TemporaryDirectory(prefix="prozvon-bench-") as place:
        folder = Path(place)
        log = folder / "callees.jsonl"
        with _callees(log) as callees:
            make_project(folder, port=free_port(), sip_port=free_port(SOCK_DGRAM), callees=callees)
            settings = load_settings(folder)
            compiled = [
                found for name in SCENARIOS if (found := find_scenario(settings, name)[0]) is not None
            ]
            sounds = {found.name: next(iter(found.sounds)) for found in compiled}
            sound = settings.switches["main"].root / "prompts" / sounds["first"]
            switch = FreeSwitch(binary, folder, dialplan=BARE_DIALPLAN.format(sound=sound))
            try:
                publish_everywhere(settings, compiled, lambda: time.time_ns() // 1_000_000)
                programs = {found.name: found.digest for found in compiled}
                yield Bench(folder=folder, switch=switch, log=log, programs=programs)
            finally:
                switch.stop()
                prozvon(folder, "store", "stop")


@contextmanager
def _callees(log: Path) -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.answering", str(log)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.stdin.close()
        process.wait(timeout=10)
        process.stdout.close()
