"""E-mails as bytes. What callers have typed or said can neither add a header nor end the text."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

_SUBJECT_CHARS = 200
_LINE = 57  # bytes that make a line of base64
_PIECE = 1000 * _LINE
_STAND_IN = b"\0" * _LINE
_FILE_CHARS = 120
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_ADDRESS = re.compile(
    r"[^\s\x00-\x1f\x7f@<>,;:\"\\()\[\]]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?\Z"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A WAV file."""

    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """key: the same for the same letter however often it is sent: its Message-ID is made of it. at: epoch ms."""

    to: str
    subject: str
    text: str
    key: str
    at: int
    attachment: Attachment | None = None


def is_address(text: str) -> bool:
    """Whether it is a plain mail address: NAME@HOST, without a display name, quotes or control characters."""
    return text.isascii() and _ADDRESS.match(text) is not None


def pieces(letter: Letter, sender: str) -> Iterator[bytes]:
    """The letter as SMTP sends it, in pieces of whole lines: ten megabytes are not encoded in one go, while calls wait.

    sender: address, or NAME <ADDRESS>. ValueError, at the first piece, when an address is none.
    """
    whole = _composed(letter, sender)
    if letter.attachment is None:
        yield whole
        return
    before, _, after = whole.rpartition(_encoded(_STAND_IN))
    yield before
    for at in range(0, len(letter.attachment.data), _PIECE):
        yield _encoded(letter.attachment.data[at : at + _PIECE])
    yield after


def _encoded(data: bytes) -> bytes:
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


def _composed(letter: Letter, sender: str) -> bytes:
    """All of it, with a stand-in of one line for what is attached."""
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = _sender(sender)
        message["To"] = Address(addr_spec=letter.to)
    except (ValueError, IndexError, MessageError) as error:
        raise ValueError(f"not a mail address: {error}") from None
    message["Subject"] = _UNPRINTABLE.sub(" ", letter.subject).strip()[:_SUBJECT_CHARS] or "prozvon"
    message["Date"] = format_datetime(dt.datetime.fromtimestamp(letter.at / 1000, dt.UTC))
    host = address_of(sender).rpartition("@")[2]
    message["Message-ID"] = f"<{hashlib.sha256(letter.key.encode()).hexdigest()[:40]}@{host}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence answers it
    text = _NO_TEXT.sub("\ufffd", letter.text)
    message.set_content(text, cte="quoted-printable" if text.isascii() else "base64")
    if letter.attachment is not None:
        name = re.sub(r"[^A-Za-z0-9._+-]", "_", letter.attachment.name)[-_FILE_CHARS:]
        message.add_attachment(_STAND_IN, maintype="audio", subtype="wav", filename=name)
    return message.as_bytes()


def address_of(sender: str) -> str:
    """`a@x` of `Shop <a@x>`."""
    return sender.rpartition("<")[2].rstrip(">").strip() if "<" in sender else sender.strip()


def _sender(sender: str) -> Address:
    name = sender.rpartition("<")[0].strip().strip('"') if "<" in sender else ""
    return Address(display_name=_UNPRINTABLE.sub(" ", name), addr_spec=address_of(sender))
