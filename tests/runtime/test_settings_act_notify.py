"""Each key about what is told outside, in a test in which it makes the difference."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import gevent
import pytest
from gevent.event import Event

from orchestrator.domain.delivery import Delivery, DeliveryState
from orchestrator.domain.problem import KnownError
from orchestrator.outside.mail import send
from orchestrator.outside.undelivered import Undelivered
from orchestrator.runtime.outbox import Deliveries
from orchestrator.runtime.outbox.aside import Aside
from orchestrator.runtime.outbox.carriers import carriers
from orchestrator.runtime.outbox.deliveries import pause_ms
from orchestrator.runtime.outbox.mailing import PATIENCE_MS
from orchestrator.runtime.outbox.retention import DAY_MS, Retention
from orchestrator.runtime.project import Project, open_project
from orchestrator.runtime.settings import load_settings
from orchestrator.runtime.settings_parts.notify_settings import MailPart, OutboxPart
from orchestrator.simulator.clock import SharedClock
from tests.outside.smtp_server import HANG, SmtpServer, smtp_server
from tests.outside.test_mail import LETTER
from tests.runtime.factories import NOON, make_folder, move_clock
from tests.runtime.outbox.factories import delivery, left_behind
from tests.runtime.test_settings_act import acts

NAME = "2026/11/30/uuid-1.voicemail.wav"
VOICEMAIL = delivery("voicemail", target="a@x.example", mailbox="office", recording=NAME, seconds=3)
EMAIL = delivery("email", target="a@x.example", to="office", text="Hello")
SMS = delivery("sms", lane="sms", target="+79990000002", to="+79990000002", text="Ready")


@pytest.fixture
def mail() -> Iterator[SmtpServer]:
    with smtp_server() as server:
        yield server


@contextmanager
def a_project(folder: Path, *lines: str) -> Iterator[Project]:
    text = "\n".join(["clock: simulated", *lines])
    make_folder(folder, settings=text.replace("{", "{{").replace("}", "}}"))
    with open_project(folder) as project:
        yield project


def _mail(server: SmtpServer, more: str = "") -> str:
    return f"mail: {{server: localhost, port: {server.port}, from: calls@shop.example, security: none{more}}}"


def carry(project: Project, item: Delivery, lines: object = None) -> None:
    aside = Aside()
    try:
        carriers(project, lines or {}, aside)[item.kind]((item,))  # type: ignore[arg-type]
    finally:
        aside.stop()


def _recorded(project: Project, size: int = 5000) -> None:
    path = project.settings.switches["main"].root / "recordings" / NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"RIFF" + b"\x01" * (size - 4))


# -- mail


@acts("mail.server", "mail.port", "mail.from")
def test_mail_is_handed_to_the_server_named_from_the_address_named(short_tmp: Path, mail: SmtpServer) -> None:
    with a_project(short_tmp / "a", _mail(mail)) as project:
        carry(project, EMAIL)
        assert [letter.sender for letter in mail.mails] == ["calls@shop.example"]
    with a_project(short_tmp / "b") as project, pytest.raises(Undelivered, match="no mail server"):
        carry(project, EMAIL)


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_the_usual_port_is_that_of_the_security(tmp_path: Path, security: str, port: int) -> None:
    settings = f"mail: {{server: mail.shop.example, from: a@x.example, security: {security}}}\n"
    (tmp_path / "prozvon.yaml").write_text(settings, encoding="utf-8")
    server = load_settings(tmp_path).mail.mail_server()
    assert server is not None
    assert server.port == port


@acts("mail.security", "mail.ca", "mail.user", "mail.password_env", "mail.password_file")
@pytest.mark.parametrize("where", ["password_env: PZ_MAIL", "password_file: secret"])
def test_the_server_is_spoken_to_as_safely_as_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.setenv("PZ_MAIL", "geheim")
    (tmp_path / "secret").write_text("geheim\n")
    (tmp_path / "secret").chmod(0o600)
    with smtp_server(tls="yes") as server:
        (tmp_path / "ca.pem").write_bytes(server.ca.read_bytes())
        for ca in ("ca: ca.pem, ", ""):
            (tmp_path / "prozvon.yaml").write_text(
                f"mail: {{server: localhost, port: {server.port}, from: a@x.example, security: tls, {ca}"
                f"user: shop, {where}}}\n"
            )
            found = load_settings(tmp_path).mail.mail_server()
            assert found is not None
            assert found.password == "geheim"
            if ca:
                send(found, LETTER)
            else:
                with pytest.raises(Undelivered, match="certificate"):
                    send(found, LETTER)
        assert [(letter.was_tls, letter.user) for letter in server.mails] == [(True, "shop")]


@acts("mail.timeout_s")
def test_a_silent_server_is_given_up_after_the_time_out(short_tmp: Path, mail: SmtpServer) -> None:
    mail.answers["CONNECT"] = [HANG]
    with a_project(short_tmp / "a", _mail(mail, ", timeout_s: 0.1")) as project:
        began = time.monotonic()
        with pytest.raises(Undelivered, match=r"within 0\.1 s"):
            carry(project, EMAIL)
        assert time.monotonic() - began < 5


@acts("mail.attach_mb")
@pytest.mark.parametrize(("most", "is_attached"), [("0.01", True), ("0.004", False)])
def test_recordings_up_to_a_size_are_attached(
    short_tmp: Path, mail: SmtpServer, most: str, is_attached: bool
) -> None:
    with a_project(
        short_tmp / "a", _mail(mail, f", attach_mb: {most}"), "mailboxes: {office: {}}"
    ) as project:
        _recorded(project)
        carry(project, VOICEMAIL)
        assert len(list(mail.mails[0].message.iter_attachments())) == is_attached


@acts("mail.language", "mail.timezone")
def test_letters_are_in_the_language_and_zone_named(short_tmp: Path, mail: SmtpServer) -> None:
    missed = delivery("missed_call", target="a@x.example", notify="office", why="closed")
    with a_project(short_tmp / "a", _mail(mail, ", language: ru, timezone: Asia/Omsk")) as project:
        carry(project, missed)
    assert mail.mails[0].message["Subject"] == "Пропущенный звонок от +79990000001, 2026-11-30 15:00 +06"
    with a_project(short_tmp / "b", _mail(mail)) as project:
        carry(project, missed)
    assert mail.mails[1].message["Subject"] == "Missed call from +79990000001, 2026-11-30 09:00 UTC"


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("server: x.example", "go together"),
        ("from: a@x.example", "go together"),
        ("user: shop", "goes together with password_env"),
        ("password_env: X", "goes together"),
        ("password_env: X, password_file: y, user: z", "only one of them"),
        ("user: shop, password_env: X, security: none", "for everybody to read"),
        ('from: "a@x.example\\r\\nBcc: b@x.example", server: x', "calls@shop.example"),
        ("timezone: Mars/Base", "a time zone"),
    ],
)
def test_mail_settings_that_make_no_sense_are_told(tmp_path: Path, key: str, why: str) -> None:
    (tmp_path / "prozvon.yaml").write_text(f"mail: {{{key}}}\n", encoding="utf-8")
    with pytest.raises(KnownError, match=why):
        load_settings(tmp_path)
    assert MailPart().mail_server() is None


# -- mailboxes


@acts("mailboxes.NAME.to")
def test_each_reader_of_a_mailbox_gets_a_letter(short_tmp: Path, mail: SmtpServer) -> None:
    boxes = 'mailboxes: {office: {to: "a@x.example, b@x.example"}}'
    with a_project(short_tmp / "a", _mail(mail), boxes) as project:
        left_behind(project, "email", {"to": "office", "text": "Hello"})
        deliveries = Deliveries(project, {})
        deliveries.start()
        _until(lambda: len(mail.mails) == 2)
        deliveries.stop()
    assert sorted(letter.to for letter in mail.mails) == [("a@x.example",), ("b@x.example",)]


@acts("mailboxes.NAME.folder")
@pytest.mark.parametrize(
    ("key", "place"), [("folder: letters", "letters"), ("to: a@x.example", "data/mailboxes/office")]
)
def test_voicemail_is_kept_in_the_folder_named(short_tmp: Path, key: str, place: str) -> None:
    with a_project(short_tmp / "a", f"mailboxes: {{office: {{{key}}}}}") as project:
        _recorded(project)
        aside = Aside()
        folder = delivery("voicemail", lane="recordings@main", mailbox="office", recording=NAME)
        carriers(project, {}, aside)["voicemail"]((folder,))
        aside.stop()
        assert len(list((project.folder / place).glob("*.wav"))) == 1


# -- rows, recordings


@acts("collected")
@pytest.mark.parametrize(("lines", "place"), [(("collected: rows",), "rows"), ((), "data/collected")])
def test_rows_are_collected_in_the_folder_named(short_tmp: Path, lines: tuple[str, ...], place: str) -> None:
    with a_project(short_tmp / "a", *lines) as project:
        carry(project, delivery("row", lane="rows", into="meters", values={"meter": "42"}))
        assert "42" in (project.folder / place / "meters.csv").read_text(encoding="utf-8")


class _Line:
    def __init__(self, *, is_up: bool) -> None:
        self.is_up = is_up

    def api(self, command: str) -> str:
        raise AssertionError(f"calls are made over it: {command}")


@acts("recordings.keep_days")
@pytest.mark.parametrize(("days", "asked"), [(30, ["python prozvon_switch forget recordings 30"]), (0, [])])
def test_switches_forget_recordings_after_so_many_days(short_tmp: Path, days: int, asked: list[str]) -> None:
    commands: list[str] = []

    def api(command: str) -> str:
        commands.append(command)
        return "+OK 3"

    switches = "switches: {main: {port: 1}, away: {port: 2}}"
    with a_project(short_tmp / "a", f"recordings: {{keep_days: {days}}}", switches) as project:
        lines = {"main": _Line(is_up=True), "away": _Line(is_up=False)}
        connected = {1: nullcontext(api)}
        Retention(
            project.settings,
            lines,
            project.store.deliveries,
            lambda: NOON,
            connected=lambda switch: connected[switch.port],
        ).tidy()
    assert commands == asked


@acts("recordings.fetch_mb")
def test_recordings_up_to_a_size_are_fetched(short_tmp: Path, mail: SmtpServer) -> None:
    for most, files in (("0.01", 1), ("0.004", 0)):
        settings = (_mail(mail), f"recordings: {{fetch_mb: {most}}}", "mailboxes: {office: {}}")
        with a_project(short_tmp / most, *settings) as project:
            _recorded(project)
            carry(project, VOICEMAIL)
            assert len(list(project.settings.data.glob("mailboxes/office/*.wav"))) == files
    assert "0.0 MB, and 0.004 MB are allowed" in mail.mails[1].text


# -- the outbox


@acts("outbox.tries")
@pytest.mark.parametrize("tries", [1, 3])
def test_after_so_many_tries_it_is_parked(short_tmp: Path, tries: int) -> None:
    def refuse(_: tuple[Delivery, ...]) -> None:
        asked.append(1)
        raise Undelivered("down")

    asked: list[int] = []
    with a_project(short_tmp / "a", f"outbox: {{tries: {tries}}}") as project:
        left_behind(project, "sms", {"to": "+79990000001"})
        deliveries = Deliveries(project, {}, carry={"sms": refuse})
        deliveries.start()
        for number in range(1, tries + 1):
            _until(lambda number=number: len(asked) == number and not deliveries.is_busy)
            assert isinstance(project.clock, SharedClock)
            move_clock(project, PATIENCE_MS)
        (row,) = project.store.deliveries.rows()
        deliveries.stop()
    assert (row.state, row.delivery.tries) == (DeliveryState.PARKED, tries)


@acts("outbox.first_s", "outbox.most_s")
def test_pauses_grow_from_the_first_to_the_most(short_tmp: Path) -> None:
    with a_project(short_tmp / "a", "outbox: {first_s: 2, most_s: 5}") as project:
        assert [pause_ms(project.settings, tries, 0.0) for tries in range(4)] == [2000, 4000, 5000, 5000]
    with pytest.raises(ValueError, match="most_s is less"):
        OutboxPart(first_s=10, most_s=5)


@acts("outbox.at_once")
@pytest.mark.parametrize("at_once", [1, 3])
def test_so_many_are_under_way_to_one_place(short_tmp: Path, at_once: int) -> None:
    under_way: list[int] = []
    with a_project(short_tmp / "a", f"outbox: {{at_once: {at_once}}}") as project:
        for index in range(5):
            left_behind(project, "sms", {"to": "x", "caller": f"+7999000000{index}"})
            left_behind(project, "row", {"into": "x", "caller": f"+7999000000{index}"})
        rows: list[int] = []
        gate = Event()
        carry = {"sms": lambda _: under_way.append(1) or gate.wait(), "row": lambda _: rows.append(1)}
        deliveries = Deliveries(project, {}, carry=carry)  # type: ignore[arg-type]
        deliveries.start()
        _until(lambda: len(rows) == 5)
        assert len(under_way) == at_once
        gate.set()
        _until(lambda: len(under_way) == 5)
        deliveries.stop()


@acts("outbox.keep_days")
@pytest.mark.parametrize(("days", "is_kept"), [(1, False), (3, True)])
def test_entries_are_kept_for_so_many_days_once_they_are_deliveries(
    short_tmp: Path, days: int, is_kept: bool
) -> None:
    with a_project(
        short_tmp / "a", f"outbox: {{keep_days: {days}}}", "recordings: {keep_days: 0}"
    ) as project:
        for _ in range(300):  # the stream forgets whole nodes of a hundred
            name = left_behind(project, "call", {})
        after, entries = project.store.deliveries.unrouted()
        project.store.deliveries.route(after, entries[-1].entry_id, ())
        two_days_later = int(name.partition("-")[0]) + 2 * DAY_MS
        Retention(project.settings, {}, project.store.deliveries, lambda: two_days_later).tidy()
        assert (len(project.store.outbox()) == 300) is is_kept


def _until(is_so: object) -> None:
    with gevent.Timeout(30, AssertionError("waited in vain")):
        while not is_so():  # type: ignore[operator]
            gevent.sleep(0.01)
