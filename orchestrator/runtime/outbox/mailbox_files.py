"""Voicemail as files of the mailbox: fetched from the switch once, named by date, caller and call."""

from __future__ import annotations

import datetime as dt
import glob
import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from gevent.lock import BoundedSemaphore

from orchestrator.domain.delivery import Delivery
from orchestrator.outside.undelivered import Undelivered
from orchestrator.runtime.outbox.aside import Aside
from orchestrator.runtime.outbox.place import Lines
from orchestrator.runtime.outbox.row_files import sync_folder
from orchestrator.runtime.recordings import NoRecording, read_recording
from orchestrator.runtime.settings import Settings

MB = 1_000_000
STALE_S = 3600.0
_PART = ".part"
_UNSAFE = re.compile(r"[^A-Za-z0-9._+-]")
_MODE = 0o640


class MailboxFiles:
    """Brings recordings here. A copy that is whole is never fetched again."""

    def __init__(self, settings: Settings, lines: Lines, aside: Aside) -> None:
        self._settings = settings
        self._lines = lines
        self._aside = aside
        self._fetching: dict[Path, BoundedSemaphore] = {}

    def carry(self, deliveries: tuple[Delivery, ...]) -> None:
        """Voicemail into its folder. Where nothing was recorded there is nothing to keep: the letter says so."""
        for delivery in deliveries:
            try:
                self.kept(delivery)
            except NoRecording:
                continue

    def folder(self, delivery: Delivery) -> Path:
        """Of the mailbox; the usual place of one that the settings do not have (any more)."""
        name = _UNSAFE.sub("_", delivery.text("mailbox")) or "_"
        box = self._settings.mailboxes.get(name)
        return (box and box.folder) or self._settings.data / "mailboxes" / name

    def kept(self, delivery: Delivery) -> Path:
        """Where the voicemail is, fetched if it was not. NoRecording or Undelivered."""
        path = self.folder(delivery) / file_name(delivery)
        lock = self._fetching.setdefault(path, BoundedSemaphore())
        try:
            with lock:
                if not self._aside.run(path.exists, "looking into a mailbox"):
                    data = self.read(delivery, round(self._settings.recordings.fetch_mb * MB))
                    self._aside.run(lambda: _keep(path, data), "writing a voicemail")
        except OSError as error:
            said = (
                error.strerror or type(error).__name__
            )  # the name of the file tells who called: not for the log
            raise Undelivered(f"cannot write into {path.parent}: {said}") from None
        finally:
            self._fetching.pop(path, None)
        return path

    def sound(self, path: Path, most_bytes: int) -> tuple[int, bytes]:
        """How large a kept voicemail is, and all of it; nothing of one that is larger than `most_bytes`. OSError or
        Undelivered.
        """

        def look() -> tuple[int, bytes]:
            size = path.stat().st_size
            return size, path.read_bytes() if size <= most_bytes else b""

        return self._aside.run(look, "reading a voicemail")

    def read(self, delivery: Delivery, most_bytes: int) -> bytes:
        """The recording itself, from the switch. NoRecording or Undelivered."""
        return b"".join(self._pieces(delivery, most_bytes))

    def _pieces(self, delivery: Delivery, most_bytes: int) -> Iterator[bytes]:
        name = delivery.text("recording")
        if not name:
            raise NoRecording("nothing was recorded: was the switch's disk full?")
        asked = self._switches(delivery.text("switch"))
        for at, (switch, api) in enumerate(asked):
            try:
                yield from read_recording(self._settings.switches[switch], api, name, most_bytes)
                return
            except NoRecording:
                if at + 1 == len(asked):
                    raise

    def _switches(self, name: str) -> list[tuple[str, Callable[[str], str] | None]]:
        """The switch that has it; all of them where that is not known, those that do not answer last."""
        wanted = [name] if name else list(self._settings.switches)
        if name and name not in self._settings.switches:
            raise Undelivered(f"there is no switch {name!r} in the settings (any more)")
        found = [(each, self._api(each)) for each in wanted]
        return sorted(found, key=lambda item: item[1] is None)

    def _api(self, name: str) -> Callable[[str], str] | None:
        line = self._lines.get(name)
        return line.api if line is not None and line.is_up else None


def _keep(path: Path, data: bytes) -> None:
    """Whole, or not at all. In a thread: a folder on a network drive may hang."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}{_PART}")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _MODE)
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(handle)
        _remove_stale(path, beside.stat().st_mtime - STALE_S)
        os.replace(beside, path)
        sync_folder(path.parent)
    finally:
        beside.unlink(missing_ok=True)


def _remove_stale(path: Path, before: float) -> None:
    """Parts of this file that a killed process has left."""
    for other in path.parent.glob(f".{glob.escape(path.name)}.*{_PART}"):
        with suppress(OSError):
            if other.stat().st_mtime < before:
                other.unlink()


def file_name(delivery: Delivery) -> str:
    """2026-11-30T09-05-33Z_+79991234567_CALL.NAME.wav: date (UTC), caller, and what the switch calls it."""
    call_at = delivery.text("call_at")
    at = dt.datetime.fromtimestamp((int(call_at) if call_at.isdigit() else delivery.at) / 1000, dt.UTC)
    caller = delivery.text("caller") or "withheld"
    own = delivery.text("recording").rpartition("/")[2] or f"{delivery.delivery_id}.wav"
    return _UNSAFE.sub("_", f"{at:%Y-%m-%dT%H-%M-%SZ}_{caller[:20]}_{own[-140:]}")
