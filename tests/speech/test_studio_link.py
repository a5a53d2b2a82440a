"""The studio from the worker's side: orders at once, bounded waits, a new process after one that died."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import gevent
import pytest

from orchestrator.speech import studio_link
from orchestrator.speech.engine import EngineSpec, voice_tag
from orchestrator.speech.errors import Fault, SpeechError
from orchestrator.speech.studio_link import Made, Order, StudioLink

from .engines import fake_spec

Open = Callable[..., StudioLink]


@pytest.fixture
def link() -> Iterator[Open]:
    made: list[StudioLink] = []

    def make(spec: EngineSpec | None = None, words: tuple[str, ...] = studio_link.WORDS) -> StudioLink:
        made.append(StudioLink(spec or fake_spec(), words))
        return made[-1]

    yield make
    for each in made:
        each.close()


def order(folder: Path, text: str, name: str = "a", **options: bool) -> Order:
    return Order(text=text, language="ru", out=folder / f"{name:0>32}.wav", **options)


def child(body: str) -> tuple[str, ...]:
    """A studio process that is none."""
    return (sys.executable, "-S", "-c", "import json, os, sys, time\n" + body)


def until(is_so: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        gevent.sleep(0.01)


GOOD_HELLO = "input(); print(json.dumps({'version': '1'}), flush=True)\n"


def test_a_text_becomes_a_file(link: Open, tmp_path: Path) -> None:
    made = link().make(order(tmp_path, "three words here"))
    assert made.ms == pytest.approx(380, abs=80)
    assert made.dbov == pytest.approx(-22, abs=0.3)
    assert (tmp_path / f"{'a':0>32}.wav").is_file()


def test_real_speech_is_made(link: Open, tmp_path: Path) -> None:
    made = link(EngineSpec(name="espeak-ng")).make(order(tmp_path, "Здравствуйте"))
    assert 500 < made.ms < 2000


def test_many_are_made_at_once_and_each_gets_its_own(link: Open, tmp_path: Path) -> None:
    studio = link(fake_spec(at_once=3))
    greenlets = [
        gevent.spawn(studio.make, order(tmp_path, " ".join(["w"] * (1 + number % 3)), str(number)))
        for number in range(9)
    ]
    gevent.joinall(greenlets, raise_error=True)
    lengths = [greenlet.get().ms for greenlet in greenlets]
    assert [round(length / 100) for length in lengths] == [round(lengths[n % 3] / 100) for n in range(9)]
    assert len(list(tmp_path.iterdir())) == 9


def test_no_more_than_at_once_are_given_to_the_engine(link: Open, tmp_path: Path) -> None:
    studio = link(fake_spec(at_once=1))
    greenlets = [gevent.spawn(studio.make, order(tmp_path, "slow", str(number))) for number in range(3)]
    gevent.sleep(0)
    assert studio.is_busy
    gevent.joinall(greenlets, raise_error=True)
    assert not studio.is_busy


def test_others_go_on_while_one_is_made(link: Open, tmp_path: Path) -> None:
    studio = link()
    greenlet = gevent.spawn(studio.make, order(tmp_path, "slow"))
    turns = 0
    while not greenlet.ready():
        gevent.sleep(0.001)
        turns += 1
    greenlet.get()
    assert turns > 20


def test_the_fault_is_told_apart(link: Open, tmp_path: Path) -> None:
    studio = link()
    with pytest.raises(SpeechError, match="wrote what is no sound file") as caught:
        studio.make(order(tmp_path, "nonsense"))
    assert caught.value.fault is Fault.TEXT
    with pytest.raises(SpeechError, match="cannot write to /dev/null") as caught:
        studio.make(order(Path("/dev/null"), "Анна"))
    assert caught.value.fault is Fault.DISK
    assert studio.make(order(tmp_path, "mute", may_be_silent=True)) == Made(ms=100, dbov=None)


def test_a_text_that_hangs_costs_its_time_and_no_more(link: Open, tmp_path: Path) -> None:
    studio = link(fake_spec(timeout_s=1.5))
    studio.make(order(tmp_path, "first"))
    began = time.monotonic()
    with pytest.raises(SpeechError, match=r"took longer than 1\.5 s"):
        studio.make(order(tmp_path, "hangs"))
    assert time.monotonic() - began < 6
    assert studio.make(order(tmp_path, "next")).ms


def test_after_the_process_died_there_is_a_new_one(link: Open, tmp_path: Path) -> None:
    studio = link(fake_spec(at_once=2))
    studio.make(order(tmp_path, "first"))
    waiting = [gevent.spawn(studio.make, order(tmp_path, "hangs", str(number))) for number in range(2)]
    assert studio._process is not None
    session = studio._process.pid
    until(lambda: len(studio_link._in_session(session)) >= 3, "both texts are with the engine")
    os.killpg(session, signal.SIGKILL)
    gevent.joinall(waiting, timeout=10)
    until(lambda: not studio_link._in_session(session), "what it started has ended too")
    for greenlet in waiting:
        assert isinstance(greenlet.exception, SpeechError)
        assert greenlet.exception.fault is Fault.ENGINE
    assert studio.make(order(tmp_path, "next")).ms


def test_closing_tells_everybody_who_waits_and_ends_the_process(link: Open, tmp_path: Path) -> None:
    studio = link(fake_spec())
    studio.make(order(tmp_path, "first"))
    waiting = gevent.spawn(studio.make, order(tmp_path, "hangs"))
    process = studio._process
    assert process is not None
    until(lambda: len(studio_link._in_session(process.pid)) >= 2, "the text is with the engine")
    studio.close()
    assert studio_link._in_session(process.pid) == []
    waiting.join(10)
    assert str(waiting.exception) == "stopped"
    assert process.poll() is not None
    studio.close()  # twice is no trouble


def test_a_studio_that_does_not_answer_is_given_up(
    link: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studio_link, "START_S", 2.0)
    monkeypatch.setattr(studio_link, "SPARE_S", 0.1)
    monkeypatch.setattr(studio_link, "END_S", 0.1)
    studio = link(fake_spec(timeout_s=0.1), child(GOOD_HELLO + "time.sleep(600)"))
    with pytest.raises(SpeechError, match="the speech engine does not answer"):
        studio.make(order(tmp_path, "x"))
    assert studio._process is None


def test_a_studio_that_ends_while_it_is_written_to_is_an_error(link: Open, tmp_path: Path) -> None:
    studio = link(fake_spec(), child(GOOD_HELLO))
    with pytest.raises(SpeechError):
        studio.make(order(tmp_path, "x" * 500_000))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("pass", "the studio process does not start: it ended at once"),
        ("print('no json', flush=True)", "the studio process does not start: it talks nonsense"),
        ("print(json.dumps({'error': 'no engine'}), flush=True)", "no engine"),
        ("time.sleep(600)", "the studio process does not start: it says nothing"),
    ],
)
def test_a_studio_that_does_not_start_is_one_clear_error(
    link: Open, monkeypatch: pytest.MonkeyPatch, body: str, said: str
) -> None:
    monkeypatch.setattr(studio_link, "START_S", 0.5)
    monkeypatch.setattr(studio_link, "END_S", 0.1)
    with pytest.raises(SpeechError) as caught:
        link(fake_spec(), child(body)).version()
    assert str(caught.value) == said


def test_a_python_that_is_not_there_is_an_error(link: Open) -> None:
    with pytest.raises(SpeechError, match="cannot start the studio process: No such file"):
        link(fake_spec(), ("/no/such/python",)).version()


def test_it_is_started_once_though_many_ask_at_once(link: Open) -> None:
    studio = link()
    greenlets = [gevent.spawn(studio.version) for _ in range(5)]
    gevent.joinall(greenlets, raise_error=True)
    assert len({greenlet.get() for greenlet in greenlets}) == 1


# The voice's tag


def test_what_changes_the_sound_changes_the_tag(tmp_path: Path) -> None:
    spec = EngineSpec(name="espeak-ng")
    voice = tmp_path / "irina.onnx"
    voice.write_text("1")
    made = {
        voice_tag(spec, "1.51", "ru"),
        voice_tag(spec, "1.52", "ru"),
        voice_tag(spec, "1.51", "en"),
        voice_tag(EngineSpec(name="espeak-ng", words_per_minute=151), "1.51", "ru"),
        voice_tag(EngineSpec(name="espeak-ng", voices={"ru": "ru+f3"}), "1.51", "ru"),
        voice_tag(EngineSpec(name="espeak-ng", voices={"ru": str(voice)}), "1.51", "ru"),
        voice_tag(fake_spec(), "1.51", "ru"),
    }
    assert len(made) == 7
    assert all(len(tag) == 8 and int(tag, 16) >= 0 for tag in made)
    assert voice_tag(spec, "1.51", "ru") == voice_tag(EngineSpec(name="espeak-ng", at_once=9), "1.51", "ru")
    before = voice_tag(EngineSpec(name="espeak-ng", voices={"ru": str(voice)}), "1.51", "ru")
    os.utime(voice, (1, 1))
    assert voice_tag(EngineSpec(name="espeak-ng", voices={"ru": str(voice)}), "1.51", "ru") != before


def test_where_nothing_is_prepared_there_is_no_tag() -> None:
    assert voice_tag(EngineSpec(name="switch"), "", "ru") == ""
