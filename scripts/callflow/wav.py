"""Reads the sound of a WAV file while the switch is still writing it, in frames of 20 ms at 8 kHz."""

from __future__ import annotations

import os
import struct

from .sound import FRAME_MS, RATE

READ_MAX = 65536  # bytes at a time
HEADER_MAX = 4096  # a header longer than this is none of the switch's


class NotWav(Exception):  # noqa: N818  # named after what it means
    """The file is no 16-bit PCM WAV."""


class GrowingWav:
    """The tail of a growing WAV file. Lengths in its header are right only once it is closed: ignored.

    Raises OSError when the file is not there. Close it after use.
    """

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self._bytes = b""
        self._is_past_header = False
        self._frame_bytes = 0
        self._layout = ""
        self._stride = 1

    def close(self) -> None:
        os.close(self._file)

    def changed_s(self) -> float:
        """When it was last written to, by the clock of its folder."""
        return os.fstat(self._file).st_mtime

    def frames(self) -> list[tuple[int, ...]]:
        """What is new: frames of `sound.SAMPLES` 16-bit samples of the callee. Raises `NotWav`."""
        self._bytes += os.read(self._file, READ_MAX)
        if not self._is_past_header and not self._read_header():
            return []
        size = self._frame_bytes
        whole = len(self._bytes) // size
        frames = [struct.unpack_from(self._layout, self._bytes, number * size) for number in range(whole)]
        self._bytes = self._bytes[whole * size :]
        return frames if self._stride == 1 else [frame[:: self._stride] for frame in frames]

    def _read_header(self) -> bool:
        """Find the sound's beginning; False while the header is not all there."""
        data = self._bytes
        if len(data) >= 12 and (data[:4] != b"RIFF" or data[8:12] != b"WAVE"):
            raise NotWav
        at = 12
        while len(data) >= at + 8:
            kind, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
            at += 8
            if kind == b"data":
                if not self._frame_bytes:
                    raise NotWav
                self._bytes = data[at:]
                self._is_past_header = True
                return True
            if kind == b"fmt " and len(data) >= at + 16:
                self._set_format(*struct.unpack_from("<HHIIHH", data, at))
            at += size + size % 2
            if at > HEADER_MAX:
                raise NotWav
        return False

    def _set_format(self, kind: int, channels: int, rate: int, _per_s: int, _align: int, bits: int) -> None:
        if kind != 1 or bits != 16 or not 1 <= channels <= 2 or rate % RATE or not 8000 <= rate <= 48000:
            raise NotWav
        self._frame_bytes = rate // 1000 * FRAME_MS * 2 * channels
        self._layout = f"<{self._frame_bytes // 2}h"
        # The first channel is the callee's; of faster ones every so-manieth sample is enough to listen to energy.
        self._stride = rate // RATE * channels
