"""The keys about speech, each in a test in which it makes the difference."""

from __future__ import annotations

import os
import time
from pathlib import Path

import gevent
import pytest

from orchestrator.runtime.prompts.fixed_prompts import prepare
from orchestrator.runtime.prompts.prompting import DAY_S, Prompting
from orchestrator.runtime.prompts.speaking import Speaking
from orchestrator.runtime.settings import Settings, load_settings
from orchestrator.scenario.compile import Compiled
from orchestrator.speech.engine import EngineSpec, voice_tag
from orchestrator.speech.errors import SpeechError
from orchestrator.speech.studio import open_engine
from orchestrator.speech.studio_link import Order, StudioLink
from tests.ports import free_port
from tests.runtime.factories import NOON, make_folder
from tests.runtime.prompting_calls import COMMAND, Line
from tests.runtime.test_settings_act import acts
from tests.speech.test_prompt_server import get


def _settings(folder: Path, *lines: str, switch: str = "gateways: {main: {}}") -> Settings:
    text = "\n".join(["clock: simulated", *lines, f"switches: {{main: {{{switch}}}}}"])
    make_folder(folder, settings=text.replace("{", "{{").replace("}", "}}"))
    return load_settings(folder)


def _spec(folder: Path, speech: str) -> EngineSpec:
    return _settings(folder, f"speech: {speech}").speech.spec()


def _greeting(settings: Settings) -> Compiled:
    from orchestrator.runtime.find import find_scenario

    found, problems = find_scenario(settings, "greeting")
    assert found is not None
    assert problems == []
    return found


@acts("speech.engine", "speech.command")
def test_prompts_are_made_by_the_engine_asked_for_or_by_none(short_tmp: Path) -> None:
    made = {}
    for engine in ("espeak-ng", f"command, command: '{COMMAND}'", "switch"):
        name = engine.split(",")[0]
        settings = _settings(short_tmp / name, f"speech: {{engine: {engine}}}")
        prepare(settings, _greeting(settings), lambda: NOON)
        made[name] = {path.name for path in (settings.data / "prompts").glob("*.wav")}
    assert {name: len(prompts) for name, prompts in made.items()} == {
        "espeak-ng": 2,
        "command": 2,
        "switch": 0,
    }
    assert made["espeak-ng"].isdisjoint(made["command"])


@acts("speech.voices.LANGUAGE")
def test_a_language_is_spoken_by_its_voice(short_tmp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_ENGINE_LOG", str(short_tmp / "log"))
    settings = _settings(
        short_tmp / "a", f"speech: {{engine: command, command: '{COMMAND}', voices: {{en: anna}}}}"
    )
    prepare(settings, _greeting(settings), lambda: NOON)
    assert {line.split("|")[1] for line in (short_tmp / "log").read_text().splitlines()} == {"anna"}


@acts("speech.words_per_minute")
def test_espeak_speaks_as_fast_as_it_is_told(short_tmp: Path) -> None:
    lengths, tags = [], set()
    for speed in (100, 300):
        spec = _spec(short_tmp / str(speed), f"{{words_per_minute: {speed}}}")
        engine = open_engine(spec)
        lengths.append(len(engine.speak("This is a longer sentence", "en", "en").samples))
        engine.close()
        tags.add(voice_tag(spec, "1.51", "en"))
    assert lengths[0] > 1.5 * lengths[1]
    assert len(tags) == 2


@acts("speech.at_once")
@pytest.mark.parametrize("at_once", [1, 3])
def test_so_many_engines_run_at_once(short_tmp: Path, monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    spec = _spec(short_tmp / "a", f"{{engine: command, command: '{COMMAND}', at_once: {at_once}}}")
    link = StudioLink(spec)
    link.make(Order(text="first", language="en", out=short_tmp / "first.wav"))
    monkeypatch.setenv("FAKE_ENGINE_LOG", str(short_tmp / "log"))
    orders = [Order(text="slow", language="en", out=short_tmp / f"{n}.wav") for n in range(3)]
    began = time.monotonic()
    gevent.joinall([gevent.spawn(link.make, order) for order in orders], raise_error=True)
    took = time.monotonic() - began
    link.close()
    assert took > 0.9 if at_once == 1 else took > 0.3
    assert link._room.counter == at_once


@acts("speech.timeout_s")
def test_a_text_may_take_so_long(short_tmp: Path) -> None:
    for timeout_s, is_made in ((0.25, False), (9, True)):
        speech = f"{{engine: command, command: '{COMMAND}', timeout_s: {timeout_s}}}"
        engine = open_engine(_spec(short_tmp / str(timeout_s), speech))
        if is_made:
            assert len(engine.speak("slow", "en", "en").samples)
        else:
            with pytest.raises(SpeechError, match=r"took longer than 0\.25 s"):
                engine.speak("slow", "en", "en")


@acts("speech.keep_days")
def test_spoken_fields_are_kept_so_long(short_tmp: Path) -> None:
    for days, is_kept in ((2, False), (4, True)):
        settings = _settings(short_tmp / str(days), f"speech: {{keep_days: {days}}}")
        path = settings.switches["main"].root / "spoken" / ("a" * 32 + ".wav")
        path.parent.mkdir(parents=True)
        path.write_bytes(b"x" * 100)
        old = time.time() - 3 * DAY_S
        os.utime(path, (old, old))
        prompting = _prompting(settings)
        prompting.expire()
        prompting.stop()
        assert path.exists() == is_kept


def _prompting(settings: Settings) -> Prompting:
    return Prompting(
        settings,
        lines={"main": Line()},
        publish=lambda *_: None,
        has=lambda *_: True,
        freed=lambda: None,
        broke=lambda greenlet: greenlet.get(),
    )


@acts("serve_prompts")
def test_prompts_are_served_where_it_says(short_tmp: Path) -> None:
    port = free_port()
    settings = _settings(short_tmp / "a", f"serve_prompts: 127.0.0.1:{port}", "speech: {engine: switch}")
    (settings.data / "spoken").mkdir()
    (settings.data / "spoken" / ("a" * 32 + ".wav")).write_bytes(b"sound")
    speaking = Speaking(
        settings, {}, now_ms=lambda: NOON, freed=lambda: None, broke=lambda greenlet: greenlet.get()
    )
    speaking.start()
    assert get(port, f"/{'a' * 32}.wav")[2] == b"sound"
    speaking.prompting.stop()
    speaking.stop()


@acts("switches.NAME.prompts_url")
def test_a_switch_gets_prompts_by_its_url_or_as_files(short_tmp: Path) -> None:
    from orchestrator.runtime.switches.site import site_of

    for url in ("http://10.0.0.5:8060/p", ""):
        key = f"prompts_url: {url}, " if url else ""
        settings = _settings(short_tmp / (url and "url"), switch=f"{key}gateways: {{main: {{}}}}")
        prompting = _prompting(settings)
        folder = prompting._folders["main"].path
        assert folder == (settings.data if url else settings.switches["main"].root) / "spoken"
        assert prompting._url("main", "x.wav") == (f"{url}/x.wav" if url else "")
        assert site_of(settings, "main").prompts_url == (f"{url}/" if url else "")
        prompting.stop()
