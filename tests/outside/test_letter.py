"""Letters: nothing that a caller has said becomes a header, a recipient or the end of the text."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.outside.letter import Attachment, Letter, address_of, is_address, pieces

SENDER = "Магазин <calls@shop.example>"
NOON = 1_796_029_200_000


def compose(wanted: Letter, sender: str) -> bytes:
    return b"".join(pieces(wanted, sender))


def letter(**more: object) -> Letter:
    usual: dict[str, object] = {
        "to": "office@shop.example",
        "subject": "Voicemail",
        "text": "Hello\n",
        "key": "shop-1-0.0",
        "at": NOON,
    }
    return Letter(**{**usual, **more})  # type: ignore[arg-type]


def read(data: bytes) -> EmailMessage:
    parsed = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


HEADERS = {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "Content-Type",
    "Content-Transfer-Encoding",
    "MIME-Version",
}


@given(subject=st.text(max_size=300), text=st.text(max_size=500))
def test_whatever_is_told_stays_where_it_belongs(subject: str, text: str) -> None:
    data = compose(letter(subject=subject, text=text), SENDER)
    assert all(len(line) <= 998 for line in data.split(b"\r\n"))
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"\r" not in data.replace(b"\r\n", b"")
    parsed = read(data)
    assert set(parsed.keys()) == HEADERS
    assert str(parsed["To"]) == "office@shop.example"


@pytest.mark.parametrize(
    "trick", ["a\r\nBcc: all@x.example", "a\nBcc: all@x.example\n\nbody", "a\u2028Bcc: b"]
)
def test_a_line_break_in_a_subject_is_a_blank(trick: str) -> None:
    parsed = read(compose(letter(subject=trick), SENDER))
    assert "Bcc" not in parsed
    assert str(parsed["Subject"]).startswith("a Bcc:")


def test_a_text_that_ends_a_letter_for_smtp_does_not() -> None:
    parsed = read(compose(letter(text="one\r\n.\r\nMAIL FROM:<x@x>\r\n"), SENDER))
    assert "MAIL FROM" in parsed.get_content()


def test_a_text_comes_through_in_any_language() -> None:
    parsed = read(compose(letter(text="Счётчик: 42\x00\ud800\n", subject="Заявка"), SENDER))
    assert parsed.get_content() == "Счётчик: 42\ufffd\ufffd\r\n"
    assert (str(parsed["Subject"]), parsed["From"].addresses[0].display_name) == ("Заявка", "Магазин")


def test_the_same_letter_has_the_same_id_and_another_another() -> None:
    first, again = read(compose(letter(), SENDER)), read(compose(letter(text="later"), SENDER))
    other = read(compose(letter(key="shop-2-0.0"), SENDER))
    assert first["Message-ID"] == again["Message-ID"] != other["Message-ID"]
    assert first["Message-ID"].endswith("@shop.example>")
    assert str(first["Date"]) == "Mon, 30 Nov 2026 09:00:00 +0000"


def test_a_recording_is_attached_under_a_plain_name() -> None:
    sound = Attachment(name='../ü"\r\nX: y.wav', data=b"RIFF\x00\xff")
    (part,) = read(compose(letter(attachment=sound), SENDER)).iter_attachments()
    assert part.get_filename() == ".._____X__y.wav"
    assert (part.get_content_type(), part.get_content()) == ("audio/wav", b"RIFF\x00\xff")


@pytest.mark.parametrize("size", [0, 1, 57, 57_000, 57_001, 500_000])
def test_a_recording_of_any_size_comes_through_in_pieces_of_whole_lines(size: int) -> None:
    data = bytes(range(251)) * (size // 251 + 1)
    sound = Attachment(name="a.wav", data=data[:size])
    found = list(pieces(letter(attachment=sound, text="A" * 76 + "\r\n"), SENDER))
    (part,) = read(b"".join(found)).iter_attachments()
    assert part.get_content() == data[:size]
    assert all(piece.endswith(b"\r\n") and len(piece) < 100_000 for piece in found)


@pytest.mark.parametrize("to", ["", "nobody", "a@b, c@d", "a@b\r\nBcc: c@d", "<a@b>"])
def test_what_is_no_address_is_refused(to: str) -> None:
    assert not is_address(to)
    with pytest.raises(ValueError, match="not a mail address"):
        compose(letter(to=to), SENDER)


def test_addresses_are_plain_ones() -> None:
    assert is_address("a.b+c@shop.example")
    assert not is_address("ящик@shop.example")
    assert not is_address("a@b\n")
    assert address_of(SENDER) == address_of("calls@shop.example") == "calls@shop.example"
