"""What keeps a call from our script is told in one line, with what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.doctor.dialplan import Dialplan, Route
from orchestrator.doctor.hello import Folder, Hello, NoHello
from orchestrator.doctor.ready import dialplan_fault, hello_fault

WELL = Hello(release="0123456789ab", root="/srv/prozvon", callflow="callflow_0123456789ab")


def _fault(hello: Hello | NoHello, root: str | None = "/srv/prozvon", *, by_url: bool = False) -> str | None:
    return hello_fault(hello, root=root, prompts_by_url=by_url)


def test_nothing_keeps_calls_from_a_switch_that_is_well() -> None:
    assert _fault(WELL) is None
    fine = Folder(is_readable=True, is_writable=True)
    assert _fault(replace(WELL, cdr=fine, prompts=fine, programs=fine)) is None


@pytest.mark.parametrize(
    ("hello", "said"),
    [
        (NoHello(has_python=False, said=""), "has no mod_python3: install it"),
        (NoHello(has_python=True, said=""), "do not answer on the switch: run `prozvon deploy`; if it stays"),
        (NoHello(has_python=True, said="-ERR no reply"), "do not answer on the switch: run `prozvon deploy`"),
        (NoHello(has_python=True, said="ho"), "the switch (it says 'ho'): run `prozvon deploy`"),
        (replace(WELL, fault="no x"), r"release 0123456789ab on the switch is broken (no x): run"),
        (
            replace(WELL, root="/old"),
            "scripts from /old, and prozvon.yaml says root /srv/prozvon: put `root:`",
        ),
        (replace(WELL, cdr=Folder(path="/c", is_writable=False)), "cannot write CDRs to /c: give the folder"),
        (
            replace(WELL, prompts=Folder(path="/p", is_readable=False)),
            "cannot read /p: let the user it runs as",
        ),
        (
            replace(WELL, programs=Folder(is_readable=False)),
            "cannot read /srv/prozvon/programs: let the user",
        ),
    ],
)
def test_each_hello_that_is_not_well_is_told_in_one_line(hello: Hello | NoHello, said: str) -> None:
    fault = _fault(hello)
    assert fault is not None
    assert said in fault
    assert "\n" not in fault


def test_the_user_is_named_where_it_may_not() -> None:
    named = replace(WELL, user="fs", cdr=Folder(path="/c", is_writable=False))
    assert "the user it runs as (fs)" in str(_fault(named))


def test_the_root_of_another_machine_is_not_compared() -> None:
    assert _fault(replace(WELL, root="/old"), None) is None


def test_a_switch_that_gets_prompts_by_url_needs_no_folder_of_them() -> None:
    unreadable = Folder(is_readable=False)
    assert _fault(replace(WELL, prompts=unreadable), by_url=True) is None
    assert _fault(replace(WELL, programs=unreadable), by_url=True) is not None


@pytest.mark.parametrize(
    ("route", "said"),
    [
        (Route.MISSING, "our dialplan is not on the switch: run `prozvon deploy`"),
        (Route.OTHER, "the extension 'theirs' of the context prozvon takes our calls: give"),
        (Route.UNREADABLE, "the switch does not show its dialplan: run `prozvon deploy`"),
    ],
)
def test_a_dialplan_that_leads_elsewhere_is_told(route: Route, said: str) -> None:
    assert said in str(dialplan_fault(Dialplan(route=route, by="theirs")))


@pytest.mark.parametrize("route", [Route.OURS, Route.IN_DOUBT])
def test_what_may_be_well_does_not_stop_calls(route: Route) -> None:
    assert dialplan_fault(Dialplan(route=route, by="theirs")) is None
