"""How the board of live figures looks on a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from orchestrator.cli.view import utc_instant
from orchestrator.domain.agent import AgentState
from orchestrator.engine.floor.orders import Figure
from orchestrator.runtime.operators.board import AgentRow, Board, CampaignRow, QueueRow

STYLES = {
    AgentState.AVAILABLE: "green",
    AgentState.RESERVED: "cyan",
    AgentState.RINGING: "cyan",
    AgentState.TALKING: "bold",
    AgentState.WRAP_UP: "yellow",
    AgentState.BREAK: "magenta",
    AgentState.OFFLINE: "dim",
}
NOTHING = "-"


def board_table(board: Board) -> RenderableType:
    """All of it: queues, campaigns, agents."""
    return Group(*_parts(board))


def _parts(board: Board) -> Iterator[RenderableType]:
    yield Text.assemble(
        ("prozvon top", "bold"),
        (f"  {utc_instant(board.at)}" if board.at else "", "dim"),
        f"  led by {board.leader}" if board.leader else "",
    )
    warning = warning_of(board)
    if warning:
        yield Text(warning, style="bold red")
    if board.queues:
        yield _queues(board)
    if board.campaigns:
        yield _campaigns(board)
        yield from filter(None, map(_by_hour, board.campaigns))
    if board.agents:
        yield _agents(board)


def warning_of(board: Board) -> str:
    """What makes the figures worth less; "" for nothing."""
    if not board.at:
        return "there are no figures yet: a worker that leads writes them each second (`prozvon run`)"
    if board.is_stale:
        seen = utc_instant(board.at)
        return f"nobody has renewed these figures since {seen}: no worker leads (`prozvon run` starts one)"
    return ""


def _queues(board: Board) -> Table:
    table = _table("queue", "waiting>", "longest>", "estimate>", "free>", "at work>", "talking>")
    has_dialed = any(row.today[Figure.DIALED_ANSWERED] for row in board.queues)
    for column in (
        *(("dialed", "connected") if has_dialed else ()),
        "offered",
        "answered",
        "in time",
        "lost",
    ):
        table.add_column(column, justify="right")
    for column in ("wait", "handling"):
        table.add_column(column, justify="right")
    for row in board.queues:
        table.add_row(*_queue(row, board.at, has_dialed=has_dialed))
    return table


def _queue(row: QueueRow, at: int, *, has_dialed: bool) -> Iterator[Text]:
    """Customers whom a campaign dialed for it are counted apart from callers."""
    longest = None if row.longest_since is None else at - row.longest_since
    is_late = longest is not None and row.service_level_s > 0 and longest > row.service_level_s * 1000
    yield Text(row.queue_id)
    waiting = f"{row.waiting} + {row.ghosts}" if row.ghosts else str(row.waiting)
    yield Text(waiting, style="bold" if row.waiting else "")
    yield Text(duration(longest), style="bold red" if is_late else "")
    yield Text(duration(None if row.estimate_s is None else row.estimate_s * 1000))
    yield Text(str(row.free), style="" if row.free or not row.waiting else "bold red")
    yield Text(str(row.working))
    yield Text(str(row.talking))
    if has_dialed:
        yield Text(str(row.today[Figure.DIALED_ANSWERED]))
        yield Text(str(row.today[Figure.CONNECTED]))
    yield Text(str(row.today[Figure.OFFERED]))
    yield Text(str(row.today[Figure.ANSWERED]))
    yield Text(_percent(row.today.service_level))
    yield Text(_percent(row.today.lost))
    for mean in (row.today.mean_wait_s, row.today.mean_handling_s):
        yield Text(duration(None if mean is None else round(mean * 1000)))


def _campaigns(board: Board) -> Table:
    table = _table(
        "campaign", "pacing", "ringing>", "answer rate>", "dial ratio>", "abandoned 60 min>", "day>"
    )
    for column in ("connected", "dialed"):
        table.add_column(column, justify="right")
    table.add_column("now", ratio=1)
    for row in board.campaigns:
        table.add_row(*_campaign(row))
    return table


def _campaign(row: CampaignRow) -> Iterator[Text]:
    yield Text(row.campaign_id)
    yield Text(row.mode)
    yield Text(str(row.ringing))
    yield Text(_percent(row.answer_rate))
    yield Text(NOTHING if row.dial_ratio is None else f"{row.dial_ratio:.2f}")
    for share in (row.abandonment_60m, row.abandonment_day):
        is_over = share is not None and row.cap is not None and share > row.cap
        yield Text(_percent(share), style="bold red" if is_over else "")
    yield Text(str(row.today[Figure.CONNECTED]))
    yield Text(str(row.today[Figure.PLACED]))
    yield Text(row.why)


def _by_hour(row: CampaignRow) -> Text | None:
    rates = sorted(row.answer_rates.items(), key=lambda each: (len(each[0]), each[0]))
    if not rates:
        return None
    said = "  ".join(f"{hour}:00 {rate:.0%}" for hour, rate in rates)
    return Text(f"answers by hour, {row.campaign_id}: {said}", style="dim")


def _agents(board: Board) -> Table:
    table = _table("agent", "state", "for>", "with", "queue", "calls>", "talk>", "occupancy>")
    table.add_column("then", ratio=1)
    order = {state.value: place for place, state in enumerate(STYLES)}
    for row in sorted(board.agents, key=lambda each: (order.get(each.state, len(order)), each.agent_id)):
        table.add_row(*_agent(row, board.at))
    return table


def _agent(row: AgentRow, at: int) -> Iterator[Text]:
    style = STYLES.get(AgentState(row.state), "") if row.state in set(AgentState) else ""
    yield Text(f"{row.agent_id} ({row.title})" if row.title not in ("", row.agent_id) else row.agent_id)
    yield Text(f"{row.state} ({row.reason})" if row.reason else row.state, style=style)
    yield Text(duration(None if row.since is None else at - row.since))
    yield Text(row.number or NOTHING)
    yield Text(row.queue_id or NOTHING)
    yield Text(str(row.calls_today))
    yield Text(duration(row.talk_ms_today))
    yield Text(_percent(row.occupancy))
    leg = "" if not row.is_standing else "standing by" if row.is_leg_ready else "leg is down"
    yield Text(", ".join(part for part in (row.next_state, leg) if part))


def _table(*columns: str) -> Table:
    """A column whose name ends with `>` is numbers."""
    table = Table(box=None, header_style="bold", padding=(0, 1), pad_edge=False, collapse_padding=True)
    for column in columns:
        table.add_column(
            column.removesuffix(">"), justify="right" if column.endswith(">") else "left", no_wrap=True
        )
    return table


def duration(ms: int | None) -> str:
    """`1:05`, `2:00:07`; a dash when it is not known."""
    if ms is None:
        return NOTHING
    minutes, seconds = divmod(max(0, ms) // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _percent(share: float | None) -> str:
    return NOTHING if share is None else f"{share:.1%}"
