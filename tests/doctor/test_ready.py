"""What keeps a call from our script is told in one line, with what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.doctor.dialplan import LOCATE_DIALPLAN
from orchestrator.doctor.facts import SwitchFacts, WantedGateway
from orchestrator.doctor.hello import HELLO
from orchestrator.doctor.questions import gateway_status
from orchestrator.doctor.ready import dialplan_fault, gateways_fault, scripts_fault
from tests.doctor.facts import MAIN, OURS, WELL, replied, said_hello, wanting


def test_nothing_keeps_calls_from_a_switch_that_is_well() -> None:
    assert scripts_fault(WELL) is None
    assert dialplan_fault(WELL) is None


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (replied(HELLO, "-ERR python Command not found!\n"), "mod_python3 is not loaded: install it"),
        (
            replied(HELLO, "-ERR no reply\n"),
            "our scripts do not answer: run `prozvon deploy`; if it stays so",
        ),
        (replied(HELLO, "ho"), "our scripts do not answer (ho): run `prozvon deploy`"),
        (
            said_hello(callflow_fault="no x"),
            "callflow_0123456789ab cannot be loaded: no x: run `prozvon deploy`",
        ),
        (said_hello(root="/old"), "runs scripts from /old, and `root:` is /srv/prozvon: put `root:` right"),
        (
            said_hello(cdr={"folder": "/c", "is_writable": False}),
            "cannot write as freeswitch to /c: give the",
        ),
        (said_hello(prompts={"is_readable": False}), "the switch cannot read /srv/prozvon/prompts: let the"),
        (
            said_hello(programs={"folder": "/p", "is_readable": False}),
            "the switch cannot read /p: let the user",
        ),
    ],
)
def test_each_thing_that_keeps_calls_from_our_script_is_told(facts: SwitchFacts, said: str) -> None:
    fault = scripts_fault(facts)
    assert fault is not None
    assert said in fault
    assert "\n" not in fault


@pytest.mark.parametrize(
    "facts",
    [
        said_hello(release="ffffffffffff"),
        said_hello(user="root", path=["/elsewhere"]),
        said_hello(cdr={"folder": "/c", "is_writable": True, "free_mb": 200}),
        wanting(is_here=False, root="/link"),
        wanting(release=None, release_fault="a broken template"),
    ],
)
def test_what_does_no_harm_to_a_call_does_not_stop_it(facts: SwitchFacts) -> None:
    assert scripts_fault(facts) is None


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("can't find anything\n", "our dialplan is not on the switch: run `prozvon deploy`"),
        (
            OURS.replace("prozvon_robocall", "other"),
            "the extension 'robocall' of the context prozvon takes our",
        ),
        ("", "the switch does not show its dialplan: run `prozvon deploy`"),
    ],
)
def test_a_dialplan_that_leads_elsewhere_is_told(reply: str, said: str) -> None:
    assert said in str(dialplan_fault(replied(LOCATE_DIALPLAN, reply)))


def test_an_extension_that_may_take_calls_does_not_stop_them() -> None:
    other = (
        '<extension name="vip"><condition field="ani" expression="7"/></extension><extension name="robocall">'
    )
    assert (
        dialplan_fault(replied(LOCATE_DIALPLAN, OURS.replace('<extension name="robocall">', other))) is None
    )


NO_GATEWAY = "Invalid Gateway!\n"
OTHER = WantedGateway(name="other", dial="sofia/gateway/other/{number}", cps=1, channels=1)
DIRECT = WantedGateway(name="direct", dial="sofia/prozvon/{number}@192.0.2.1", cps=1, channels=1)


def _with(*gateways: WantedGateway, **replies: str) -> SwitchFacts:
    said = {gateway_status(name): reply for name, reply in replies.items()}
    return replace(wanting(gateways=gateways), replies={**WELL.replies, **said})


def test_a_switch_that_knows_none_of_the_gateways_cannot_call() -> None:
    said = gateways_fault(_with(MAIN, OTHER, main=NO_GATEWAY, other=NO_GATEWAY))
    assert said is not None
    assert said.startswith("gateway main: the switch knows no gateway 'main': give it `proxy:`")


@pytest.mark.parametrize(
    "facts",
    [
        _with(),
        _with(MAIN),
        _with(MAIN, OTHER, other=NO_GATEWAY),
        _with(OTHER, DIRECT, other=NO_GATEWAY),
    ],
)
def test_one_way_out_is_enough(facts: SwitchFacts) -> None:
    assert gateways_fault(facts) is None
