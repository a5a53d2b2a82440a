"""What workers measure: each says its sums with its heartbeats, and the sum over all there ever were is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestrator.store.db import Db


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """sums: meter -> sum since the process `holder` began: whole numbers that only grow. Said twice they count once."""

    holder: str = ""
    sums: Mapping[str, int] = field(default_factory=dict)


class MeterBook:
    """A door of the store. Sums are written with `Store.heartbeat`."""

    def __init__(self, db: Db) -> None:
        self._db = db

    def read(self) -> dict[str, int]:
        """Meter -> sum, which never falls: also not when workers end or die."""
        found = self._db.read(lambda client: client.hgetall(self._db.key("meters")))
        return {name.decode(): int(value) for name, value in sorted(found.items())}
