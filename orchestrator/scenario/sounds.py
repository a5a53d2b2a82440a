"""Recorded messages: found, checked, converted for telephones, and named by what is in them."""

from __future__ import annotations

import hashlib
import io
import wave
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.scenario.findings import Findings
from orchestrator.scenario.source import Mark

if TYPE_CHECKING:
    from orchestrator.scenario.audio import Samples

FILE_MAX = 64 * 1024 * 1024  # bytes: five minutes at 48 kHz in stereo
SECONDS_MAX = 300.0  # a longer prompt is a wrong file
CHANNELS_MAX = 8
RATES = range(4000, 192_001)
QUIET_DBOV, LOUD_DBOV = -36.0, -10.0  # active levels that a prompt has to keep between
CLIPPED_MAX = 0.01  # share of samples
LEVEL = "bring it to about -22: sox IN OUT gain DECIBELS"

FORMATS = frozenset(
    {"WAV", "WAVEX", "RF64", "FLAC", "OGG", "MP3", "MPEG"}
)  # libsndfile's names; MPEG is MP3 too


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """A good recording. `name` is what the switch calls it: the digest of `data` and `.wav`.

    data: 8 kHz mono 16-bit WAV. path: the file it was made from. dbov: its active level (`audio.active_level`).
    """

    name: str
    path: Path
    seconds: float
    dbov: float
    data: bytes = field(repr=False)


class NotGood(Exception):  # noqa: N818  # told to the author by the problem's code
    """The recording cannot be used. `code` is the problem's, the text goes on after the file's name."""

    def __init__(self, code: str, text: str, hint: str = "") -> None:
        super().__init__(text)
        self.code = code
        self.hint = hint


def read_sound(path: Path, where: Mark, findings: Findings) -> Sound | None:
    """The recording at `path`, as telephones play it; None, with a problem noted, when it is missing or no good.

    WAV, FLAC, Ogg and MP3 of any rate, width and number of channels are read.
    """
    if not path.is_file():
        findings.add("S212", where, f"there is no file {path}")
        return None
    try:
        with path.open("rb") as file:
            data = file.read(FILE_MAX + 1)
    except OSError as error:
        findings.add("S212", where, f"{path} cannot be read: {error.strerror}")
        return None
    try:
        return make_sound(data, path)
    except NotGood as mistake:
        findings.add(mistake.code, where, f"{path.name} {mistake}", mistake.hint)
        return None


def make_sound(data: bytes, path: Path) -> Sound:
    """The bytes of a recording as telephones play it: the same bytes always become the same sound. Raises NotGood."""
    from orchestrator.scenario import audio

    if len(data) > FILE_MAX:
        raise NotGood("S213", f"has more than {FILE_MAX >> 20} MiB")
    held = _plain(data)
    if held is None:
        recorded, rate = _decoded(data)
        samples = audio.not_beyond_full(audio.resampled(recorded.mean(axis=1, dtype="float32"), rate))
        made = audio.wav(samples)
    else:
        recorded = samples = audio.from_pcm(held)
        made = data
    dbov = audio.active_level(samples)
    _check(samples, dbov, audio.clipped_share(recorded))
    return Sound(
        name=hashlib.sha256(made).hexdigest()[:32] + ".wav",
        path=path,
        seconds=len(samples) / audio.RATE,
        dbov=round(dbov, 1),
        data=made,
    )


def _plain(data: bytes) -> bytes | None:
    """The samples of a file that is what the switch plays already; None when it is not, or is cut short."""
    try:
        with wave.open(io.BytesIO(data)) as sound:
            channels, width, rate, frames = sound.getparams()[:4]
            held = sound.readframes(frames)
    except (wave.Error, EOFError, RuntimeError, ValueError):  # RuntimeError: lengths that lead nowhere
        return None
    return held if (channels, width, rate) == (1, 2, 8000) and len(held) == 2 * frames else None


def _decoded(data: bytes) -> tuple[Samples, int]:
    """(samples by channel, rate) of any other file. Raises NotGood."""
    import numpy
    import soundfile

    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            if file.format not in FORMATS:
                raise NotGood("S213", f"is a file of the format {file.format}")
            if file.channels > CHANNELS_MAX or file.samplerate not in RATES:
                raise NotGood("S213", f"has {file.channels} channel(s) of {file.samplerate} Hz")
            most = int((SECONDS_MAX + 1) * file.samplerate)
            read, rate = file.read(most, dtype="float32", always_2d=True), file.samplerate
    except (soundfile.SoundFileError, RuntimeError, ValueError):  # whatever a decoder finds wrong
        raise NotGood("S213", "is no recording, or a broken one") from None
    if not numpy.isfinite(read).all():
        raise NotGood("S213", "is no recording, or a broken one")
    return read, rate


def _check(samples: Samples, level: float, clipped: float) -> None:
    """Raises NotGood when nobody could listen to it."""
    from orchestrator.scenario import audio

    if not len(samples):
        raise NotGood("S213", "holds no sound")
    seconds = len(samples) / audio.RATE
    if seconds > SECONDS_MAX:
        raise NotGood("S215", f"is longer than {SECONDS_MAX:.0f} s", "nobody listens to more: cut it")
    if level < audio.SILENCE_DBOV:
        raise NotGood("S215", "is silent", "record it again")
    if clipped > CLIPPED_MAX:
        raise NotGood("S215", "is clipped: its loudest parts are cut off", "record it again, not so loud")
    if level < QUIET_DBOV:
        raise NotGood("S215", f"is too quiet: {level:.0f} dBov where people speak", LEVEL)
    if level > LOUD_DBOV:
        raise NotGood("S215", f"is too loud: {level:.0f} dBov where people speak", LEVEL)
