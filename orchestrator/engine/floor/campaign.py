"""A predictive campaign while the floor works with it, and its calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestrator.domain.plan import PacingPlan
from orchestrator.engine.pacing.pacer import Pacer

if TYPE_CHECKING:
    from orchestrator.engine.floor.line import Line


class Attempt:
    """A call under way. agent_id: whom it is for, "" for whoever is free. is_over: nobody waits for its answer:
    it was answered, or cancelled, or a machine took it.
    """

    __slots__ = ("agent_id", "campaign_id", "is_over", "placed_at")

    def __init__(self, campaign_id: str, agent_id: str, placed_at: int) -> None:
        self.campaign_id = campaign_id
        self.agent_id = agent_id
        self.placed_at = placed_at
        self.is_over = False


class Campaign:
    """ringing: its attempts that nobody has answered yet. ordered: calls of `Place` that nothing was heard of
    yet, the last ordered at ordered_at. again_at: no calls before. ask_at: the pacer wants to be asked by then.
    """

    __slots__ = (
        "again_at", "ask_at", "campaign_id", "is_running", "leads_left", "line", "ordered", "ordered_at", "pacer",
        "plan", "reserved_left", "ringing", "weight", "why",
    )  # fmt: skip

    def __init__(self, campaign_id: str, line: Line, plan: PacingPlan, pacer: Pacer) -> None:
        self.campaign_id, self.line, self.plan, self.pacer = campaign_id, line, plan, pacer
        self.is_running = True
        self.leads_left: int | None = None
        self.reserved_left = self.ordered = self.ordered_at = self.again_at = self.ask_at = 0
        self.weight = 1.0
        self.why = ""
        self.ringing: dict[str, Attempt] = {}
