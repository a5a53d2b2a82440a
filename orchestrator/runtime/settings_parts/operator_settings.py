"""The part of `prozvon.yaml` about queues with agents: who of the workers runs them, how long their history is kept."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from orchestrator.runtime.settings_parts.switch_settings import Strict


class OperatorsPart(Strict):
    """`operators:`."""

    lease_s: Annotated[float, Field(ge=1, le=60)] = 5.0  # a leader silent for so long is followed by another
    keep_days: Annotated[int, Field(ge=1, le=3650)] = 400
