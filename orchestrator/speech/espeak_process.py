"""espeak-ng in a process of its own: `python -m orchestrator.speech.espeak_process`.

The library is GPL, so it is loaded here and nowhere else, and whatever it does to its process is done to this one. It
stays alive and speaks one text after another: a phrase takes 2 ms, where a command for each would take 13.

On standard output first one line of JSON: {"version": ...} or {"error": ...}. Then for each request, a line of JSON
{"voice", "words_per_minute", "size"} and `size` bytes of UTF-8 text, there comes {"rate", "size"} and as many bytes of
16-bit samples, or {"error": ...}.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from collections.abc import Callable
from typing import BinaryIO

SYSTEM_LIBRARY = "libespeak-ng.so.1"
SOUND_MAX = 64 * 1024 * 1024  # bytes: 25 minutes

# speak_lib.h
_SYNCHRONOUS = 2
_DONT_EXIT = 0x8000
_RATE = 1  # espeakRATE
_UTF8 = 1
_ALL_DATA = 0
_OK, _NOT_FOUND = 0, 2
_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class Espeak:
    """The library. OSError when there is none, or it does not start."""

    def __init__(self) -> None:
        path, data = find_library()
        self._library = ctypes.CDLL(path)
        self._sound = bytearray()
        self._callback = _Callback(self._take)
        self.rate: int = self._library.espeak_Initialize(_SYNCHRONOUS, 0, data, _DONT_EXIT)
        if self.rate <= 0:
            raise OSError("espeak-ng finds no voices")
        self._library.espeak_SetSynthCallback(self._callback)
        self._library.espeak_Info.restype = ctypes.c_char_p
        version: bytes = self._library.espeak_Info(ctypes.byref(ctypes.c_char_p()))
        self.version = version.decode("ascii", "replace").split()[0]

    def speak(self, text: bytes, voice: str, words_per_minute: int) -> bytes:
        """16-bit samples of a text. LookupError: there is no such voice; OSError: the library did not do it."""
        self._sound.clear()
        found = self._library.espeak_SetVoiceByName(voice.encode())
        if found != _OK:
            raise LookupError(voice)
        self._library.espeak_SetParameter(_RATE, words_per_minute, 0)
        text = text.replace(b"\0", b" ")
        done = self._library.espeak_Synth(text, len(text) + 1, 0, 1, 0, _UTF8, None, None)
        if done != _OK or self._library.espeak_Synchronize() != _OK:
            raise OSError(f"espeak-ng failed with {done}")
        return bytes(self._sound)

    def _take(self, samples: object, count: int, _events: object) -> int:
        """The library's callback: 1 makes it stop."""
        if samples and count:
            self._sound += ctypes.string_at(ctypes.cast(samples, ctypes.c_void_p), 2 * count)  # type: ignore[arg-type]  # a pointer
        return int(len(self._sound) > SOUND_MAX)


def find_library() -> tuple[str, bytes | None]:
    """(name of the library, folder of its voices): the system's, else that of the package espeakng-loader.

    None: the library knows where its voices are. OSError when there is none.
    """
    try:
        ctypes.CDLL(SYSTEM_LIBRARY)
    except OSError:
        pass
    else:
        return SYSTEM_LIBRARY, None
    try:
        import espeakng_loader
    except ImportError:
        raise OSError("there is no espeak-ng") from None
    return espeakng_loader.get_library_path(), os.fsencode(espeakng_loader.get_data_path())


def serve(requests: BinaryIO, replies: BinaryIO, make: Callable[[], Espeak] = Espeak) -> None:
    """Answer requests until there are no more."""
    try:
        espeak = make()
    except OSError as error:
        _tell(replies, {"error": str(error)})
        return
    _tell(replies, {"version": espeak.version})
    while line := requests.readline():
        request = json.loads(line)
        text = requests.read(request["size"])
        try:
            sound = espeak.speak(text, request["voice"], request["words_per_minute"])
        except LookupError:
            _tell(replies, {"error": f"espeak-ng has no voice {request['voice']!r}"})
        except OSError as error:
            _tell(replies, {"error": str(error)})
        else:
            _tell(replies, {"rate": espeak.rate, "size": len(sound)}, sound)


def _tell(replies: BinaryIO, head: dict[str, object], sound: bytes = b"") -> None:
    replies.write(json.dumps(head).encode() + b"\n" + sound)
    replies.flush()


def main() -> None:
    # The library may print; what it prints is no reply of ours.
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, replies)


if __name__ == "__main__":
    main()
