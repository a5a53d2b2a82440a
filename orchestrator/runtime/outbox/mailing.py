"""Letters: what a scenario has to tell, voicemail and recordings with their sound, missed calls."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

from orchestrator.domain.delivery import Delivery
from orchestrator.domain.message import Suppressed
from orchestrator.domain.problem import KnownError
from orchestrator.outside.letter import Attachment, Letter
from orchestrator.outside.mail import MailServer, send
from orchestrator.outside.undelivered import Undelivered
from orchestrator.runtime.outbox.correspondence import Correspondence, message_of
from orchestrator.runtime.outbox.mailbox_files import MB, MailboxFiles, file_name
from orchestrator.runtime.outbox.notices import Notices
from orchestrator.runtime.outbox.routes import NOTICE
from orchestrator.runtime.outbox.words import Words
from orchestrator.runtime.recordings import NoRecording
from orchestrator.runtime.settings import Settings

PATIENCE_MS = 3_600_000  # a letter waits for its recording so long; then it goes without

Send = Callable[[MailServer, Letter], None]


class Mailing:
    """Carries deliveries whose target is an address; without one, those of the mailbox as it is now."""

    def __init__(
        self,
        settings: Settings,
        files: MailboxFiles,
        now_ms: Callable[[], int],
        send: Send = send,
        *,
        letters: Correspondence,
        notices: Notices,
    ) -> None:
        self._settings = settings
        self._correspondence = letters
        self._notices = notices
        self._files = files
        self._now_ms = now_ms
        self._send = send
        self._words = Words(language=settings.mail.language, timezone=settings.mail.timezone)

    def carry(self, deliveries: tuple[Delivery, ...]) -> None:
        """What rules and flows tell stands in the book of messages; voicemail and missed calls do not."""
        first = deliveries[0]
        if first.kind != "email":
            self._carry(deliveries)
            return
        to = first.target or first.text("to")
        is_contact = "address" in first.body
        self._correspondence.send(
            message_of(first, to=to),
            lambda: self._carry(deliveries),
            not_listed=(first.text("number"),) if is_contact else (),
            refused=_refused(first) if is_contact else None,
        )

    def _carry(self, deliveries: tuple[Delivery, ...]) -> str:
        target = deliveries[0].target
        if target.startswith(NOTICE):
            self._notify(deliveries, target.removeprefix(NOTICE))
            return ""
        server = self._server()
        letters = list(self._letters(deliveries))
        for address in self._readers(deliveries[0]):
            for letter in letters:
                self._send(server, replace(letter, to=address))
        return ""

    def _notify(self, deliveries: tuple[Delivery, ...], mailbox: str) -> None:
        """By apprise: what the letter says; sounds stay where they are."""
        box = self._settings.mailboxes.get(mailbox)
        if box is None or box.apprise_env is None:
            raise Undelivered(f"the mailbox {mailbox!r} has no `apprise_env:` any more", is_final=True)
        for letter in self._letters(deliveries, with_sound=False):
            self._notices.send(box.apprise_env, letter.subject, letter.text)

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

    def _letters(self, deliveries: tuple[Delivery, ...], *, with_sound: bool = True) -> list[Letter]:
        words = self._words
        if len(deliveries) > 1:
            subject, text = words.digest(deliveries)
            return [self._letter(deliveries, subject, text)]
        (delivery,) = deliveries
        subject = delivery.text("subject") or words.subject(delivery)
        match delivery.kind:
            case "email" if "address" in delivery.body:  # a customer is told nothing but the message
                return [self._letter(deliveries, subject, delivery.text("text") + "\n")]
            case "email":
                return [self._letter(deliveries, subject, words.email(delivery))]
            case "missed_call":
                return [self._letter(deliveries, subject, words.about(delivery, with_why=True))]
            case _ if not with_sound:
                return [self._letter(deliveries, subject, words.about(delivery))]
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


def _refused(delivery: Delivery) -> Suppressed | None:
    if not delivery.text("address"):
        return Suppressed.NO_ADDRESS
    return None if delivery.text("text").strip() else Suppressed.NO_TEXT
