"""The studio: whose fault it is when no sound comes, and an answer to every order."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from orchestrator.speech import studio as studio_module
from orchestrator.speech.deadline import TooSlow
from orchestrator.speech.engine import EngineSpec, Raw
from orchestrator.speech.errors import Fault, SpeechError
from orchestrator.speech.studio import PROBE, Studio, carry_out, serve
from tests.runtime.factories import wait_until
from tests.scenario.recordings import tone

from .engines import fake_spec

SPEC = EngineSpec(name="espeak-ng", voices={"ru": "irina"}, at_once=2)
NAME = "0123456789abcdef" * 2 + ".wav"


class Engine:
    """Says what it is given, but for texts in `faults`: an error each time, or None for silence.

    `breaks_after`: texts after which nothing is spoken any more.
    """

    version = "1"

    def __init__(self, faults: dict[str, Any] | None = None, breaks_after: int = 10**9) -> None:
        self.faults = faults or {}
        self.heard: list[tuple[str, str, str]] = []
        self.left = breaks_after
        self.is_closed = False

    def speak(self, text: str, language: str, voice: str) -> Raw:
        self.heard.append((text, language, voice))
        self.left -= 1
        fault = self.faults.get(text, ...)
        if isinstance(fault, list):
            fault = fault.pop(0) if fault else ...
        if self.left < 0:
            raise SpeechError("broken")
        if fault is None:
            return Raw(np.zeros(800, np.float32), 8000)
        if fault is not ...:
            raise fault
        return Raw(tone(0.5), 8000)

    def close(self) -> None:
        self.is_closed = True


def refused(engine: Engine, text: str, **options: bool) -> SpeechError:
    with pytest.raises(SpeechError) as caught:
        Studio(SPEC, engine, lambda _: engine).make(text, "ru", **{"may_be_silent": False, **options})
    return caught.value


def test_a_text_is_said_by_the_voice_of_its_language() -> None:
    engine = Engine()
    made = Studio(SPEC, engine, lambda _: engine).make(". Заказ ", "ru", may_be_silent=False)
    assert made.ms > 400
    assert engine.heard == [(PROBE, "ru", "irina"), ("Заказ", "ru", "irina")]


def test_a_voice_is_tried_once_before_its_first_text() -> None:
    engine = Engine()
    studio = Studio(SPEC, engine, lambda _: engine)
    for text, language in (("a", "ru"), ("b", "ru"), ("c", "en")):
        studio.make(text, language, may_be_silent=False)
    assert [text for text, *_ in engine.heard] == [PROBE, "a", "b", PROBE, "c"]


def test_a_voice_that_makes_no_sound_is_the_engines_fault() -> None:
    error = refused(Engine({PROBE: None}), "Анна", may_be_silent=True)
    assert (str(error), error.fault) == ("the voice 'irina' of `ru` (espeak-ng) makes no sound", Fault.ENGINE)


def test_a_voice_that_is_not_there_is_the_engines_fault() -> None:
    error = refused(Engine({PROBE: SpeechError("no such voice")}), "Анна")
    assert str(error) == "the voice 'irina' of `ru` (espeak-ng): no such voice"
    assert error.fault is Fault.ENGINE


def test_a_text_that_no_voice_can_say_is_a_short_silence_where_it_may_be() -> None:
    engine = Engine({"李": None})
    made = Studio(SPEC, engine, lambda _: engine).make("李", "ru", may_be_silent=True)
    assert made.ms == 100
    assert Studio(SPEC, engine, lambda _: engine).make("...", "ru", may_be_silent=True).ms == 100


@pytest.mark.parametrize("text", ["李", "..."])
def test_and_where_it_may_not_it_is_the_texts_fault(text: str) -> None:
    error = refused(Engine({"李": None}), text)
    assert (str(error), error.fault) == ("the engine says nothing for it in `ru`", Fault.TEXT)


def test_what_fails_once_is_tried_again() -> None:
    engine = Engine({"Анна": [SpeechError("died")]})
    assert Studio(SPEC, engine, lambda _: engine).make("Анна", "ru", may_be_silent=False).ms > 400


def test_a_text_that_fails_twice_while_others_are_spoken_is_to_blame() -> None:
    error = refused(Engine({"Анна": SpeechError("died")}), "Анна")
    assert (str(error), error.fault) == ("died", Fault.TEXT)


def test_an_engine_that_says_the_probe_no_more_is_to_blame() -> None:
    error = refused(Engine(breaks_after=1), "Анна")
    assert (str(error), error.fault) == ("the voice 'irina' of `ru` (espeak-ng): broken", Fault.ENGINE)


def test_a_text_that_takes_too_long_is_not_tried_again() -> None:
    engine = Engine({"Анна": TooSlow("took longer than 1 s")})
    assert refused(engine, "Анна").fault is Fault.TEXT
    assert [text for text, *_ in engine.heard] == [PROBE, "Анна", PROBE]


def test_an_order_is_a_file(tmp_path: Path) -> None:
    engine = Engine()
    studio = Studio(SPEC, engine, lambda _: engine)
    order: dict[str, object] = {"id": 7, "text": "Анна", "language": "ru", "out": str(tmp_path / "x" / NAME)}
    reply = carry_out(studio, order)
    assert reply["id"] == 7
    assert reply["dbov"] == pytest.approx(-22, abs=0.3)
    assert (tmp_path / "x" / NAME).stat().st_size == 44 + 16 * int(str(reply["ms"]))


def test_silence_has_no_loudness(tmp_path: Path) -> None:
    engine = Engine()
    order: dict[str, object] = {
        "id": 1,
        "text": ".",
        "language": "ru",
        "out": str(tmp_path / NAME),
        "may_be_silent": True,
    }
    assert carry_out(Studio(SPEC, engine, lambda _: engine), order) == {"id": 1, "ms": 100, "dbov": None}


def test_a_folder_that_cannot_be_written_is_the_disks_fault() -> None:
    engine = Engine()
    order: dict[str, object] = {"id": 1, "text": "Анна", "language": "ru", "out": "/dev/null/x/" + NAME}
    reply = carry_out(Studio(SPEC, engine, lambda _: engine), order)
    assert (reply["fault"], reply["error"]) == ("disk", "cannot write to /dev/null/x: Not a directory")


# The process's loop


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> list[Engine]:
    """The engines that a served studio opens, in their order."""
    opened: list[Engine] = []

    def open_engine(_: EngineSpec) -> Engine:
        opened.append(Engine({"bug": ZeroDivisionError("division by zero")}))
        return opened[-1]

    monkeypatch.setattr(studio_module, "open_engine", open_engine)
    return opened


def served(tmp_path: Path, *texts: str) -> list[dict[str, Any]]:
    orders = [
        json.dumps(
            {"id": number, "text": text, "language": "ru", "out": str(tmp_path / f"{number:032x}.wav")}
        )
        for number, text in enumerate(texts)
    ]
    replies = io.StringIO()

    def lines() -> Iterator[str]:
        yield json.dumps(SPEC.as_json())
        yield from orders
        wait_until(lambda: replies.getvalue().count("\n") > len(orders), "every order has its reply")

    serve(lines(), replies)
    return [json.loads(line) for line in replies.getvalue().splitlines()]


def test_every_order_has_its_reply_and_the_engines_end_with_the_orders(
    tmp_path: Path, engines: list[Engine]
) -> None:
    hello, *replies = served(tmp_path, *(f"text {number}" for number in range(20)))
    assert hello == {"version": "1"}
    assert sorted(reply["id"] for reply in replies) == list(range(20))
    assert len(list(tmp_path.glob("*.wav"))) == 20
    assert 1 <= len(engines) <= SPEC.at_once
    assert all(engine.is_closed for engine in engines)


def test_a_bug_is_a_reply_too(tmp_path: Path, engines: list[Engine]) -> None:
    _, *replies = served(tmp_path, "bug", "Анна")
    by_id = {reply["id"]: reply for reply in replies}
    assert by_id[0]["error"] == "ZeroDivisionError: division by zero"
    assert by_id[1]["ms"] > 400


def test_a_machine_without_the_engine_is_told_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_: EngineSpec) -> Engine:
        raise SpeechError("there is no engine here")

    monkeypatch.setattr(studio_module, "open_engine", none)
    assert served(tmp_path, "Анна") == [{"error": "there is no engine here"}]


def test_when_nobody_gives_orders_any_more_what_is_under_way_is_broken_off(tmp_path: Path) -> None:
    order = {"id": 1, "text": "hangs", "language": "ru", "out": str(tmp_path / NAME)}
    replies = io.StringIO()
    began = time.monotonic()
    serve([json.dumps(fake_spec(timeout_s=60.0).as_json()), json.dumps(order)], replies)
    assert time.monotonic() - began < 10
    assert list(tmp_path.iterdir()) == []


def test_the_settings_choose_the_engine() -> None:
    from orchestrator.speech.command_line import CommandLine
    from orchestrator.speech.espeak import EspeakLibrary

    assert isinstance(studio_module.open_engine(fake_spec()), CommandLine)
    espeak = studio_module.open_engine(EngineSpec(name="espeak-ng"))
    assert isinstance(espeak, EspeakLibrary)
    espeak.close()
