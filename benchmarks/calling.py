"""The callers of bench_inbound, a process of its own: `benchmarks.calling LOG SIP_PORT CALLED COUNT APART STAY KEYS`.

COUNT callers come in, APART seconds after each other, and stay for STAY seconds, in which they press KEYS keys: each
takes them from one menu to the other, whose prompts are of another loudness. Each call becomes a line of LOG (`Called`)
when it is over; the process ends with the last.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, TextIO

from benchmarks.callees import RTP, Call, Script
from benchmarks.callers import Callers
from benchmarks.sound import loudness

LIMIT_S: Final = 120.0


@dataclass(slots=True, kw_only=True)
class Called:
    """What one caller heard. Instants are epoch seconds; `gap_s`: the longest time between two packets of the same
    prompt; `turns_s`: from the end of each key to the first packet of the other prompt.
    """

    number: str
    called_at: float = 0.0
    answered_at: float | None = None
    sound_at: float | None = None
    ended_at: float | None = None
    ended_by: str = ""
    gap_s: float = 0.0
    turns_s: list[float] = field(default_factory=list)
    keys: int = 0
    last_at: float = 0.0
    level: int = 0
    pressed_at: float | None = None

    def hear(self, at: float, level: int) -> None:
        if not level:
            return
        if self.sound_at is None:
            self.sound_at = at
        elif level == self.level:
            self.gap_s = max(self.gap_s, at - self.last_at)
        elif self.pressed_at is not None:
            self.turns_s.append(at - self.pressed_at)
        self.last_at, self.level = at, level


class Calling:
    def __init__(
        self, log: TextIO, port: int, called: str, *, count: int, apart_s: float, stay_s: float, keys: int
    ) -> None:
        self._log, self._left, self._stay_s, self._keys = log, count, stay_s, keys
        self._heard: dict[str, Called] = {}
        self.callers = Callers(("127.0.0.1", port), self._talk, self._hear, self._note)
        for place in range(count):
            self.callers.after(place * apart_s, partial(self.callers.call, called, f"+7916{place:07}"))
        self.callers.after(LIMIT_S, self.callers.stop)

    def _talk(self, call: Call) -> Script:
        heard = self._heard[call.call_id] = Called(number=call.number)
        for place in range(self._keys):
            yield self._stay_s / (self._keys + 1)
            heard.keys += 1
            heard.pressed_at = None
            for wait_s in self.callers.press(call, "1", 8000 * (place + 1)):
                if not wait_s and heard.pressed_at is None:  # its first packet that says that it is over
                    heard.pressed_at = time.time()
                yield wait_s
        yield self._stay_s / (self._keys + 1)
        self.callers.hang_up(call)

    def _hear(self, call: Call, at: float, packet: bytes) -> None:
        heard = self._heard.get(call.call_id)
        if heard is not None:
            heard.hear(at, loudness(packet[RTP.size :]))

    def _note(self, call: Call) -> None:
        heard = self._heard.pop(call.call_id, None) or Called(number=call.number)
        heard.called_at, heard.answered_at = call.called_at, call.answered_at
        heard.ended_at, heard.ended_by = call.ended_at, call.ended_by
        self._log.write(json.dumps(asdict(heard)) + "\n")
        self._log.flush()
        self._left -= 1
        if not self._left:
            self.callers.after(0.5, self.callers.stop)


def read_called(path: Path) -> list[Called]:
    return [Called(**json.loads(line)) for line in path.read_text("utf-8").splitlines()]


def main() -> None:
    path, port, called, count, apart_s, stay_s, keys = sys.argv[1:]
    with open(path, "w", encoding="utf-8") as log:
        Calling(
            log,
            int(port),
            called,
            count=int(count),
            apart_s=float(apart_s),
            stay_s=float(stay_s),
            keys=int(keys),
        ).callers.run()


if __name__ == "__main__":
    main()
