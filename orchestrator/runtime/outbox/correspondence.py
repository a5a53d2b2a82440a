"""SMS and letters to people, each in the book of messages: whether it may be sent, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import gevent
import structlog

from orchestrator.domain.delivery import Delivery
from orchestrator.domain.message import Message, MessageState, Suppressed, TypedLimit
from orchestrator.domain.problem import KnownError
from orchestrator.engine.telling import RULE
from orchestrator.outside.undelivered import Undelivered
from orchestrator.store.messages import MessageBook

log = structlog.get_logger()

MESSAGES = frozenset({"sms", "email"})  # kinds of deliveries that stand in the book
AWAY_S = 1.0  # real time between tries while the store is away


class Correspondence:
    """keep_days: how long messages stay in the book."""

    def __init__(self, book: MessageBook, now_ms: Callable[[], int], keep_days: float) -> None:
        self._book = book
        self._now_ms = now_ms
        self._keep_days = keep_days

    def send(
        self,
        message: Message,
        do: Callable[[], str],
        *,
        not_listed: Sequence[str] = (),
        refused: Suppressed | None = None,
        typed: TypedLimit | None = None,
        not_before: tuple[int, str] | None = None,
    ) -> int | None:
        """Have `do` send it, unless it may not be, or was sent before. `do` returns the gateway's own id of it, or "".

        not_listed, refused, typed: as of `MessageBook.begin`. not_before: (epoch ms, why) where its time has not come:
        that instant is returned, and nothing is sent. Undelivered as `do` raises it.
        """
        state, why = self._book.begin(
            message,
            self._now_ms(),
            keep_days=self._keep_days,
            not_listed=not_listed,
            refused=refused,
            typed=typed,
        )
        if state is not MessageState.QUEUED:
            log.info("message_not_sent", message_id=message.message_id, state=state.value, why=why)
            return None
        if not_before is not None:
            due, reason = not_before
            self._book.waits(message.message_id, self._now_ms(), reason)
            return due
        try:
            reference = do()
        except Undelivered as failure:
            note = self._book.failed if failure.is_final else self._book.waits
            note(message.message_id, self._now_ms(), failure.told)
            raise
        self._sent(message.message_id, reference)
        return None

    def _sent(self, message_id: str, reference: str) -> None:
        """The book hears of it, however long the store is away: otherwise it would be sent again."""
        while True:
            try:
                return self._book.sent(message_id, self._now_ms(), reference=reference)
            except KnownError as error:
                log.error("store_unreachable", error=str(error))
                gevent.sleep(AWAY_S)


def message_of(delivery: Delivery, *, to: str, segments: int = 0) -> Message:
    """As the book has it."""
    lead = delivery.text("lead_id")
    return Message(
        message_id=delivery.key,
        kind=delivery.kind,
        at=delivery.at,
        to=to,
        campaign_id=delivery.campaign_id,
        lead_id=int(lead) if lead.isdigit() else None,
        attempt_id=delivery.attempt_id,
        rule=delivery.text(RULE),
        message=delivery.text("message"),
        language=delivery.text("language"),
        text=delivery.text("text"),
        segments=segments,
    )
