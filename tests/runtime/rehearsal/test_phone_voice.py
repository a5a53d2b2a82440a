"""What is heard when a scenario is tried: sounds by the project's engine, played or written."""

from __future__ import annotations

import stat
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from callflow.moves import File, Recording, Text
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.rehearsal.phone_voice import PLAYERS, Voice, find_player, open_voice
from orchestrator.runtime.settings import load_settings
from orchestrator.scenario.compile import Compiled
from tests.runtime.factories import make_folder
from tests.runtime.ivr import LINE, compiled_line
from tests.runtime.prompting_calls import SETTINGS
from tests.scenario.recordings import tone, write


@pytest.fixture
def compiled(tmp_path: Path) -> Compiled:
    write(tmp_path / "bye.wav", tone(seconds=1.0))
    text = LINE.replace('bye: {ru: "Пока.", en: "Bye."}', "bye: {ru: {file: bye.wav}, en: {file: bye.wav}}")
    return compiled_line(tmp_path, text=text)


def player(folder: Path, script: str) -> tuple[str, ...]:
    """A program that stands for the machine's player."""
    path = folder / "player"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return (str(path),)


@pytest.fixture
def voice(tmp_path: Path, compiled: Compiled) -> Iterator[Voice]:
    settings = load_settings(make_folder(tmp_path / "p", settings=SETTINGS))
    opened = open_voice(settings, compiled, tmp_path / "made", (), tmp_path / "heard")
    yield opened
    opened.close()


def seconds(path: Path) -> float:
    with wave.open(str(path)) as sound:
        assert sound.getparams()[:3] == (1, 2, 8000)
        return sound.getnframes() / sound.getframerate()


def test_each_message_is_a_file_in_the_order_of_the_call(
    voice: Voice, compiled: Compiled, tmp_path: Path
) -> None:
    [sound] = compiled.sounds.values()
    voice.say("hello", (Text("Алло."), Text("."), Text("Здравствуйте.")), "ru")
    voice.say("nothing", (Text("..."), Recording("gone.wav")), "ru")
    voice.say("bye", (File(sound.name), Recording("what.wav")), "en")
    files = sorted((tmp_path / "heard").iterdir())
    assert [path.name for path in files] == ["001-hello.ru.wav", "002-bye.en.wav"]
    assert seconds(files[0]) > 0.5
    assert seconds(files[1]) == pytest.approx(sound.seconds, abs=0.01)
    voice.wait()


def test_a_text_lasts_as_long_as_its_sound(voice: Voice) -> None:
    assert voice.text_s("Здравствуйте, это магазин.", "ru") > voice.text_s("Да.", "ru") > 0.1
    assert voice.text_s("-", "ru") == 0.0


def test_a_message_is_played_and_stops_with_the_next(voice: Voice, tmp_path: Path) -> None:
    log = tmp_path / "log"
    voice.player = player(tmp_path, f'echo "$1" >> {log}; sleep 60')
    voice.say("hello", (Text("Алло."),), "ru")
    voice.player = player(tmp_path, f'echo "$1" >> {log}')
    voice.say("bye", (Text("Пока."),), "ru")
    voice.wait()
    assert log.read_text(encoding="utf-8").splitlines()[-1].endswith("002-bye.ru.wav")


def test_a_player_that_cannot_play_is_told(voice: Voice, tmp_path: Path) -> None:
    voice.player = player(tmp_path, "exit 1")
    voice.say("hello", (Text("Алло."),), "ru")
    with pytest.raises(KnownError, match="cannot play"):
        voice.wait()
    with pytest.raises(KnownError, match="--speak-to FOLDER writes files instead"):
        voice.stop()


def test_what_is_left_playing_ends_with_the_voice(voice: Voice, tmp_path: Path) -> None:
    voice.player = player(tmp_path, "trap '' TERM; sleep 60 & wait")
    voice.say("hello", (Text("Алло."),), "ru")
    playing = voice._playing
    voice.close()
    assert playing is not None
    assert playing.poll() is not None


def test_a_folder_that_cannot_be_written_is_told(voice: Voice, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    voice.out = tmp_path / "file"
    with pytest.raises(KnownError, match="cannot write"):
        voice.say("hello", (Text("Алло."),), "ru")


def test_without_an_engine_nothing_can_be_heard(tmp_path: Path, compiled: Compiled) -> None:
    folder = make_folder(tmp_path / "p")
    with pytest.raises(KnownError, match="prepares nothing that could be heard"):
        open_voice(load_settings(folder), compiled, tmp_path, (), None)


def test_the_first_player_there_is_is_taken() -> None:
    assert find_player(lambda name: f"/bin/{name}" if name in ("aplay", "play") else None) == (
        "/bin/aplay",
        "-q",
    )
    with pytest.raises(KnownError, match="nothing here can play sound"):
        find_player(lambda _: None)
    assert all(words for words in PLAYERS)
