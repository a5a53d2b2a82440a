"""Makes prompts, in a process of its own: `python -m orchestrator.speech.studio`.

Engines, numpy and writing files are here, so that the worker only sends a line and gets one back. On standard input
first a line of JSON with the engine (`EngineSpec.as_json`), then one for each text: {"id", "language", "text", "out",
"may_be_silent"}. On standard output first {"version"} or {"error"}, then for each text, in any order,
{"id", "ms", "dbov"} once the file `out` is there whole, or {"id", "fault", "error"}.

It ends when its standard input does, and takes its engines with it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from orchestrator.speech.command_line import CommandLine
from orchestrator.speech.deadline import TooSlow
from orchestrator.speech.engine import Engine, EngineSpec
from orchestrator.speech.errors import Fault, SpeechError, Unspeakable
from orchestrator.speech.espeak import open_espeak
from orchestrator.speech.folder import write_whole
from orchestrator.speech.prompt_sound import Prompt, for_engine, hush, made_of

PROBE = "1"  # every engine has a sound for it

Order = dict[str, object]


def open_engine(spec: EngineSpec) -> Engine:
    """The engine that the settings name. SpeechError when this machine has not got it."""
    if spec.name == "espeak-ng":
        return open_espeak(spec)
    return CommandLine(spec.command, timeout_s=spec.timeout_s)


class Studio:
    """Engines by thread, and what is known of the voices."""

    def __init__(self, spec: EngineSpec, first: Engine, open_another: Callable[[EngineSpec], Engine]) -> None:
        self._spec = spec
        self._open = open_another
        self._spare = [first]
        self._all = [first]
        self._mine = threading.local()
        self._lock = threading.Lock()
        self._is_closed = False
        self._sounding: set[str] = set()  # languages whose voice has made a sound

    def make(self, text: str, language: str, *, may_be_silent: bool) -> Prompt:
        """The sound of a text. SpeechError tells whose fault it is that there is none.

        may_be_silent: a text that the engine says nothing for (another alphabet, say) becomes a short silence.
        """
        self._require_voice(language)
        try:
            return self._speak(text, language)
        except Unspeakable:
            if may_be_silent:
                return hush()
            raise SpeechError(f"the engine says nothing for it in `{language}`", Fault.TEXT) from None
        except SpeechError as error:
            if not isinstance(error, TooSlow):
                with suppress(SpeechError, Unspeakable):
                    return self._speak(text, language)  # a process that died for another reason
            raise self._judged(error, language) from None

    def close(self) -> None:
        """End all engines, and what they are at."""
        with self._lock:
            self._is_closed, engines = True, list(self._all)
        for engine in engines:
            engine.close()

    def _speak(self, text: str, language: str) -> Prompt:
        said = for_engine(text)
        if not said:
            raise Unspeakable
        return made_of(self._engine().speak(said, language, self._spec.voice(language)), text)

    def _engine(self) -> Engine:
        mine: Engine | None = getattr(self._mine, "engine", None)
        if mine is None:
            with self._lock:
                mine = self._spare.pop() if self._spare else None
            if mine is None:
                mine = self._open(self._spec)
                with self._lock:
                    self._all.append(mine)
                    is_late = self._is_closed
                if is_late:
                    mine.close()
            self._mine.engine = mine
        return mine

    def _require_voice(self, language: str) -> None:
        """Before the first text of a language: its voice makes a sound. An engine that is mute is told, not heard."""
        if language in self._sounding:
            return
        try:
            self._speak(PROBE, language)
        except Unspeakable:
            raise SpeechError(f"{self._named(language)} makes no sound") from None
        except SpeechError as error:
            raise SpeechError(f"{self._named(language)}: {error}") from None
        self._sounding.add(language)

    def _judged(self, error: SpeechError, language: str) -> SpeechError:
        """Is it the engine or the text? The one who can still say the probe is not to blame."""
        try:
            self._speak(PROBE, language)
        except (SpeechError, Unspeakable):
            return SpeechError(f"{self._named(language)}: {error}")
        return SpeechError(str(error), Fault.TEXT)

    def _named(self, language: str) -> str:
        return f"the voice {self._spec.voice(language)!r} of `{language}` ({self._spec.name})"


def carry_out(studio: Studio, order: Order) -> Order:
    """The reply to one order."""
    out = Path(str(order["out"]))
    try:
        made = studio.make(
            str(order["text"]), str(order["language"]), may_be_silent=bool(order.get("may_be_silent"))
        )
        write_whole(out, made.data, is_synced=bool(order.get("is_synced")))
    except SpeechError as error:
        return {"id": order["id"], "fault": error.fault.value, "error": str(error)}
    except OSError as error:
        why = f"cannot write to {out.parent}: {error.strerror}"
        return {"id": order["id"], "fault": Fault.DISK.value, "error": why}
    return {"id": order["id"], "ms": made.ms, "dbov": made.dbov if made.dbov > -100 else None}


def serve(orders: Iterable[str], replies: TextIO) -> None:
    """Carry out orders until there are no more."""
    lock = threading.Lock()

    def tell(reply: Order) -> None:
        with lock:
            replies.write(json.dumps(reply) + "\n")
            replies.flush()

    lines = iter(orders)
    spec = EngineSpec.from_json(json.loads(next(lines)))
    try:
        first = open_engine(spec)
    except SpeechError as error:
        tell({"error": str(error)})
        return
    tell({"version": first.version})
    studio = Studio(spec, first, open_engine)

    def work(order: Order) -> None:
        try:
            reply = carry_out(studio, order)
        except Exception as error:  # a bug: the order must have its answer all the same
            reply = {
                "id": order["id"],
                "fault": Fault.ENGINE.value,
                "error": f"{type(error).__name__}: {error}",
            }
        with suppress(BrokenPipeError):  # whoever asked is gone, and so are we, soon
            tell(reply)

    try:
        with ThreadPoolExecutor(spec.at_once) as threads:
            for line in lines:
                threads.submit(work, json.loads(line))
            studio.close()  # nobody waits for what is under way
    finally:
        studio.close()


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who started us, who then closes our input
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints is no reply of ours
    with suppress(BrokenPipeError):
        serve(sys.stdin, replies)


if __name__ == "__main__":
    main()
