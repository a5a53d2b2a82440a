"""A project with one switch, prepared by the product itself: what is proved is the configuration that is shipped."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from orchestrator.deploy.release import Release, build_release
from orchestrator.runtime.inbound.serving import serve
from orchestrator.runtime.settings import Settings, load_settings
from orchestrator.runtime.switches.deploying import Deployer
from orchestrator.runtime.switches.site import site_of
from orchestrator.runtime.switches.switch_init import init_switch
from tests.conformance.inbound_scenarios import write_scenarios
from tests.conformance.numbers import AT_ONCE
from tests.conformance.programs import write_programs

PASSWORD: Final = "test-esl-pass"
SPS: Final = 100
MAX_SESSIONS: Final = 100
UNRUNNABLE: Final = (
    "unrunnable"  # context of the engineers' own, whose extension names a script that is not there
)

_UNRUNNABLE_XML: Final = """\
<context name="unrunnable">
  <extension name="robocall">
    <condition field="destination_number" expression="^robocall$">
      <action application="python" data="no_such_script"/>
      <action application="set" data="prozvon_flow=error"/>
      <action application="hangup"/>
    </condition>
  </extension>
</context>
"""


JOINS: Final = "+74950000020"  # waits to be told which leg to join
JOINS_WITH_CALLBACK: Final = "+74950000021"
JOINS_CARELESSLY: Final = "+74950000022"  # whatever the leg does
JOINS_TAPED: Final = "+74950000023"
JOINS_WITH_MUSIC: Final = "+74950000024"
SCRIPT: Final = Path(__file__).with_name("conformance_join.py")
TAPE: Final = "talks.wav"  # below the root


def _joins_xml(root: Path) -> str:
    """Extensions of the engineers' own; what comes after the script says that the extension went on."""
    arguments = {
        JOINS: "",
        JOINS_WITH_CALLBACK: "callback",
        JOINS_CARELESSLY: "careless",
        JOINS_TAPED: f"record {root / TAPE}",
        JOINS_WITH_MUSIC: "behind tone_stream://%(1000,0,440);loops=-1",
    }
    return (
        "<include>\n"
        + "".join(
            f"""<extension name="joins"><condition field="destination_number" expression="^\\{number}$">
      <action application="python" data="conformance_join {words}"/>
      <action application="set" data="went_on=yes"/>
      <action application="hangup"/>
    </condition></extension>\n"""
            for number, words in arguments.items()
        )
        + "</include>\n"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """On 127.0.0.1. `callees` is where they listen, `nobody` where nobody does."""

    event_socket: int
    sip: int
    callees: int
    nobody: int
    rtp_first: int
    http: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    folder: Path
    settings: Settings

    @property
    def root(self) -> Path:
        return self.settings.switches["main"].root

    @property
    def cdr_dir(self) -> Path:
        return self.settings.switches["main"].cdr_folder

    @property
    def www(self) -> Path:
        """What is served to the switch by HTTP."""
        return self.folder / "www"

    @property
    def port(self) -> int:
        return self.settings.switches["main"].port

    @property
    def sip_port(self) -> int:
        return self.settings.switches["main"].profiles["out"].port

    def release(self) -> Release:
        """What is in force."""
        inbound = serve(self.settings).inbound(self.settings, "main")
        return build_release(site_of(self.settings, "main"), inbound=inbound)


def make_project(folder: Path, ports: Ports) -> Project:
    """A project below `folder`, and the root of its switch as `prozvon switch init` makes it."""
    folder.mkdir(parents=True)
    (folder / "password").write_text(PASSWORD)
    (folder / "password").chmod(0o600)
    trunk: dict[str, Any] = {"profile": "out", "username": "robot", "ping_s": 0}
    switch = {
        "port": ports.event_socket,
        "password_file": str(folder / "password"),
        "root": str(folder / "root"),
        "sps": SPS,
        "max_sessions": MAX_SESSIONS,
        "rtp_ports": f"{ports.rtp_first}-{ports.rtp_first + 198}",
        "prompts_url": f"http://127.0.0.1:{ports.http}/",
        "profiles": {"out": {"ip": "127.0.0.1", "port": ports.sip, "codecs": "PCMA"}},
        "gateways": {
            "main": trunk | {"proxy": f"127.0.0.1:{ports.callees}", "inbound": "127.0.0.1/32"},
            "loop": trunk | {"proxy": f"127.0.0.1:{ports.sip}"},  # a line to this switch itself
            "dead": trunk | {"proxy": f"127.0.0.1:{ports.nobody}"},  # and the switch does not know
            "down": trunk | {"proxy": f"127.0.0.1:{ports.nobody}", "ping_s": 5},  # and it gets to know
        },
    }
    whole = {
        "project": "conformance",
        "speech": {"engine": "switch"},
        "services": {"crm": {"url": f"http://127.0.0.1:{ports.http}/", "private": True}},
        "switches": {"main": switch},
    }
    (folder / "prozvon.yaml").write_text(json.dumps(whole), "utf-8")  # JSON is YAML too
    (folder / "agents.yaml").write_text(f"agents: {{anna: {{dial: {AT_ONCE}}}}}\n", "utf-8")
    settings = load_settings(folder)
    write_scenarios(settings.scenarios)
    init_switch(settings, "main", now_ms)
    project = Project(folder=folder, settings=settings)
    Deployer(settings, "main", now_ms, serve(settings)).deploy(is_offline=True)
    (project.root / "conf" / "local" / "dialplan" / "unrunnable.xml").write_text(_UNRUNNABLE_XML, "utf-8")
    (project.root / "conf" / "local" / "inbound" / "joins.xml").write_text(_joins_xml(project.root), "utf-8")
    project.www.mkdir()
    write_programs(project.root, project.www)
    return project


def now_ms() -> int:
    return int(time.time() * 1000)
