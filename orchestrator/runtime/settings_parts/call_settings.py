"""The parts of `prozvon.yaml` about calls that come in: which scenarios take them, how long they are remembered."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from orchestrator.runtime.settings_parts.switch_settings import Strict

ALL, NONE = "all", "none"
_NAME = re.compile(r"[a-z0-9][a-z0-9_]{0,63}\Z")


def _scenarios(value: str) -> str:
    names = [item.strip() for item in value.split(",")]
    if not all(_NAME.match(name) for name in names):
        raise ValueError(
            "all, none, or names of scenarios with commas between them, such as shop_line,office"
        )
    return ",".join(dict.fromkeys(names))


class Inbound(Strict):
    """`inbound:`: which scenarios take the calls that come in."""

    scenarios: Annotated[str, AfterValidator(_scenarios)] = ALL

    def names(self) -> tuple[str, ...] | None:
        """The scenarios named; None: every one of `kind: ivr`."""
        if self.scenarios == ALL:
            return None
        return () if self.scenarios == NONE else tuple(self.scenarios.split(","))


class Calls(Strict):
    """`calls:`: how long the record of calls that came in is kept."""

    keep_days: Annotated[int, Field(ge=3, le=3650)] = 400  # three: a call may be recorded two days late
