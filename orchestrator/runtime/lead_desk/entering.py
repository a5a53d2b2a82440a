"""Rows into a campaign that exists: cleaned as lists are, stored by the batch, told one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from orchestrator.domain.entry import Entered
from orchestrator.domain.problem import Problem
from orchestrator.runtime.launch import Source
from orchestrator.runtime.project import Project


def enter(
    project: Project, campaign_id: str, rows: Iterable[Mapping[str, object]], *, again: bool = False
) -> Iterator[Entered]:
    """What became of each row, in order; it is stored before it is told. Rows are taken by 500 at most.

    A row is an object as a line of JSONL: texts, JSON figures (int, float, Decimal) or None by column name. `again`:
    also rows that another campaign of the scenario has had, or whose lead here is done. KnownError: no such campaign;
    it takes no (more) contacts. Sending rows again that were stored adds nothing twice.
    """
    raise NotImplementedError


def enter_list(
    project: Project,
    campaign_id: str,
    source: Source,
    *,
    again: bool = False,
    remark: Callable[[Problem], None] = lambda _: None,
) -> Iterator[Entered]:
    """As `enter`, of a list in bytes, CSV or JSONL; `Entered.row` is the line. remark: told what concerns the list as a
    whole. ListError: nothing of it can be read.
    """
    raise NotImplementedError
