"""Small lists, and how they are read, for the tests of contacts."""

from __future__ import annotations

from collections.abc import Iterable

from orchestrator.contacts import Accepted, Refused, read_contacts
from orchestrator.contacts.reader import Format
from orchestrator.domain.plan import Column, ZoneRule, ZoneSource
from orchestrator.domain.problem import Problem

MOSCOW = ZoneRule(source=ZoneSource.FIXED, name="Europe/Moscow")
OF_CONTACT = ZoneRule(source=ZoneSource.CONTACT)

PARCEL = (
    Column(name="name", type="text"),
    Column(name="order", type="digits"),
    Column(name="due", type="date"),
    Column(name="days_overdue", type="number"),
    Column(name="language", type="language", required=False),
)
NAME = (Column(name="name", type="text"),)
NONE: tuple[Column, ...] = ()


class List:
    """A list read to its end."""

    def __init__(
        self,
        content: str | bytes | Iterable[bytes],
        *,
        columns: tuple[Column, ...] = NAME,
        languages: tuple[str, ...] = ("ru", "en"),
        rule: ZoneRule = MOSCOW,
        form: Format = "auto",
    ) -> None:
        if isinstance(content, str):
            content = content.encode()
        self.remarks: list[Problem] = []
        self.rows = list(
            read_contacts(
                [content] if isinstance(content, bytes) else content,
                columns=columns,
                languages=languages,
                region="RU",
                zone_rule=rule,
                name="list.csv",
                format=form,
                remark=self.remarks.append,
            )
        )

    @property
    def accepted(self) -> list[Accepted]:
        return [row for row in self.rows if isinstance(row, Accepted)]

    @property
    def refused(self) -> list[Refused]:
        return [row for row in self.rows if isinstance(row, Refused)]

    @property
    def names(self) -> list[str]:
        return [row.contact.fields["name"] for row in self.accepted]

    @property
    def faults(self) -> list[tuple[int, str, str]]:
        """(line, column, code) of each refused row."""
        return [(row.line, row.column, row.code.value) for row in self.refused]

    @property
    def said(self) -> list[str]:
        return [str(remark) for remark in self.remarks]
