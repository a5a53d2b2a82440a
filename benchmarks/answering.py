"""The callees of bench_switch, a process of its own: `python -m benchmarks.answering LOG` prints its SIP port.

A number's fifth digit says who it is: 0 picks up and says nothing, 1 says hello and nothing more. Each call becomes
a line of LOG (`Heard`) when it is over. Ends with its standard input.
"""

from __future__ import annotations

import itertools
import json
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, TextIO

from benchmarks.callees import RTP, Call, Script, Telephones
from benchmarks.sound import FRAME, FRAME_S, SILENCE, alaw, loudness, read_wav
from orchestrator.asset_folders import folder as asset

SPEECH: Final = "sounds/en/thanks.wav"  # of the shipped scenarios: who listens must hear a voice
HELLO_FRAMES: Final = slice(6, 36)  # its first word
STAYS_S: Final = 20.0
SAYS_HELLO: Final = "1"


@dataclass(slots=True, kw_only=True)
class Heard:
    """What a callee heard. Instants are epoch seconds, None when there was none; gaps are seconds between two packets
    with sound: `gap_s` where the same sound went on, `step_gap_s` where the next one began.
    """

    number: str
    answered_at: float | None = None
    acked_at: float | None = None
    ended_at: float | None = None
    ended_by: str = ""
    said_until: float | None = None
    sound_at: float | None = None
    last_at: float = 0.0
    level: int = 0
    packets: int = 0
    steps: int = 0
    gap_s: float = 0.0
    step_gap_s: float = 0.0

    def hear(self, at: float, level: int) -> None:
        self.packets += 1
        if not level:
            return
        if self.sound_at is None:
            self.sound_at = at
        elif level == self.level:
            self.gap_s = max(self.gap_s, at - self.last_at)
        else:
            self.steps += 1
            self.step_gap_s = max(self.step_gap_s, at - self.last_at)
        self.last_at, self.level = at, level


class Answering:
    def __init__(self, log: TextIO) -> None:
        self._log = log
        self._heard: dict[str, Heard] = {}
        self.telephones = Telephones(self._answer, self._hear, self._note)
        codes = bytes(alaw(sample) for sample in read_wav(asset("scenarios") / SPEECH))
        self._hello = [codes[at : at + FRAME] for at in range(0, len(codes), FRAME)][HELLO_FRAMES]

    def _answer(self, call: Call) -> Script:
        heard = self._heard[call.call_id] = Heard(number=call.number)
        self.telephones.pick_up(call)
        if call.number[5:6] == SAYS_HELLO:
            yield from self._say_hello(call, heard)

    def _say_hello(self, call: Call, heard: Heard) -> Script:
        frames = itertools.chain(self._hello, itertools.repeat(SILENCE, int(STAYS_S / FRAME_S)))
        for number, frame in enumerate(frames):
            yield FRAME_S
            self.telephones.say(call, frame, number * FRAME)
            if number == len(self._hello) - 1:
                heard.said_until = time.time()

    def _hear(self, call: Call, at: float, packet: bytes) -> None:
        self._heard[call.call_id].hear(at, loudness(packet[RTP.size :]))

    def _note(self, call: Call) -> None:
        heard = self._heard.pop(call.call_id)
        heard.answered_at, heard.acked_at = call.answered_at, call.acked_at
        heard.ended_at, heard.ended_by = call.ended_at, call.ended_by
        self._log.write(json.dumps(asdict(heard)) + "\n")
        self._log.flush()


def read_heard(path: Path) -> list[Heard]:
    """The calls of a log that are over."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    return [Heard(**json.loads(line)) for line in lines if line.endswith("\n")]


def main() -> None:
    with open(sys.argv[1], "w", encoding="utf-8") as log:
        telephones = Answering(log).telephones

        def stop_with_stdin() -> None:
            sys.stdin.read()
            telephones.stop()

        threading.Thread(target=stop_with_stdin, daemon=True).start()
        print(telephones.port, flush=True)
        telephones.run()


if __name__ == "__main__":
    main()
