"""Playing and collecting keys on a leg: switch_ivr_play_file, _read, _collect_digits_count and their kin.

Sources: switch_ivr_play_say.c:2500-2740, switch_ivr.c (collect digits).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from orchestrator.simulator.audio import file_ms, speech_ms
from orchestrator.simulator.leg import NEVER_MS, Leg

PLAYED: Final = "FILE PLAYED"
MISSING: Final = "FILE NOT FOUND"
BROKEN: Final = "PLAYBACK ERROR"


@dataclass(slots=True)
class Keypad:
    """`leg` is the one whose keys are taken."""

    leg: Leg

    def play(
        self, name: str, *, on_key: Callable[[str], bool] | None = None, stops_at: str = "", from_ms: int = 0
    ) -> str:
        """Play a file: PLAYED (also when a key stopped it), MISSING or BROKEN.

        `on_key` gets each key and says whether to stop; without it keys in `stops_at` stop and the rest is
        dropped; with neither, keys stay for whoever collects next.
        """
        leg = self.leg
        leg.pre_answer()
        length_ms = file_ms(leg.fetch(name))
        if length_ms is None:
            return MISSING
        began_ms = leg.now_ms
        leg.hears(name)
        kind = name.partition("://")[0] if "://" in name else "file"
        file = {"Playback-File-Type": kind, "Playback-File-Path": name}
        leg.announce("PLAYBACK_START", file)
        leg.ours.append((began_ms, began_ms + length_ms))
        limit_ms = _timeout_ms(leg)
        plays_ms = max(0, length_ms - from_ms)
        status = self.last(min(plays_ms, limit_ms or plays_ms), on_key=on_key, stops_at=stops_at)
        if limit_ms and leg.now_ms - began_ms >= limit_ms < plays_ms:
            status = PLAYED if leg.channel.get("playback_timeout_as_success") == "true" else BROKEN
        leg.ours.append((began_ms, leg.now_ms))
        leg.ours.remove((began_ms, began_ms + length_ms))
        played_ms = leg.now_ms - began_ms
        leg.channel.set("playback_last_offset_pos", str(played_ms * 8))
        leg.channel.set("playback_seconds", str(played_ms // 1000))
        leg.channel.set("playback_ms", str(played_ms))
        leg.channel.set("playback_samples", str(played_ms * 8))
        leg.announce("PLAYBACK_STOP", file | {"Playback-Status": "done" if leg.is_ready else "break"})
        return status

    def speak(self, text: str, *, on_key: Callable[[str], bool] | None = None) -> str:
        self.leg.pre_answer()
        self.leg.hears(text)
        return self.last(speech_ms(text), on_key=on_key)

    def last(self, length_ms: int, *, on_key: Callable[[str], bool] | None, stops_at: str = "") -> str:
        """Let the time pass, and keys do what they do. PLAYED or, after hangup, BROKEN."""
        leg = self.leg
        was_stopped = False

        def digit() -> bool:
            nonlocal was_stopped
            key = leg.take_digit()
            was_stopped = on_key(key) if on_key else key in stops_at
            if was_stopped and not on_key:
                leg.channel.set("playback_terminator_used", key)
            return was_stopped

        leg.on_digit = digit if on_key or stops_at else None
        try:
            leg.live_for(length_ms, can_break=True)
        finally:
            leg.on_digit = None
        return PLAYED if leg.is_ready else BROKEN

    def collect(
        self, most: int, *, ends: str, timeout_ms: int, digit_timeout_ms: int, typed: str = ""
    ) -> tuple[str, str]:
        """(keys, the end key): until `most` keys, an end key, or too long a pause. 0 ms: no limit."""
        leg = self.leg
        end = ""
        leg.pre_answer()
        leg.is_asked()

        def digit() -> bool:
            nonlocal typed, end
            key = leg.take_digit()
            if key in ends:
                end = key
            else:
                typed += key
            return True

        pause_ms = timeout_ms or digit_timeout_ms
        leg.on_digit = digit
        try:
            while len(typed) < most and not end:
                before = typed
                is_done = leg.live_until(leg.now_ms + pause_ms if pause_ms else NEVER_MS)  # a break waits
                if is_done or not leg.is_ready or (typed == before and not end):
                    break
                pause_ms = digit_timeout_ms or pause_ms
        finally:
            leg.on_digit = None
        return typed, end

    def read(
        self, least: int, most: int, *, prompt: str, timeout_ms: int, ends: str, digit_timeout_ms: int
    ) -> tuple[str, str]:
        """(keys, result): `success`, `timeout` or `failure`, as the variable read_result says."""
        channel = self.leg.channel
        most = max(least, most)
        first = ""

        def take(key: str) -> bool:
            nonlocal first
            first = key
            return True

        channel.set("read_result", None)
        if prompt and prompt.lower() != "silence" and self.play(prompt, on_key=take) == MISSING:
            return "", "failure"
        typed, end = ("", first) if first and first in ends else (first, "")
        if not end and len(typed) < most:
            pause_ms = digit_timeout_ms or timeout_ms
            typed, end = self.collect(
                most,
                ends=ends,
                timeout_ms=pause_ms if typed else timeout_ms,
                digit_timeout_ms=pause_ms,
                typed=typed,
            )
        if end:
            channel.set("read_terminator_used", end)
        if len(typed) < least:
            result = "failure"
        else:
            result = "success" if end or len(typed) >= most else "timeout"
        channel.set("read_result", result)
        return typed, result

    def play_and_get_digits(
        self,
        least: int,
        most: int,
        *,
        tries: int,
        timeout_ms: int,
        ends: str,
        prompt: str,
        invalid: str,
        variable: str,
        pattern: str,
        digit_timeout_ms: int,
    ) -> str:
        """The keys that match `pattern`, or "" when every try failed."""
        leg = self.leg
        while leg.is_ready and tries > 0:
            typed, result = self.read(
                least,
                most,
                prompt=prompt,
                timeout_ms=timeout_ms,
                ends=ends,
                digit_timeout_ms=digit_timeout_ms,
            )
            is_enough = result == "success" or (result == "timeout" and len(typed) >= least)
            if is_enough and typed:
                if not pattern or re.search(pattern, typed):
                    if variable:
                        leg.channel.set(variable, typed)
                    return typed
                if variable:
                    leg.channel.set(variable, None)
                    leg.channel.set(f"{variable}_invalid", typed)
            elif not least and not typed and leg.channel.get("read_terminator_used"):
                return ""
            if leg.is_ready and invalid:
                self.play(invalid)
            tries -= 1
        return ""


def _timeout_ms(leg: Leg) -> int:
    """`playback_timeout_sec`: how long a sound may last; 0 for as long as it does."""
    text = leg.channel.get("playback_timeout_sec") or ""
    return int(text) * 1000 if text.isdigit() else 0
