"""What stands on the switch is not lost: calls there are too many of to keep, markers that cannot be read."""

from __future__ import annotations

import pytest

from orchestrator.domain.inbound import CallbackFate, CallEnd
from orchestrator.runtime.cdr import NoCdr
from orchestrator.runtime.inbound.recorder import Recorder
from orchestrator.runtime.project import Project
from tests.runtime.inbound.lines import BEGAN, Switch, event, taking_calls, until, variables
from tests.runtime.inbound.test_recorder import only, recorder, until_recorded, until_swept


def test_more_than_can_be_kept_is_read_up_from_the_switch(project: Project) -> None:
    taking_calls(project)
    switch = Switch()
    made = Recorder(project, {"main": switch}, most_waiting=2)
    for index in range(5):
        switch.began_call(f"c{index}", caller=index + 1, at=BEGAN + index)
        switch.cdrs[f"c{index}"] = variables(f"c{index}", caller=index + 1, at=BEGAN + index)
        made.ended("main", event(f"c{index}", caller=index + 1, at=BEGAN + index))
    assert len(made._waiting) == 2
    made.start()
    try:
        until_recorded(project, 2)
        made.came_up("main")
        until_recorded(project, 4)
        until(lambda: len(switch.began) == 1, "the markers of those recorded are gone")
        made.came_up("main")
        until_recorded(project, 5)
    finally:
        made.stop()


def test_a_marker_that_cannot_be_read_is_recorded_by_its_cdr_and_else_is_no_call(project: Project) -> None:
    taking_calls(project)
    switch = Switch()
    for call_id in ("c1", "c2"):
        switch.began[call_id] = {"id": call_id, "at": BEGAN / 1000}
    switch.cdrs["c1"] = dict(variables("c1"))
    with recorder(project, switch) as made:
        made.came_up("main")
        until(lambda: not switch.began, "both markers go")
    row = only(project)
    assert (row.call.call_id, row.call.scenario, row.fate) == ("c1", "shop_line", CallbackFate.ADDED)


@pytest.mark.parametrize("unread", [NoCdr.BROKEN, NoCdr.UNKNOWN])
def test_a_cdr_that_cannot_be_read_proves_nothing_for_a_while(project: Project, unread: NoCdr) -> None:
    """What the caller has left is in it, and a person may mend the rights of a folder."""
    taking_calls(project)
    switch = Switch()
    switch.began_call()
    switch.cdrs["c1"] = unread
    with recorder(project, switch) as made:
        made.came_up("main")
        until_swept(switch)
        until(lambda: made.is_busy, "it is known that something is missing")
        switch.cdrs["c1"] = dict(variables("c1"))
        made.came_up("main")
        until_recorded(project)
    assert only(project).call.end is CallEnd.QUEUE


@pytest.mark.parametrize("unread", [NoCdr.BROKEN, NoCdr.UNKNOWN])
def test_a_cdr_that_is_never_read_is_given_up(project: Project, unread: NoCdr) -> None:
    taking_calls(project)
    switch = Switch()
    switch.began_call()
    switch.cdrs["c1"] = unread
    made = Recorder(project, {"main": switch}, unread_after_s=0.0)
    made.start()
    try:
        made.came_up("main")
        until_recorded(project)
    finally:
        made.stop()
    assert only(project).call.end is CallEnd.LOST
