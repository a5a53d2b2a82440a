"""What becomes of an entry of the outbox: which deliveries, to which places. Pure.

Whoever wants entries brought somewhere else adds a line to ROUTES.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import chain

from orchestrator.domain.delivery import Delivery
from orchestrator.runtime.outbox.hooks import HOOK, lane_of, of_hook
from orchestrator.runtime.outbox.payload_fields import Json
from orchestrator.runtime.settings_parts.notify_settings import Mailbox
from orchestrator.store.rows import OutboxRow

MAIL, SMS, ROWS, WEBHOOK, RECORDINGS, APPRISE = "mail", "sms", "rows", "webhook", "recordings", "apprise"
ANY_SWITCH = "any"
ASTRAY = "astray"
NOTICE = "apprise:"  # how the reader begins that is a mailbox by apprise
SECOND_MS = 1_000

_CHAIN = re.compile(r"[^A-Za-z0-9_@+.-]")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}\Z")

_NOBODY: Mapping[str, Json] = {}

Mailboxes = Mapping[str, Mailbox]
Wanted = Iterator[tuple[str, str, dict[str, object]]]  # lane, target, what differs from the usual


def deliveries_of(
    entry: OutboxRow, project: str, mailboxes: Mailboxes, hooked: Mapping[str, Json] = _NOBODY
) -> tuple[Delivery, ...]:
    """The deliveries of one entry; none when nobody wants it. hooked: webhooks that want it, with what each is told."""
    route = ROUTES.get(entry.kind)
    own = iter(()) if route is None else route(entry, mailboxes)
    told = (
        (lane_of(name), "", of_hook(project, entry.entry_id, name, said)) for name, said in hooked.items()
    )
    wanted = chain(own, told)
    return tuple(
        Delivery(
            **{
                "delivery_id": f"{entry.entry_id}.{index}",
                "key": f"{project}-{entry.entry_id}.{index}",
                "lane": lane,
                "chain": chain_of(entry),
                "kind": entry.kind,
                "at": entry.at,
                "due_at": entry.at,
                "campaign_id": entry.campaign_id,
                "attempt_id": entry.attempt_id,
                "target": target,
                "body": entry.body,
                **more,
            }  # type: ignore[arg-type]  # the fields of a Delivery by name
        )
        for index, (lane, target, more) in enumerate(wanted)
    )


def astray(entry: OutboxRow, project: str) -> Delivery:
    """An entry that cannot be understood, kept whole."""
    name = f"{entry.entry_id}.0"
    return Delivery(
        delivery_id=name,
        key=f"{project}-{name}",
        lane=ASTRAY,
        chain=ASTRAY,
        kind=ASTRAY,
        at=entry.at,
        due_at=entry.at,
        campaign_id=entry.campaign_id,
        attempt_id=entry.attempt_id,
        body={"kind": entry.kind, **entry.body},
    )


def chain_of(entry: OutboxRow) -> str:
    """Whose it is: a campaign's contact, whichever of its numbers was called; a caller, by number; of a withheld number
    the call.
    """
    if entry.lead_id:
        return _CHAIN.sub("_", f"{entry.lead_id}.{entry.campaign_id}")[:64]
    whose = str(entry.body.get("caller") or entry.body.get("number") or entry.attempt_id or entry.campaign_id)
    return _CHAIN.sub("_", whose)[:64] or "_"


def _sms(entry: OutboxRow, _: Mailboxes) -> Wanted:
    yield SMS, str(entry.body.get("to") or ""), {}


def _email(entry: OutboxRow, mailboxes: Mailboxes) -> Wanted:
    """To a mailbox; or to a contact, at the address that its column holds."""
    address = entry.body.get("address")
    if address is not None:
        yield MAIL, str(address), {}
        return
    for lane, reader in _readers(mailboxes, entry.body.get("to"), MAIL):
        yield lane, reader, {}


def _row(_: OutboxRow, __: Mailboxes) -> Wanted:
    yield ROWS, "", {}


def _webhook(entry: OutboxRow, _: Mailboxes) -> Wanted:
    """Of a service and a path; one of the settings is named by `hook`."""
    if not entry.body.get(HOOK):
        yield f"{WEBHOOK}@{_place(entry.body.get('service'))}", "", {}


def _voicemail(entry: OutboxRow, mailboxes: Mailboxes) -> Wanted:
    """Into the folder, and a letter to each reader: the one does not wait for the other."""
    switch = _switch(entry)
    yield f"{RECORDINGS}@{switch}", "", {}
    for lane, reader in _readers(mailboxes, entry.body.get("mailbox"), f"{MAIL}@{switch}"):
        if reader:
            yield lane, reader, {}


def _recording(entry: OutboxRow, mailboxes: Mailboxes) -> Wanted:
    """It stays on the switch, unless the scenario says that somebody gets it."""
    name = entry.body.get("email")
    if name:
        for lane, reader in _readers(mailboxes, name, f"{MAIL}@{_switch(entry)}"):
            yield lane, reader, {}


def _missed_call(entry: OutboxRow, mailboxes: Mailboxes) -> Wanted:
    """A letter at once; or with those of the next `every_s` seconds, one letter for all."""
    name, every_s = entry.body.get("notify"), _number(entry.body.get("every_s"))
    if not name:
        return
    for lane, reader in _readers(mailboxes, name, MAIL):
        if not every_s:
            yield lane, reader, {}
            continue
        whose = hashlib.sha256(f"{name} {reader}".encode()).hexdigest()[:16]
        chain = _CHAIN.sub("_", f"digest-{entry.campaign_id}")[:64] + f"-{whose}"
        yield lane, reader, {"chain": chain, "is_batch": True, "due_at": entry.at + every_s * SECOND_MS}


ROUTES: dict[str, Callable[[OutboxRow, Mailboxes], Wanted]] = {
    "sms": _sms,
    "email": _email,
    "row": _row,
    "webhook": _webhook,
    "voicemail": _voicemail,
    "recording": _recording,
    "missed_call": _missed_call,
}


def _readers(mailboxes: Mailboxes, name: object, lane: str) -> Iterator[tuple[str, str]]:
    """(lane, reader) of a mailbox: its addresses, and apprise, which is a place of its own. Nobody: "", and what is
    told then is that nobody does; it waits for one.
    """
    box = mailboxes.get(str(name))
    for address in box.addresses() if box else ():
        yield lane, address
    if box is not None and box.apprise_env is not None:
        yield f"{APPRISE}@{_place(name)}", f"{NOTICE}{name}"
    if box is None or not box.is_read:
        yield lane, ""


def _switch(entry: OutboxRow) -> str:
    return _place(entry.body.get("switch") or ANY_SWITCH)


def _place(name: object) -> str:
    text = str(name or "")
    return text if _NAME.match(text) else "_"


def _number(value: object) -> int:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() else 0
