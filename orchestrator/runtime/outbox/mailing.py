"""Letters: what a scenario has to tell, voicemail and recordings with their sound, missed calls."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

from orchestrator.domain.delivery import Delivery
from orchestrator.domain.problem import KnownError
from orchestrator.outside.letter import Attachment, Letter
from orchestrator.outside.mail import MailServer, send
from orchestrator.outside.undelivered import Undelivered
from orchestrator.runtime.outbox.mailbox_files import MB, MailboxFiles, file_name
from orchestrator.runtime.outbox.words import Words
from orchestrator.runtime.recordings import NoRecording
from orchestrator.runtime.settings import Settings

PATIENCE_MS = 3_600_000  # a letter waits for its recording so long; then it goes without

Send = Callable[[MailServer, Letter], None]


class Mailing:
    """Carries deliveries whose target is an address; without one, those of the mailbox as it is now."""

    def __init__(
        self, settings: Settings, files: MailboxFiles, now_ms: Callable[[], int], send: Send = send
    ) -> None:
        self._settings = settings
        self._files = files
        self._now_ms = now_ms
        self._send = send
        self._words = Words(language=settings.mail.language, timezone=settings.mail.timezone)

    def carry(self, deliveries: tuple[Delivery, ...]) -> None:
        server = self._server()
        letters = list(self._letters(deliveries))
        for address in self._readers(deliveries[0]):
            for letter in letters:
                self._send(server, replace(letter, to=address))

    def _server(self) -> MailServer:
        try:
            server = self._settings.mail.mail_server()
        except KnownError as error:
            raise Undelivered(str(error)) from None
        if server is None:
            raise Undelivered(
                "no mail server in the settings: write `mail:` into prozvon.yaml", is_final=True
            )
        return server

    def _readers(self, delivery: Delivery) -> tuple[str, ...]:
        if delivery.target:
            return (delivery.target,)
        name = next(filter(None, map(delivery.text, ("mailbox", "to", "email", "notify"))), "")
        box = self._settings.mailboxes.get(name)
        if box is None or not box.addresses():
            said = "has no `to:`" if box else "is not in the settings"
            raise Undelivered(f"nobody reads the mailbox {name!r}: it {said}", is_final=True)
        return box.addresses()

    def _letters(self, deliveries: tuple[Delivery, ...]) -> list[Letter]:
        words = self._words
        if len(deliveries) > 1:
            subject, text = words.digest(deliveries)
            return [self._letter(deliveries, subject, text)]
        (delivery,) = deliveries
        subject = words.subject(delivery)
        match delivery.kind:
            case "email":
                return [self._letter(deliveries, subject, words.email(delivery))]
            case "missed_call":
                return [self._letter(deliveries, subject, words.about(delivery, with_why=True))]
            case _:
                lines, attachment = self._sound(delivery)
                text = words.about(delivery, lines=lines)
                return [replace(self._letter(deliveries, subject, text), attachment=attachment)]

    def _sound(self, delivery: Delivery) -> tuple[list[str], Attachment | None]:
        """What the letter says of the file, and the file. Undelivered while the switch may still give it."""
        most = round(self._settings.mail.attach_mb * MB)
        lines: list[str] = []
        try:
            if delivery.kind == "voicemail":
                path = self._files.kept(delivery)
                lines.append(self._words.kept(str(path)))
                size, data = self._files.sound(path, most)
                if size > most:
                    raise NoRecording(f"{size / MB:.1f} MB, `mail.attach_mb` is {most / MB:g}")
            else:
                data = self._files.read(delivery, most)
        except NoRecording as error:
            return [*lines, self._words.no_file(error.why)], None
        except OSError as error:
            return [*lines, self._words.no_file(error.strerror or str(error))], None
        except Undelivered as error:
            if self._now_ms() < delivery.at + PATIENCE_MS:
                raise
            return [*lines, self._words.no_file(f"{error.why} ({delivery.text('recording')})")], None
        return lines, Attachment(name=file_name(delivery), data=data)

    def _letter(self, deliveries: tuple[Delivery, ...], subject: str, text: str) -> Letter:
        """Its key names all it tells of: a letter with one more in it is another letter."""
        keys = " ".join(delivery.key for delivery in deliveries)
        key = keys if len(deliveries) == 1 else hashlib.sha256(keys.encode()).hexdigest()
        return Letter(to="", subject=subject, text=text, key=key, at=self._now_ms())
