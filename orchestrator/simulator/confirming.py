"""Group confirm: who picked up hears a file, again and again, until the right key (switch_ivr_originate.c)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from orchestrator.simulator.audio import file_ms

if TYPE_CHECKING:
    from orchestrator.simulator.b_leg import BLeg

READ_TIMEOUT_MS: Final = 5000


class Confirmation:
    """Asks at once. `own` are the variables of the leg: group_confirm_key, _file, _read_timeout (ms).

    The key `exec` asks for none: the file is `playback FILE`, and its end is enough.
    """

    def __init__(self, leg: BLeg, own: Mapping[str, str], on_right: Callable[[], None]) -> None:
        self._leg, self._on_right = leg, on_right
        self._key = own["group_confirm_key"]
        self._file = own.get("group_confirm_file") or "silence_stream://0"
        timeout = own.get("group_confirm_read_timeout", "")
        self._timeout_ms = int(timeout) if timeout.isdigit() and int(timeout) else READ_TIMEOUT_MS
        self._typed = ""
        self._turn = 0
        if self._key == "exec":
            self._tell(self._file.removeprefix("playback "))
        else:
            leg.on_key = self._pressed
            self._ask()

    def _tell(self, name: str) -> None:
        leg = self._leg
        leg.hears(name)
        leg.at(leg.now_ms + (file_ms(leg.fetch(name)) or 0), self._on_right)

    def _ask(self) -> None:
        leg = self._leg
        length_ms = file_ms(leg.fetch(self._file))
        if length_ms is None:
            leg.hang_up("DESTINATION_OUT_OF_ORDER", by="switch")
            return
        self._typed = ""
        self._turn += 1
        turn = self._turn
        leg.hears(self._file)
        leg.announce("PLAYBACK_START", {"Playback-File-Type": "file", "Playback-File-Path": self._file})
        leg.is_asked()

        def again() -> None:
            if self._turn == turn:
                self._ask()

        leg.at(leg.now_ms + length_ms + self._timeout_ms, again)

    def _pressed(self) -> None:
        self._typed += self._leg.pressed
        if not self._turn or len(self._typed) < len(self._key):
            return
        if self._typed == self._key:
            self._turn = 0  # asks no more
            self._leg.channel.set("group_dial_status", "winner")
            self._on_right()
        else:
            self._ask()
