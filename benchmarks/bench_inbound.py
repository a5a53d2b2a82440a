"""Callers of a real switch: a menu with 200 of them at once, beside the bare switch that plays a file to as many."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from socket import SOCK_DGRAM
from typing import Final

from benchmarks.calling import Called, read_called
from benchmarks.freeswitch import FreeSwitch, find_binary, free_port, prozvon
from benchmarks.sound import LOUD, SOFT, tone, write_wav
from benchmarks.switch_project import PASSWORD_ENV
from orchestrator.esl.connection import Connection

LIMIT_S: Final = 200  # for all of it, whatever happens
MENU: Final = "+74950000001"
BARE: Final = "bare"
PROMPT_S: Final = 20.0
STAY_S: Final = 16.0
PACE_S: Final = 1 / 50  # between two callers of a crowd
KEYS: Final = 12
GOAL_LATER_MS: Final = 30.0

SETTINGS: Final = """\
project: bench
speech: {{engine: switch}}
switches:
  main:
    port: {port}
    password_env: {password_env}
    sps: 10000
    max_sessions: 2000
    profiles: {{prozvon: {{ip: 127.0.0.1, port: {sip_port}, codecs: PCMA}}}}
    gateways:
      main: {{cps: 1000, channels: 1000, proxy: "127.0.0.1:{nobody}", ping_s: 0, inbound: 127.0.0.1/32}}
"""
SCENARIO: Final = """\
scenario: crowd
kind: ivr
languages: [en]
numbers: ["{menu}"]
timezone: Europe/Moscow
messages:
  soft: {{en: {{file: sounds/soft.wav}}}}
  loud: {{en: {{file: sounds/loud.wav}}}}
flow:
  start: [{{menu: {{prompt: soft, keys: {{1: other}}, otherwise: end}}}}]
  other: [{{menu: {{prompt: loud, keys: {{1: start}}, otherwise: end}}}}]
  end: [hang_up]
"""
BARE_EXTENSION: Final = """\
<include>
  <extension name="bare">
    <condition field="destination_number" expression="^bare$">
      <action application="answer"/>
      <action application="playback" data="{sound}"/>
      <action application="playback" data="{sound}"/>
    </condition>
  </extension>
</include>
"""


def main(*, quick: bool = False) -> None:
    binary = find_binary()
    if binary is None:
        print("skipped: no FreeSWITCH (put it on PATH, or its prefix into PROZVON_FREESWITCH)")
        return
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(LIMIT_S)
    os.environ[PASSWORD_ENV] = "bench-esl-password"
    with tempfile.TemporaryDirectory(prefix="prozvon-bench-") as place:
        folder = Path(place)
        sip_port = free_port(SOCK_DGRAM)
        _make_project(folder, sip_port)
        switch = FreeSwitch(binary, folder, dialplan="<include/>")
        try:
            prozvon(folder, "deploy")
            line = Line(switch, folder, sip_port)
            _extend(line)
            _measure_first_sound(line, calls=10 if quick else 30)
            _measure_crowd(line, calls=20 if quick else 200)
        finally:
            switch.stop()
            prozvon(folder, "store", "stop")


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Calls that were made together. `cores`: of the switch's; `live`: channels, in the middle of it."""

    calls: list[Called]
    cores: float
    live: int


@dataclass(frozen=True, slots=True)
class Line:
    switch: FreeSwitch
    folder: Path
    sip_port: int

    def call(self, called: str, *, calls: int, apart_s: float, stay_s: float, keys: int = 0) -> Crowd:
        log = self.folder / f"{called}-{calls}.jsonl"
        arguments = (log, self.sip_port, called, calls, apart_s, stay_s, keys)
        process = subprocess.Popen([sys.executable, "-m", "benchmarks.calling", *map(str, arguments)])
        try:
            time.sleep(calls * apart_s + stay_s / 4)  # all of them are on the line
            began, used = time.time(), self.switch.cpu_s()
            live = int(self.api("show channels count").split()[0])
            time.sleep(stay_s / 4)
            cores = (self.switch.cpu_s() - used) / (time.time() - began)
            process.wait(timeout=LIMIT_S)
        finally:
            process.kill()
            process.wait()
        return Crowd(calls=read_called(log), cores=cores, live=live)

    def api(self, command: str) -> str:
        connection = Connection("127.0.0.1", self.switch.port, self.switch.password)
        connection.connect()
        try:
            return connection.api(command)
        finally:
            connection.stop()


def _measure_first_sound(line: Line, *, calls: int) -> None:
    """From the answer to the first packet with sound, at the caller, one call at a time."""
    print(f"from the answer to the first sound at the caller, {calls} calls each, one at a time")
    medians = []
    for name, called in (("a bare playback", BARE), ("the menu", MENU)):
        later = _first_ms(line.call(called, calls=calls, apart_s=0.3, stay_s=0.25).calls)
        medians.append(statistics.median(later))
        print(f"  {name:16} {medians[-1]:6.1f} ms, at most {max(later):.1f}")
    print(f"  the menu is {medians[1] - medians[0]:.1f} ms later (goal {GOAL_LATER_MS:.0f} ms)")


def _measure_crowd(line: Line, *, calls: int) -> None:
    """All on the line at once; in the menu each presses a key every second or so."""
    print(f"{calls} callers at once, {STAY_S:.0f} s each; in the menu each presses {KEYS} keys")
    for name, called, keys in (("a bare playback", BARE, 0), ("the menu", MENU, KEYS)):
        crowd = line.call(called, calls=calls, apart_s=PACE_S, stay_s=STAY_S, keys=keys)
        whole = [call for call in crowd.calls if call.ended_by == "us" and call.sound_at is not None]
        first, gaps = _first_ms(whole), [call.gap_s * 1000 for call in whole]
        print(
            f"  {name}: {len(whole)} of {calls} heard it ({crowd.live} on the line), {crowd.cores:.2f} cores"
        )
        print(f"    answer to first sound      {statistics.median(first):6.1f} ms, at most {max(first):.1f}")
        usual = statistics.median(gaps)
        print(f"    longest gap in a prompt    {max(gaps):6.1f} ms (a call's longest: median {usual:.1f})")
        if turns := [turn * 1000 for call in whole for turn in call.turns_s]:
            missing = sum(call.keys for call in whole) - len(turns)
            print(
                f"    key to the next prompt     {statistics.median(turns):6.1f} ms, at most {max(turns):.1f}; "
                f"{len(turns)} keys, {missing} without an answer"
            )


def _first_ms(calls: list[Called]) -> list[float]:
    return [(c.sound_at - c.answered_at) * 1000 for c in calls if c.sound_at and c.answered_at]


def _make_project(folder: Path, sip_port: int) -> None:
    text = SETTINGS.format(
        port=free_port(), sip_port=sip_port, nobody=free_port(SOCK_DGRAM), password_env=PASSWORD_ENV
    )
    (folder / "prozvon.yaml").write_text(text, "utf-8")
    sounds = folder / "scenarios" / "sounds"
    sounds.mkdir(parents=True)
    for name, loudness in (("soft", SOFT), ("loud", LOUD)):
        write_wav(sounds / f"{name}.wav", tone(PROMPT_S, loudness))
    (folder / "scenarios" / "crowd.yaml").write_text(SCENARIO.format(menu=MENU), "utf-8")


def _extend(line: Line) -> None:
    """An extension of the engineers' own, which comes before ours."""
    sound = line.folder / "scenarios" / "sounds" / "soft.wav"
    own = line.switch.root / "conf" / "local" / "inbound"
    own.mkdir(parents=True, exist_ok=True)
    (own / "bare.xml").write_text(BARE_EXTENSION.format(sound=sound), "utf-8")
    line.api("reloadxml")


def _too_long(*_: object) -> None:
    raise TimeoutError(f"the benchmark takes longer than {LIMIT_S} s")
