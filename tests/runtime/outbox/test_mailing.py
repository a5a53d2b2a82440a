"""Letters about calls, and voicemail in its folder: with the sound, or a word about why there is none."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import gevent
import pytest

from orchestrator.domain.delivery import Delivery
from orchestrator.domain.message import MessageState
from orchestrator.esl.errors import ReplyTimeout
from orchestrator.outside.letter import Letter
from orchestrator.outside.mail import MailServer
from orchestrator.outside.undelivered import Undelivered
from orchestrator.runtime.outbox.aside import Aside
from orchestrator.runtime.outbox.correspondence import Correspondence
from orchestrator.runtime.outbox.mailbox_files import STALE_S, MailboxFiles, file_name
from orchestrator.runtime.outbox.mailing import PATIENCE_MS, Mailing
from orchestrator.runtime.outbox.notices import Notices
from orchestrator.runtime.outbox.words import Words
from orchestrator.runtime.project import Project
from orchestrator.runtime.recordings import NoRecording
from orchestrator.runtime.settings import Settings, load_settings
from orchestrator.store.messages import MessageBook
from tests.runtime.factories import HOUR, MINUTE, NOON
from tests.runtime.outbox.factories import delivery

NAME = "2026/11/30/uuid-1.voicemail-1.wav"
SOUND = b"RIFF" + bytes(range(256)) * 400
FILE = "2026-11-30T09-00-00Z_+79990000001_uuid-1.voicemail-1.wav"
VOICEMAIL = delivery(
    "voicemail", lane="mail@main", target="a@x.example", mailbox="office", recording=NAME, seconds=12.5
)
SETTINGS = """\
mail: {{server: mail.shop.example, from: calls@shop.example, attach_mb: 0.2{mail}}}
mailboxes: {{office: {{to: "a@x.example,b@x.example", folder: letters}}, bare: {{}}}}
switches: {{main: {{ssh: pbx.example, root: /srv/prozvon}}, other: {{ssh: pbx2.example, root: /srv/prozvon}}}}
"""


class Line:
    """A switch that has some recordings, and says so as prozvon_switch.py does."""

    def __init__(self, **sounds: bytes) -> None:
        self.sounds = {NAME: sounds["sound"]} if sounds else {}
        self.is_up = True
        self.fails = False
        self.asked = 0

    def api(self, command: str) -> str:
        self.asked += 1
        gevent.sleep(0)
        if self.fails:
            raise ReplyTimeout("no reply")
        _, _, verb, name, at = command.split()
        assert verb == "recording"
        if name not in self.sounds:
            return "-ERR missing"
        sound = self.sounds[name]
        return f"+OK {len(sound)}\n{base64.b64encode(sound[int(at) : int(at) + 48_000]).decode()}"


class Desk:
    """Mailing with everything it needs; `sent` is what was handed to the mail server."""

    def __init__(
        self, folder: Path, aside: Aside, book: MessageBook, *, mail: str = "", settings: str = SETTINGS
    ) -> None:
        (folder / "prozvon.yaml").write_text(settings.format(mail=mail), encoding="utf-8")
        self.settings: Settings = load_settings(folder)
        self.now = NOON + MINUTE
        self.sent: list[Letter] = []
        self.lines = {"main": Line(sound=SOUND), "other": Line()}
        self.files = MailboxFiles(self.settings, self.lines, aside)
        self.book = book
        self.mailing = Mailing(
            self.settings,
            self.files,
            lambda: self.now,
            self._send,
            letters=Correspondence(book, lambda: self.now, keep_days=30),
            notices=Notices(aside.apart(1, 5.0, "the service")),
        )

    def _send(self, _: MailServer, letter: Letter) -> None:
        self.sent.append(letter)

    def carry(self, *deliveries: Delivery) -> Letter:
        self.mailing.carry(deliveries)
        return self.sent[-1]


@pytest.fixture
def make(tmp_path: Path, project: Project) -> Iterator[Callable[..., Desk]]:
    aside = Aside()
    yield lambda **options: Desk(tmp_path, aside, project.store.messages, **options)
    aside.stop()


@pytest.fixture
def desk(make: Callable[..., Desk]) -> Desk:
    return make()


def letters(tmp_path: Path) -> list[str]:
    folder = tmp_path / "letters"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


# -- voicemail


def test_voicemail_is_kept_in_its_folder_and_mailed_with_the_sound(desk: Desk, tmp_path: Path) -> None:
    letter = desk.carry(VOICEMAIL)
    assert (tmp_path / "letters" / FILE).read_bytes() == SOUND
    assert (tmp_path / "letters" / FILE).stat().st_mode & 0o007 == 0
    assert letter.to == "a@x.example"
    assert letter.attachment is not None
    assert (letter.attachment.name, letter.attachment.data) == (FILE, SOUND)
    assert letter.subject == "Voicemail from +79990000001 for office, 2026-11-30 09:00 UTC"
    assert "Length: 12 s" in letter.text
    assert str(tmp_path / "letters" / FILE) in letter.text


def test_voicemail_is_fetched_once_for_all(desk: Desk, tmp_path: Path) -> None:
    folder = replace(VOICEMAIL, lane="recordings@main", target="")
    work = [
        gevent.spawn(desk.files.carry, (folder,)),
        *(gevent.spawn(desk.carry, VOICEMAIL) for _ in range(3)),
    ]
    gevent.joinall(work, raise_error=True)
    assert letters(tmp_path) == [FILE]
    assert desk.lines["main"].asked == 3  # pieces of one file
    assert desk.lines["other"].asked == 0
    desk.lines.clear()
    assert desk.carry(VOICEMAIL).attachment is not None


def test_a_mailbox_on_a_drive_that_hangs_holds_up_nobody_else(tmp_path: Path, project: Project) -> None:
    aside, beats = Aside(timeout_s=0.2), []
    desk = Desk(tmp_path, aside, project.store.messages)
    desk.now = VOICEMAIL.at
    (tmp_path / "letters").mkdir()
    os.mkfifo(tmp_path / "letters" / FILE)  # whoever opens it waits for another side that never comes
    other = gevent.spawn(lambda: [gevent.sleep(0.01) or beats.append(1) for _ in range(10)])
    with pytest.raises(Undelivered, match="reading a voicemail is not through"):
        desk.carry(VOICEMAIL)
    other.join()
    assert (len(beats), desk.sent) == (10, [])
    os.close(os.open(tmp_path / "letters" / FILE, os.O_WRONLY | os.O_NONBLOCK))  # the thread may go
    aside.stop()


def test_voicemail_of_an_unknown_mailbox_is_kept_all_the_same(desk: Desk, tmp_path: Path) -> None:
    lost = delivery("voicemail", lane="recordings@main", mailbox="../x", recording=NAME)
    desk.files.carry((lost,))
    assert [path.name for path in (tmp_path / "data" / "mailboxes" / ".._x").iterdir()] == [FILE]


@pytest.mark.parametrize(
    ("recording", "sound", "why"),
    [
        ("", SOUND, "nothing was recorded: was the switch's disk full?"),
        ("2026/11/30/uuid-1.gone.wav", SOUND, "it is not on the switch: was its disk full?"),
        (NAME, b"RIFF", "it is empty: was the switch's disk full?"),
        (NAME, b"", "it is empty: was the switch's disk full?"),
    ],
)
def test_a_letter_says_so_when_there_is_no_recording(
    desk: Desk, tmp_path: Path, recording: str, sound: bytes, why: str
) -> None:
    desk.lines["main"].sounds = {NAME: sound}
    wanted = replace(VOICEMAIL, body={**VOICEMAIL.body, "recording": recording})
    letter = desk.carry(wanted)
    assert letter.attachment is None
    assert f"The recording is not attached: {why}" in letter.text
    desk.files.carry((replace(wanted, target=""),))
    assert letters(tmp_path) == []


def test_a_large_recording_is_kept_and_not_attached(desk: Desk, tmp_path: Path) -> None:
    desk.lines["main"].sounds = {NAME: SOUND * 3}
    letter = desk.carry(VOICEMAIL)
    assert letter.attachment is None
    assert "mail.attach_mb" in letter.text
    assert letters(tmp_path) == [FILE]


def test_while_the_switch_is_away_a_letter_waits_then_goes_without(desk: Desk, tmp_path: Path) -> None:
    desk.lines["main"].is_up = False
    with pytest.raises(Undelivered, match="not connected"):
        desk.carry(VOICEMAIL)
    assert desk.sent == []
    desk.now = VOICEMAIL.at + PATIENCE_MS
    letter = desk.carry(VOICEMAIL)
    assert letter.attachment is None
    assert "not connected" in letter.text
    assert NAME in letter.text
    with pytest.raises(Undelivered):  # the folder goes on waiting for it
        desk.files.carry((replace(VOICEMAIL, target=""),))


def test_a_switch_that_breaks_off_leaves_no_half_file(desk: Desk, tmp_path: Path) -> None:
    line, api = desk.lines["main"], desk.lines["main"].api

    def once(command: str) -> str:
        line.fails = line.asked >= 1
        return api(command)

    line.api = once  # type: ignore[method-assign]
    with pytest.raises(Undelivered, match="asked in vain"):
        desk.carry(VOICEMAIL)
    assert letters(tmp_path) == []


def test_what_a_killed_process_has_left_half_is_removed(desk: Desk, tmp_path: Path) -> None:
    import os

    (tmp_path / "letters").mkdir()
    for name, age_s in (("old", STALE_S + 60), ("new", 0)):
        part = tmp_path / "letters" / f".{FILE}.{name}.part"
        part.write_bytes(b"half")
        then = part.stat().st_mtime - age_s
        os.utime(part, (then, then))
    desk.carry(VOICEMAIL)
    assert letters(tmp_path) == [f".{FILE}.new.part", FILE]


def test_where_the_switch_is_not_known_all_are_asked(desk: Desk) -> None:
    anywhere = replace(VOICEMAIL, body={**VOICEMAIL.body, "switch": ""})
    desk.lines = {"other": desk.lines["main"], "main": desk.lines["other"]}
    desk.files._lines = desk.lines
    assert desk.carry(anywhere).attachment is not None
    gone = replace(anywhere, body={**anywhere.body, "recording": "2026/11/30/x.y.wav"})
    assert "not on the switch" in desk.carry(gone).text
    desk.lines["main"].is_up = False
    with pytest.raises(Undelivered):  # it may be on the one that is away
        desk.carry(gone)


def test_a_switch_that_left_the_settings_is_told(desk: Desk) -> None:
    with pytest.raises(Undelivered, match="no switch 'old'"):
        desk.carry(replace(VOICEMAIL, body={**VOICEMAIL.body, "switch": "old"}))


def test_file_names_are_made_of_date_caller_and_call() -> None:
    assert file_name(VOICEMAIL) == FILE
    odd = replace(VOICEMAIL, body={"caller": "../../x y", "recording": "a/b/" + "ü" * 300 + ".wav"})
    assert "/" not in file_name(odd)
    assert len(file_name(odd)) < 255
    assert "withheld" in file_name(replace(VOICEMAIL, body={}))


# -- recordings


def test_a_recording_is_mailed_and_not_kept(desk: Desk, tmp_path: Path) -> None:
    letter = desk.carry(
        delivery("recording", target="a@x.example", recording=NAME, email="office", name="complaint")
    )
    assert letter.attachment is not None
    assert letter.attachment.data == SOUND
    assert letter.subject.startswith("Recording from +79990000001")
    assert letters(tmp_path) == []


# -- other letters


def test_what_a_scenario_tells_comes_first(desk: Desk) -> None:
    letter = desk.carry(delivery("email", target="a@x.example", to="office", text="Order 42\nis late"))
    assert letter.text.startswith("Order 42\nis late\n\nCaller: +79990000001\n")
    assert letter.subject == "shop_line: call from +79990000001, 2026-11-30 09:00 UTC"


def test_a_missed_call_tells_who_when_and_why(make: Callable[..., Desk]) -> None:
    desk = make(mail=", language: ru, timezone: Europe/Moscow")
    letter = desk.carry(delivery("missed_call", target="a@x.example", notify="office", why="queue"))
    assert letter.subject == "Пропущенный звонок от +79990000001, 2026-11-30 12:00 MSK"
    assert "Причина: не дождался в очереди" in letter.text
    withheld = desk.carry(delivery("missed_call", target="a@x.example", caller="", why="strange"))
    assert "скрытый номер" in withheld.subject
    assert "Причина: strange" in withheld.text


def test_a_digest_is_one_letter_with_all_of_them_in_order(desk: Desk) -> None:
    missed = {"target": "a@x.example", "why": "closed"}
    calls = [
        delivery("missed_call", name=f"{i}-0.0", caller=f"+7999000000{i}", call_at=NOON + i * HOUR, **missed)
        for i in range(3)
    ]
    letter = desk.carry(*calls)
    assert letter.subject == "3 missed calls: shop_line"
    assert [line.split()[3] for line in letter.text.splitlines()] == [f"+7999000000{i}" for i in range(3)]
    assert [line.split()[1] for line in letter.text.splitlines()] == ["09:00", "10:00", "11:00"]
    more = desk.carry(*calls, delivery("missed_call", name="3-0.0", **missed))
    assert more.key != letter.key  # a server that drops doubled letters does not drop this one
    assert desk.carry(*calls).key == letter.key


# -- what is not there


def test_without_a_mail_server_letters_wait_for_a_person(make: Callable[..., Desk]) -> None:
    desk = make(settings="mailboxes: {{office: {{to: a@x.example}}}}\n")
    with pytest.raises(Undelivered, match="write `mail:`") as error:
        desk.carry(VOICEMAIL)
    assert error.value.is_final


def test_a_password_that_is_nowhere_is_tried_again(make: Callable[..., Desk]) -> None:
    desk = make(mail=", user: shop, password_env: PROZVON_TEST_NO_SUCH")
    with pytest.raises(Undelivered, match="PROZVON_TEST_NO_SUCH") as error:
        desk.carry(VOICEMAIL)
    assert not error.value.is_final


@pytest.mark.parametrize(("to", "why"), [("nobody", "is not in the settings"), ("bare", "has no `to:`")])
def test_a_mailbox_without_readers_waits_for_a_person(desk: Desk, to: str, why: str) -> None:
    with pytest.raises(Undelivered, match=why) as error:
        desk.carry(delivery("email", to=to, text="Hi"))
    assert error.value.is_final


def test_one_that_had_no_readers_goes_to_those_there_are_now(desk: Desk) -> None:
    desk.carry(delivery("email", to="office", text="Hi"))
    assert [letter.to for letter in desk.sent] == ["a@x.example", "b@x.example"]


def test_both_languages_say_the_same_things() -> None:
    from orchestrator.runtime.outbox import words

    assert set(words._EN) == set(words._RU)
    assert set(words._WHY["en"]) == set(words._WHY["ru"])
    for language in ("en", "ru"):
        said = Words(language=language, timezone="UTC")
        for kind in ("voicemail", "recording", "email", "missed_call"):
            assert "{" not in said.subject(replace(VOICEMAIL, kind=kind)) + said.about(
                VOICEMAIL, with_why=True
            )


def test_a_disk_that_is_full_here_is_tried_again(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "letters").write_text("a file where the folder should be")
    with pytest.raises(Undelivered, match="cannot write into") as error:
        desk.carry(VOICEMAIL)
    assert "+7999" not in error.value.why  # it gets into the log
    assert NoRecording("x").why == "x"


# -- letters to contacts, and the book


def to_contact(address: str, **body: object) -> Delivery:
    told = {"address": address, "rule": "busy", "number": "+79990000001", "subject": "Order", "text": "Ready"}
    return delivery("email", target=address, **{**told, **body})


def test_a_letter_without_words_is_not_sent(desk: Desk) -> None:
    desk.mailing.carry((to_contact("anna@x.example", text=" "),))
    found = desk.book.of(to_contact("").key)
    assert found is not None
    assert (found.state, found.why, desk.sent) == (MessageState.SUPPRESSED, "no_text", [])


def test_a_mailbox_without_apprise_any_more_waits_for_a_person(desk: Desk) -> None:
    with pytest.raises(Undelivered, match="no `apprise_env:` any more") as error:
        desk.mailing.carry((delivery("missed_call", lane="apprise@office", target="apprise:office"),))
    assert error.value.is_final


def test_apprise_is_told_the_words_and_no_sound(
    make: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, str, str]] = []
    monkeypatch.setattr(Notices, "send", lambda _, *said: told.append(said))
    desk = make(settings=SETTINGS.replace("bare: {{}}", "bare: {{apprise_env: CHAT_URL}}"))
    chat = {"lane": "apprise@bare", "target": "apprise:bare"}
    desk.mailing.carry((replace(VOICEMAIL, **chat),))
    desk.mailing.carry((delivery("email", **chat, text="Come"),))
    (variable, subject, text), (_, _, come) = told
    assert (variable, subject) == ("CHAT_URL", "Voicemail from +79990000001 for office, 2026-11-30 09:00 UTC")
    assert "Caller: +79990000001" in text
    assert come.startswith("Come")
    assert (desk.sent, desk.lines["main"].asked) == ([], 0)
