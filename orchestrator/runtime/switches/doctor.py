"""`prozvon doctor`: asks every switch, looks at this machine, and has the facts judged (orchestrator/doctor)."""

from __future__ import annotations

import shutil
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import gevent

from orchestrator.deploy.release import build_release
from orchestrator.doctor.facts import HereFacts, Process, Reach, SwitchFacts, Wanted
from orchestrator.doctor.findings import Finding
from orchestrator.doctor.hello import Hello
from orchestrator.doctor.judge import judge_here, judge_switch
from orchestrator.doctor.judge_scripts import hello_of
from orchestrator.doctor.questions import LOG_FOLDER
from orchestrator.domain.lead import CampaignState
from orchestrator.domain.problem import KnownError
from orchestrator.runtime.inbound.serving import NOTHING, Served, look
from orchestrator.runtime.settings import Settings
from orchestrator.runtime.settings_parts.speech_settings import Speech
from orchestrator.runtime.switches import looking
from orchestrator.runtime.switches.asking import ask_switch
from orchestrator.runtime.switches.preflight import wanted_of
from orchestrator.runtime.switches.site import site_of, switch_of
from orchestrator.speech.errors import SpeechError
from orchestrator.speech.studio_link import Order, StudioLink
from orchestrator.store import open_store

URL_S = 3.0
ANY_LANGUAGE = "en"  # every engine has it; others are only known by `speech.voices`


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSeen:
    """What the store told; `fault` says why it told nothing."""

    fault: str = ""
    warnings: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()  # of campaigns that call, or may any moment
    has_workers: bool = False


def examine(settings: Settings, names: Iterable[str], now_ms: Callable[[], int]) -> list[Finding]:
    """Every finding about the switches called so (none: all of them), then about this machine.

    now_ms: the machine's own clock. KnownError names a switch that is not in the settings.
    """
    chosen = {name: switch_of(settings, name) for name in names} or settings.switches
    seen = look_at_store(settings)
    served = _look_at_served(settings)
    asked = [gevent.spawn(look_at_switch, settings, name, seen, now_ms, served) for name in chosen]
    gevent.joinall(asked, raise_error=True)
    findings = [item for greenlet in asked for item in judge_switch(greenlet.get())]
    return findings + judge_here(look_here(settings, seen))


def _look_at_served(settings: Settings) -> Served | str:
    """What takes the calls that come in; or why that cannot be told."""
    try:
        return look(settings)
    except KnownError as error:
        return str(error)


def look_at_switch(
    settings: Settings,
    name: str,
    seen: StoreSeen,
    now_ms: Callable[[], int],
    served: Served | str = NOTHING,
) -> SwitchFacts:
    """One switch, asked and looked at. Never raises. `served`: what takes calls that come in, or why nobody knows."""
    switch = settings.switches[name]
    facts = ask_switch(_wanted(settings, name, seen, served), switch, now_ms)
    facts = replace(
        facts, has_workers=seen.has_workers, doors=looking.look_at_doors(switch.host, switch.port)
    )
    if switch.prompts_url:
        facts = replace(facts, url_fault=url_fault(switch.prompts_url))
    if facts.reach is not Reach.IN or not facts.wanted.is_here:
        return facts
    facts = replace(
        facts, cdr_access=looking.look_at_cdrs(switch.cdr_folder), sounds=looking.look_at_sounds(switch.root)
    )
    hello = hello_of(facts)
    if not isinstance(hello, Hello):
        return facts
    if not facts.is_simulated and hello.pid is not None:
        log_folder = Path(facts.replies.get(LOG_FOLDER, "").strip() or switch.root / "log")
        secrets = switch.root / "secrets.xml"
        process = looking.look_at_process(hello.pid, log_folder=log_folder, secrets=secrets)
        facts = replace(facts, process=process or Process())
    return replace(facts, torn=looking.look_at_release(Path(hello.root), hello.release))


def _wanted(settings: Settings, name: str, seen: StoreSeen, served: Served | str) -> Wanted:
    release, fault = None, ""
    switch = settings.switches[name]
    scenarios = () if isinstance(served, str) else served.scenarios
    own = () if isinstance(served, str) else tuple(program.digest for program in served.programs)
    try:
        if isinstance(served, str):
            raise KnownError(served)
        inbound = served.inbound(settings, name)
        release = build_release(site_of(settings, name), inbound=inbound).release_id
    except (KnownError, ValueError) as error:
        fault = str(error)
    return replace(
        wanted_of(name, switch),
        speaks_itself=settings.speech.engine == "switch",
        release=release,
        release_fault=fault,
        programs=tuple(dict.fromkeys((*seen.programs, *own))),
        takes=tuple(number for each in scenarios for number in each.routes),
        has_inbound=any(gateway.inbound for gateway in switch.gateways.values()),
        has_real_clock=settings.clock == "real",
    )


def look_at_store(settings: Settings) -> StoreSeen:
    """Never raises: what is wrong with the store is a finding."""
    try:
        opened = open_store(
            settings.store, folder=settings.data, project=settings.project, fsync=settings.fsync
        )
        with closing(opened) as store:
            may_call = (CampaignState.RUNNING, CampaignState.PAUSED)
            programs = {item.program for item in store.campaigns() if item.state in may_call}
            return StoreSeen(
                warnings=store.warnings, programs=tuple(sorted(programs)), has_workers=bool(store.workers())
            )
    except KnownError as error:
        return StoreSeen(fault=str(error))


def look_here(settings: Settings, seen: StoreSeen) -> HereFacts:
    """This machine."""
    free_mb, disk_fault = _room(settings.data)
    speaks_here = settings.speech.engine != "switch"
    return HereFacts(
        store_fault=seen.fault,
        store_warnings=seen.warnings,
        data=str(settings.data),
        disk_fault=disk_fault,
        free_mb=free_mb,
        speech_engine=settings.speech.engine,
        speech_fault=speech_fault(settings.speech) if speaks_here else None,
        urls_unserved=tuple(
            name
            for name, switch in settings.switches.items()
            if switch.prompts_url and settings.serve_prompts is None
        ),
    )


def _room(folder: Path) -> tuple[int | None, str]:
    """Free megabytes; and why nothing can be written there, "" when it can."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".doctor"
        probe.write_bytes(b"x")
        probe.unlink()
        return shutil.disk_usage(folder).free // 1_000_000, ""
    except OSError as error:
        return None, error.strerror or str(error)


def speech_fault(speech: Speech) -> str:
    """Why texts cannot be turned into sound here; "" when a short one was, in every language that has a voice."""
    link = StudioLink(speech.spec())
    try:
        with tempfile.TemporaryDirectory(prefix="prozvon-doctor-") as folder:
            for language in sorted(speech.voices) or [ANY_LANGUAGE]:
                link.make(Order(text="1", language=language, out=Path(folder) / "probe.wav"))
    except SpeechError as error:
        return str(error)
    finally:
        link.close()
    return ""


def url_fault(url: str) -> str:
    """Why nothing answers there; "" when something does, whatever it thinks of the address."""
    try:
        with urllib.request.urlopen(url, timeout=URL_S):  # noqa: S310  # http(s), the settings see to it
            return ""
    except urllib.error.HTTPError as error:
        error.close()
        return ""
    except OSError as error:
        return str(getattr(error, "reason", error))
