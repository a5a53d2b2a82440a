"""What a flow says, as sound: made by the project's speech engine, played on this machine or written to files."""

from __future__ import annotations

import shutil
import subprocess
import wave
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Final

from callflow.moves import File, Part, Text
from callflow.names import prompt_name
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.settings import Settings
from orchestrator.scenario.compile import Compiled
from orchestrator.speech.folder import write_whole
from orchestrator.speech.studio_link import Order, StudioLink
from orchestrator.speech.texts import is_sound, spoken_form

# Players in the order in which they are tried, with what makes them play one file and nothing else
PLAYERS: Final = (
    ("pw-play",),
    ("paplay",),
    ("aplay", "-q"),
    ("afplay",),
    ("ffplay", "-autoexit", "-nodisp", "-loglevel", "quiet"),
    ("play", "-q"),
)
FORMAT: Final = (1, 2, 8000, 0, "NONE", "")  # mono, 16 bit, 8 kHz: what telephones play
STOP_S: Final = 2.0


def find_player(which: Callable[[str], str | None] = shutil.which) -> tuple[str, ...]:
    """The command that plays a WAV file. KnownError when this machine has none."""
    for words in PLAYERS:
        found = which(words[0])
        if found:
            return (found, *words[1:])
    names = ", ".join(words[0] for words in PLAYERS)
    raise KnownError(
        f"nothing here can play sound ({names}): install one, or write files with --speak-to FOLDER"
    )


@dataclass(slots=True)
class Voice:
    """player: the words of the command, () to play nothing. out: where each message is written, None for nowhere."""

    compiled: Compiled
    studio: StudioLink
    folder: Path
    player: tuple[str, ...] = ()
    out: Path | None = None
    _said: int = 0
    _playing: subprocess.Popen[bytes] | None = None
    _made: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def text_s(self, text: str, language: str) -> float:
        """How long a text is."""
        return _seconds(self._text(text, language))

    def say(self, message: str, parts: tuple[Part, ...], language: str) -> None:
        """Begin to say it; what is being said stops."""
        self.stop()
        frames = b"".join(self._part(part, language) for part in parts)
        if not frames:
            return
        self._said += 1
        name = f"{self._said:03}-{message}.{language}.wav"
        file = (self.out or self.folder) / name
        try:
            write_whole(file, _wav(frames))
        except OSError as error:
            raise KnownError(f"cannot write {file}: {error.strerror}") from None
        if self.player:
            self._playing = subprocess.Popen(
                (*self.player, str(file)),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )

    def wait(self) -> None:
        """Until it is said. KnownError when the player could not."""
        if self._playing is not None and self._playing.wait() > 0:
            raise KnownError(
                f"{self.player[0]} cannot play (is there a sound card?): --speak-to FOLDER writes files instead"
            )

    def stop(self) -> None:
        """KnownError when the player has failed meanwhile."""
        playing, self._playing = self._playing, None
        if playing is None:
            return
        if playing.poll() is None:
            playing.terminate()
            with suppress(subprocess.TimeoutExpired):
                playing.wait(STOP_S)
            if playing.poll() is None:
                playing.kill()
                playing.wait()
        elif playing.returncode > 0:
            raise KnownError(
                f"{self.player[0]} cannot play (is there a sound card?): --speak-to FOLDER writes files instead"
            )

    def close(self) -> None:
        """End the engine, and what is being played."""
        with suppress(KnownError):
            self.stop()
        self.studio.close()

    def _part(self, part: Part, language: str) -> bytes:
        match part:
            case File(name) if name in self.compiled.sounds:
                return _frames(self.compiled.sounds[name].data)
            case Text(text):
                return self._text(text, language)
            case _:
                return b""

    def _text(self, text: str, language: str) -> bytes:
        if not is_sound(text):
            return b""
        if (text, language) not in self._made:
            file = self.folder / prompt_name(language, text)
            spoken = spoken_form(text, language)
            self.studio.make(Order(text=spoken, language=language, out=file, may_be_silent=True))
            self._made[text, language] = _frames(file.read_bytes())
        return self._made[text, language]


def open_voice(
    settings: Settings, compiled: Compiled, folder: Path, player: tuple[str, ...], out: Path | None
) -> Voice:
    """KnownError when the project has no speech engine that can be heard here."""
    spec = settings.speech.spec()
    if not spec.prepares:
        raise KnownError(
            "`speech: {engine: switch}` prepares nothing that could be heard: name another engine"
        )
    return Voice(compiled=compiled, studio=StudioLink(spec), folder=folder, player=player, out=out)


def _frames(data: bytes) -> bytes:
    with wave.open(BytesIO(data)) as sound:
        frames: bytes = sound.readframes(sound.getnframes())
        return frames


def _seconds(frames: bytes) -> float:
    return len(frames) / (FORMAT[1] * FORMAT[2])


def _wav(frames: bytes) -> bytes:
    made = BytesIO()
    with wave.open(made, "wb") as whole:
        whole.setparams(FORMAT)
        whole.writeframes(frames)
    return made.getvalue()
