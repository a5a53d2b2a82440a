"""The doctor at simulated switches and at this machine: what it asks for, and that nothing stops it."""

from __future__ import annotations

import struct
import threading
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from orchestrator.doctor.facts import CdrAccess
from orchestrator.doctor.findings import Finding, Verdict
from orchestrator.doctor.judge import judge_switch
from orchestrator.domain.lead import CampaignState
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.launch import start
from orchestrator.runtime.project import Project
from orchestrator.runtime.settings import Settings
from orchestrator.runtime.settings_parts.speech_settings import Speech
from orchestrator.runtime.settings_parts.switch_settings import Gateway, Switch
from orchestrator.runtime.switches.doctor import (
    StoreSeen,
    examine,
    look_at_store,
    look_at_switch,
    look_here,
    speech_fault,
    url_fault,
)
from orchestrator.runtime.switches.simulated_root import make_root
from orchestrator.simulator.clock import RealClock
from orchestrator.simulator.population_file import load_population
from orchestrator.simulator.switch import SimulatedSwitch
from tests.ports import free_port
from tests.runtime.factories import contacts, loaded

NOW_MS = RealClock().now_ms
PASSWORD = "s3cret-of-the-switch"


@pytest.fixture
def settings(short_tmp: Path) -> Settings:
    """Two switches, `main` and `away`, of which nothing listens."""
    secret = short_tmp / "secret"
    secret.touch(mode=0o600)
    secret.write_text(PASSWORD, "utf-8")
    switches = {
        name: Switch(
            port=free_port(), root=short_tmp / name, password_file=secret, gateways={"main": Gateway(cps=20)}
        )
        for name in ("main", "away")
    }
    return Settings(data=short_tmp / "data", switches=switches, clock="real")


@pytest.fixture
def simulated(settings: Settings) -> Iterator[SimulatedSwitch]:
    """Stands in for `main`, with its release in force."""
    main = settings.switches["main"]
    make_root(settings, "main", NOW_MS)
    switch = SimulatedSwitch(
        root=main.root,
        port=main.port,
        population=load_population("everyday"),
        seed=1,
        clock=RealClock(),
        password=PASSWORD,
    )
    switch.start()
    yield switch
    switch.stop()


def _wrong(settings: Settings) -> dict[str, Finding]:
    facts = look_at_switch(settings, "main", StoreSeen(), NOW_MS)
    return {item.code: item for item in judge_switch(facts) if item.level is not Verdict.OK}


def _changed(settings: Settings, **values: object) -> Settings:
    main = settings.switches["main"].model_copy(update=values)
    return settings.model_copy(update={"switches": {**settings.switches, "main": main}})


def test_a_simulated_switch_with_its_release_is_well(settings: Settings, simulated: SimulatedSwitch) -> None:
    assert {item.level for item in _wrong(settings).values()} <= {Verdict.NOTE}


def test_what_is_wrong_with_a_simulated_switch_is_found(
    settings: Settings, simulated: SimulatedSwitch
) -> None:
    root = settings.switches["main"].root
    assert "scripts.stale" in _wrong(_changed(settings, sps=77))
    assert "sessions.sps" in _wrong(_changed(settings, gateways={"main": Gateway(cps=100)}))
    assert "gateways.unknown" in _wrong(_changed(settings, gateways={"nosuch": Gateway()}))
    assert "reach.password" in _wrong(_changed(settings, password_file=None))
    (root / "cdr").rename(root / "away")
    assert {"cdr.unwritable", "cdr.unreadable"} <= _wrong(settings).keys()
    (root / "away").rename(root / "cdr")
    (root / "current" / "scripts" / "prozvon_switch.py").unlink()
    assert "scripts.none" in _wrong(settings)


def test_half_a_release_is_found(settings: Settings, simulated: SimulatedSwitch) -> None:
    scripts = settings.switches["main"].root / "current" / "scripts"
    for path in scripts.glob("callflow_*/*.py"):
        path.unlink()
    assert {"scripts.broken", "scripts.torn"} <= _wrong(settings).keys()


def test_all_switches_are_examined_and_then_this_machine(
    settings: Settings, simulated: SimulatedSwitch
) -> None:
    found = examine(settings, [], NOW_MS)
    assert list(dict.fromkeys(item.where for item in found)) == ["main", "away", ""]
    assert [item.code for item in found if item.where == "away"] == ["reach.away"]
    assert {item.where for item in examine(settings, ["away"], NOW_MS)} == {"away", ""}
    with pytest.raises(KnownError, match=r"no switch 'x' in prozvon\.yaml \(there are: main, away\)"):
        examine(settings, ["x"], NOW_MS)


def test_of_a_switch_elsewhere_no_folder_here_is_looked_at(
    settings: Settings, simulated: SimulatedSwitch
) -> None:
    facts = look_at_switch(_changed(settings, ssh="fs@there"), "main", StoreSeen(), NOW_MS)
    assert (facts.cdr_access, facts.sounds, facts.process, facts.torn) == (None, None, None, None)
    here = look_at_switch(settings, "main", StoreSeen(), NOW_MS)
    assert here.cdr_access is CdrAccess.FINE
    assert here.torn == ()
    assert here.process is None  # it is no FreeSWITCH


def test_a_release_that_cannot_be_made_is_told(settings: Settings, simulated: SimulatedSwitch) -> None:
    broken = _changed(settings, rtp_ports="9000-8000")
    assert "is no range of ports" in _wrong(broken)["scripts.unknown"].found


# The store and this machine


def test_programs_of_campaigns_that_may_call_are_looked_for(project: Project) -> None:
    campaign, _ = loaded(project, contacts(1))
    assert look_at_store(project.settings) == StoreSeen()
    start(project, campaign)
    assert look_at_store(project.settings) == StoreSeen(programs=(campaign.program,))
    among = frozenset({CampaignState.RUNNING})
    project.store.set_state(campaign.campaign_id, CampaignState.STOPPED, among=among, now=0)
    assert look_at_store(project.settings) == StoreSeen()


def test_a_worker_that_lives_is_seen(project: Project) -> None:
    project.store.heartbeat("w1", 15_000, {})
    assert look_at_store(project.settings).has_workers


def test_a_program_that_is_not_on_the_switch_is_found(settings: Settings, simulated: SimulatedSwitch) -> None:
    facts = look_at_switch(settings, "main", StoreSeen(programs=("0" * 32,)), NOW_MS)
    assert "folders.program" in [item.code for item in judge_switch(facts)]


def test_a_store_that_is_away_is_a_finding(settings: Settings) -> None:
    away = settings.model_copy(update={"store": f"redis://127.0.0.1:{free_port()}/0"})
    found = {item.code: item for item in examine(away, ["away"], NOW_MS)}
    assert found["store.away"].level is Verdict.ERROR
    assert "\n" not in found["store.away"].found


def test_the_data_folder_is_written_to(settings: Settings) -> None:
    facts = look_here(settings, StoreSeen())
    assert facts.disk_fault == ""
    assert facts.free_mb is not None
    assert not (settings.data / ".doctor").exists()
    settings.data.rmdir()
    settings.data.touch()
    assert look_here(settings, StoreSeen()).disk_fault == "File exists"


def test_switches_with_prompts_by_url_need_somebody_who_serves_them(settings: Settings) -> None:
    by_url = _changed(settings, prompts_url="http://127.0.0.1:9/")
    assert look_here(by_url, StoreSeen()).urls_unserved == ("main",)
    served = by_url.model_copy(update={"serve_prompts": "127.0.0.1:9"})
    assert look_here(served, StoreSeen()).urls_unserved == ()


def test_what_does_not_answer_at_a_url_is_told(settings: Settings) -> None:
    port = free_port()
    assert "refused" in url_fault(f"http://127.0.0.1:{port}/")
    by_url = _changed(settings, prompts_url=f"http://127.0.0.1:{port}/")
    assert "refused" in str(look_at_switch(by_url, "main", StoreSeen(), NOW_MS).url_fault)


@contextmanager
def _web(status: int) -> Iterator[str]:
    """A web server in a thread, as this process waits without gevent; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Not to the terminal."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        thread.join()
        server.server_close()


@pytest.mark.parametrize("status", [200, 404, 500])
def test_whatever_answers_at_a_url_is_there(status: int) -> None:
    with _web(status) as url:
        assert url_fault(url) == ""


def test_an_engine_that_is_not_there_is_told(settings: Settings) -> None:
    speech = Speech(engine="command", command="no-such-engine-anywhere {out}")
    facts = look_here(settings.model_copy(update={"speech": speech}), StoreSeen())
    assert facts.speech_engine == "command"
    assert "no-such-engine-anywhere" in str(facts.speech_fault)
    by_switch = settings.model_copy(update={"speech": Speech(engine="switch")})
    assert look_here(by_switch, StoreSeen()).speech_fault is None


def test_an_engine_is_made_to_speak_in_every_language_with_a_voice(tmp_path: Path) -> None:
    tone = tmp_path / "tone.wav"
    with wave.open(str(tone), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"".join(struct.pack("<h", n * 997 % 16_000 - 8000) for n in range(4000)))
    voices = {"en": "tone", "ru": "gone"}
    command = f"cp {tmp_path}/{{voice}}.wav {{out}}"
    assert speech_fault(Speech(engine="command", command=command, voices={"en": "tone"})) == ""
    assert "gone" in speech_fault(Speech(engine="command", command=command, voices=voices))
