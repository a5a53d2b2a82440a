"""The part of `prozvon.yaml` about recorded calls that came in."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from orchestrator.runtime.switch_settings import Strict


class Calls(Strict):
    """`calls:`: how long the record of calls that came in is kept."""

    keep_days: Annotated[int, Field(ge=3, le=3650)] = 400  # three: a call may be recorded two days late
