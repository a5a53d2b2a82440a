"""The ear and the desk on a real FreeSWITCH: what it lets through, and that an answer arrives whole."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterator

import gevent
import pytest

from orchestrator.esl.connection import Connection
from orchestrator.outside.service import Services
from orchestrator.outside.spec import ServiceSpec
from orchestrator.runtime.inbound.desk import Desk
from orchestrator.runtime.inbound.ear import Ear
from orchestrator.runtime.project import Project, open_project
from orchestrator.runtime.switches.line import Line
from tests.conformance.real_switch import find_binary
from tests.deploy.real_switch import PASSWORD, PASSWORD_ENV, RealSwitch
from tests.esl.peer import wait_until
from tests.outside.http_service import answer, http_service
from tests.runtime.inbound.questions import asking

pytestmark = pytest.mark.freeswitch

CARD = json.dumps({f"f{n}": "ю" * 256 for n in range(100)}).encode()
FETCH = {"method": "get", "service": "crm", "path": "orders", "timeout": 5, "tries": 1}


@pytest.fixture(scope="module")
def switch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealSwitch]:
    binary = find_binary()
    if binary is None:
        pytest.skip("no FreeSWITCH: put it on PATH, or its prefix into PROZVON_FREESWITCH")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PASSWORD_ENV, PASSWORD)
        made = RealSwitch(binary, tmp_path_factory.mktemp("real") / "p")
        yield made
        made.stop()


@pytest.fixture
def project(switch: RealSwitch) -> Iterator[Project]:
    with open_project(switch.folder) as opened:
        yield opened


class Calls:
    """Calls to a loopback channel that waits; what they ask is asked by them, as the script does."""

    def __init__(self, switch: RealSwitch) -> None:
        self._switch = switch
        self.connection = Connection("127.0.0.1", switch.settings.switches["main"].port, PASSWORD)
        self.connection.connect()

    def begin(self, call: str, *, is_inbound: bool = True) -> None:
        variables = f"origination_uuid={call},prozvon_scenario=shop_line"
        if is_inbound:
            variables += ",prozvon_inbound=true"
        said = self.connection.api(f"originate {{{variables}}}loopback/waits/callees &park()", 20.0)
        assert said.startswith("+OK"), said

    def ask(self, call: str, number: int, what: str, **body: object) -> None:
        text = asking(number, what, **body)["Prozvon-Ask"]
        data = f"Event-Name=CUSTOM,Event-Subclass=prozvon::ask,Prozvon-Ask={text}"
        headers = [("call-command", "execute"), ("execute-app-name", "event"), ("execute-app-arg", data)]
        self.connection.command(f"sendmsg {call}", headers)

    def answer(self, call: str, number: int) -> dict[str, object]:
        said = ""

        def has_come() -> bool:
            nonlocal said
            said = self.connection.api(f"uuid_getvar {call} prozvon_answer_{number}").strip()
            return said != "_undef_"

        wait_until(has_come, f"question {number} is answered")
        found = json.loads(urlsafe_b64decode(said + "=" * (-len(said) % 4)))
        assert isinstance(found, dict)
        return found

    def end(self, call: str) -> None:
        self.connection.api(f"uuid_kill {call}")


def test_calls_ask_and_are_answered_and_leave_the_line_when_they_end(
    switch: RealSwitch, project: Project
) -> None:
    line = Line(
        "main",
        switch.settings.switches["main"],
        settings=switch.settings,
        worker_id="w1",
        on_event=lambda _: None,
        on_up=lambda _: None,
        on_down=lambda *_: None,
    )
    ended: list[object] = []
    line.start()
    with http_service(answer(CARD)) as service:
        services = Services({"crm": ServiceSpec(name="crm", url=service.url, is_private=True)})
        desk = Desk(project, {"main": line}, services=services)
        ear = Ear(
            switch.settings.switches,
            asked=[desk.asked],
            bridged=[desk.bridged],
            ended=[lambda _, event: ended.append(event.get("Unique-ID")), desk.ended],
        )
        desk.start()
        ear.start()
        try:
            wait_until(lambda: line.is_up and ear.hears("main"), "both are connected", 20.0)
            _talk(switch, project)
            wait_until(lambda: "inbound-1" in ended, "the end is heard")
            gevent.sleep(0.1)  # an end that must not be heard would be here by now
            assert "callback-1" not in ended
        finally:
            ear.stop()
            desk.stop()
            line.stop()


def _talk(switch: RealSwitch, project: Project) -> None:
    calls = Calls(switch)
    calls.begin("inbound-1")
    calls.begin("callback-1", is_inbound=False)
    calls.ask("inbound-1", 1, "fetch", **{**FETCH, "fields": [f"f{n}" for n in range(100)]})
    found = calls.answer("inbound-1", 1)
    assert found["ok"] is True
    assert isinstance(found["fields"], dict)
    assert set(found["fields"].values()) == {"ю" * 256}
    calls.ask("inbound-1", 2, "queue_join", queue="sales")
    assert calls.answer("inbound-1", 2)["position"] == 1
    calls.ask("callback-1", 1, "queue_join", queue="sales")
    assert calls.answer("callback-1", 1)["position"] == 2
    calls.end("inbound-1")
    wait_until(lambda: len(project.store.waiting_room.waiting()) == 1, "who hung up left the line")
    calls.ask("callback-1", 2, "queue_wait", queue="sales")
    assert calls.answer("callback-1", 2)["position"] == 1
    calls.end("callback-1")
    calls.connection.close()
