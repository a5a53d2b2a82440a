"""A speech engine for tests, as a command: it behaves as the text on its standard input tells it to.

fake_engine.py OUT LANGUAGE VOICE
"""

from __future__ import annotations

import math
import os
import struct
import sys
import time
import wave


def main() -> None:
    out, language, voice = sys.argv[1:4]
    text = sys.stdin.buffer.read().decode("utf-8").rstrip("\n")
    if os.environ.get("FAKE_ENGINE_LOG"):
        with open(os.environ["FAKE_ENGINE_LOG"], "a", encoding="utf-8") as file:
            file.write(f"{language}|{voice}|{text}\n")
    if os.path.exists(os.environ.get("FAKE_ENGINE_BROKEN", "")):
        sys.exit("the licence has run out")
    match text.split()[0]:
        case "hangs":
            time.sleep(600)
        case "dies":
            os.abort()
        case "fails":
            print("a warning", file=sys.stderr)
            sys.exit("no such\n  voice\x1b[31m")
        case "nothing":
            return
        case "nonsense":
            write(out, b"this is no sound")
            return
        case "folder":
            os.mkdir(out)
            return
        case "empty":
            tone(out, 0.0)
            return
        case "mute":
            tone(out, 1.0, level=0)
            return
        case "stereo":
            tone(out, 1.0, rate=48000, channels=2)
            return
        case "odd":
            tone(out, 1.0, rate=700)
            return
        case "chatty":
            print("x" * 300_000)
        case "slow":
            time.sleep(0.3)
    tone(out, 0.1 * len(text.split()))


def tone(out: str, seconds: float, *, rate: int = 22050, channels: int = 1, level: int = 3000) -> None:
    with wave.open(out, "wb") as file:
        file.setparams((channels, 2, rate, 0, "NONE", ""))
        for index in range(int(seconds * rate)):
            sample = struct.pack("<h", int(level * math.sin(index * 440 * 6.283 / rate)))
            file.writeframes(sample * channels)


def write(out: str, data: bytes) -> None:
    with open(out, "wb") as file:
        file.write(data)


if __name__ == "__main__":
    main()
