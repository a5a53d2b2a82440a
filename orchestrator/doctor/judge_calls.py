"""What calls go out by and are heard with: gateways, clock, sound, speech, and the switch's process on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from orchestrator.doctor.facts import SwitchFacts, WantedGateway
from orchestrator.doctor.findings import Finding, finding, fine, one_line
from orchestrator.doctor.hello import Hello
from orchestrator.doctor.judge_scripts import hello_of
from orchestrator.doctor.questions import (
    MAX_SESSIONS,
    OWN_CLOCK,
    PROFILES,
    TTS_DEFAULT,
    TTS_SETTINGS,
    endpoint_of,
    gateway_status,
    profile_status,
    sofia_gateway,
    sofia_profile,
    tts_engine,
)
from orchestrator.doctor.replies import (
    UNKNOWN_GATEWAY,
    is_loopback,
    last,
    read_bool,
    read_fields,
    read_gateway,
    read_integer,
    read_number,
    read_params,
    read_profiles,
)

APART_MS = 2_000  # what a busy machine and a slow answer explain is less
OWN_APART_MS = 1_000
# Measured: 5 while a prompt is played, 6 when the call is recorded too, and 26 of a switch without calls
FILES_PER_CALL, FILES_BESIDES = 8, 200
EVERY_TRUNK = ("PCMA", "PCMU")
_FAILED = frozenset({"UNREGED", "FAILED", "FAIL_WAIT", "EXPIRED", "TIMEOUT", "UNREGISTER"})
_UNDER_WAY = frozenset({"TRYING", "REGISTER"})


def judge_gateways(facts: SwitchFacts) -> Iterator[Finding]:
    wanted = facts.wanted
    if not wanted.gateways:
        yield finding(wanted.name, "gateways.none", "no gateway in prozvon.yaml")
    profiles = read_profiles(facts.replies.get(PROFILES))
    idle = {gateway.profile for gateway in wanted.gateways if gateway.profile} - set(profiles or ())
    if profiles is None:
        idle = set()
    for name in sorted(idle):
        found = f"the SIP profile {name} does not run"
        yield finding(wanted.name, "gateways.idle_profile", found, profile=name)
    for gateway in wanted.gateways:
        if gateway.profile in idle:
            continue
        profile = sofia_profile(gateway)
        if (said := gateway_finding(facts, gateway)) is not None:
            yield said
        elif profile is not None and profiles is not None and profile not in profiles:
            found = f"gateway {gateway.name}: there is no SIP profile {profile!r} (dial: {gateway.dial})"
            yield finding(wanted.name, "gateways.profile", found)
        else:
            yield fine(wanted.name, "gateways", f"gateway {gateway.name} goes by {gateway.dial}")


def gateway_finding(facts: SwitchFacts, gateway: WantedGateway) -> Finding | None:
    """What the switch says of a gateway; None when the dial string goes by none."""
    known = sofia_gateway(gateway)
    if known is None:
        return None
    name, what = facts.wanted.name, f"gateway {gateway.name}"
    reply = facts.replies.get(gateway_status(known), "")
    if UNKNOWN_GATEWAY in reply:
        return finding(name, "gateways.unknown", f"{what}: the switch knows no gateway {known!r}")
    status = read_gateway(reply)
    if status is None:
        said = f"{what}: {one_line(reply) or 'no answer'}"
        return finding(name, "gateways.nonsense", said, gateway=known)
    if status.state in _FAILED:
        return finding(name, "gateways.unregistered", f"{what} is not registered ({status.state})")
    if not status.is_up or status.state == "DOWN":
        return finding(name, "gateways.down", f"{what} is down")
    if status.state in _UNDER_WAY:
        return finding(name, "gateways.registering", f"{what} is being registered ({status.state})")
    if status.state == "NOREG" and not status.is_pinged:
        return finding(name, "gateways.unwatched", f"{what} is there; whether it is up nobody asks")
    how = (
        "registered" if status.state == "REGED" else "it answers" if status.has_answered else "not asked yet"
    )
    return fine(name, "gateways", f"{what} is up ({how})")


def judge_clock(facts: SwitchFacts) -> Iterator[Finding]:
    """On a simulated clock nothing is compared: the scripts' clock is the machine's."""
    name, hello = facts.wanted.name, hello_of(facts)
    if not facts.wanted.has_real_clock:
        return
    own_us = read_integer(facts.replies.get(OWN_CLOCK))
    own_ms = None if own_us is None else own_us // 1000
    there_ms = hello.now_ms if isinstance(hello, Hello) else None
    told_ms = own_ms if there_ms is None else there_ms
    if told_ms is None:
        if not facts.is_simulated:
            yield finding(name, "clock.unknown", "it does not say its time")
        return
    apart_ms = told_ms - facts.asked_at_ms
    if abs(apart_ms) > APART_MS:
        way = "ahead of" if apart_ms > 0 else "behind"
        yield finding(name, "clock.apart", f"its clock is {abs(apart_ms) / 1000:.1f} s {way} ours")
    else:
        yield fine(name, "clock", f"its clock is {abs(apart_ms) / 1000:.1f} s off ours")
    if own_ms is not None and there_ms is not None and abs(own_ms - there_ms) > OWN_APART_MS:
        off_s = (own_ms - there_ms) / 1000
        yield finding(name, "clock.own", f"its own clock is {off_s:+.1f} s off its machine's")


def judge_sound(facts: SwitchFacts) -> Iterator[Finding]:
    name, faults = facts.wanted.name, []
    if facts.sounds is not None and facts.sounds.wrong:
        wrong = facts.sounds.wrong
        found = (
            f"{len(wrong)} of {facts.sounds.seen} prompts are not 8 kHz mono 16 bit: {', '.join(wrong[:3])}"
        )
        faults.append(finding(name, "sound.format", found))
    if facts.sounds is None:
        faults.append(finding(name, "sound.unseen", "its prompts were not looked at"))
    profiles = read_profiles(facts.replies.get(PROFILES)) or ()
    for profile in profiles:
        codecs = read_fields(facts.replies.get(profile_status(profile), "")).get("CODECS OUT", "")
        names = {codec.split("@")[0].strip().upper() for codec in codecs.split(",")} - {""}
        if names and not names & set(EVERY_TRUNK):
            faults.append(finding(name, "sound.codec", f"SIP profile {profile} offers {codecs} only"))
        elif not names and not facts.is_simulated:
            faults.append(finding(name, "sound.unknown", f"the codecs of SIP profile {profile} do not show"))
    yield from faults
    if not faults and facts.sounds is not None:
        at = f"; {', '.join(profiles)} at 8 kHz" if profiles else ""
        yield fine(name, "sound", f"{facts.sounds.seen} prompts at 8 kHz mono 16 bit{at}")


def judge_speech(facts: SwitchFacts) -> Iterator[Finding]:
    wanted, name = facts.wanted, facts.wanted.name
    if wanted.speaks_itself:
        engine = tts_engine(facts.replies)
        loaded = read_bool(facts.replies.get(f"module_exists mod_{engine}"))
        if loaded is False:
            yield finding(name, "speech.no_tts", f"mod_{engine} is not loaded")
        elif engine == TTS_DEFAULT and not _has_command(facts) and not facts.is_simulated:
            yield finding(name, "speech.no_tts", "tts_commandline.conf.xml names no command")
        elif loaded:
            yield fine(name, "speech", f"the switch speaks by mod_{engine}")
    if not wanted.is_here and is_loopback(urlsplit(wanted.prompts_url).hostname or ""):
        yield finding(
            name, "speech.url_itself", f"the switch is not to get prompts from {wanted.prompts_url}"
        )
    elif wanted.prompts_url and facts.url_fault is not None:
        if not facts.url_fault:
            yield fine(name, "speech", f"{wanted.prompts_url} answers")
        elif facts.has_workers:
            yield finding(name, "speech.url", f"{wanted.prompts_url}: {facts.url_fault}")
        else:
            yield finding(name, "speech.url_unserved", f"{wanted.prompts_url} does not answer now")


def _has_command(facts: SwitchFacts) -> bool:
    params = read_params(facts.replies.get(TTS_SETTINGS))
    return params is not None and bool(last(params, "command"))


def judge_process(facts: SwitchFacts) -> Iterator[Finding]:
    """Of a switch on this machine; of another nothing is said, as nothing was looked at."""
    name, seen = facts.wanted.name, facts.process
    if seen is None:
        return
    faults = []
    most = read_number(facts.replies.get(MAX_SESSIONS))
    legs = 2 if any(endpoint_of(gateway) == "loopback" for gateway in facts.wanted.gateways) else 1
    wanted = sum(gateway.channels * legs for gateway in facts.wanted.gateways)
    calls = wanted if most is None else min(most, wanted or most)
    needed = calls * FILES_PER_CALL + FILES_BESIDES
    if seen.open_files is not None and 0 <= seen.open_files < needed:
        found = f"it may open {seen.open_files} files, and {calls} calls at once take up to {needed}"
        faults.append(finding(name, "process.files", found, needed=needed))
    if seen.core_bytes:
        faults.append(finding(name, "process.cores", "it writes its memory to disk when it crashes"))
    if seen.log_mode is not None and seen.log_mode & 0o077:
        found = f"others can look into {seen.log_folder} (mode {seen.log_mode:o})"
        faults.append(finding(name, "process.log", found, folder=seen.log_folder))
    if seen.secrets_mode is not None and seen.secrets_mode & 0o077:
        found = f"others can read {seen.secrets_file} (mode {seen.secrets_mode:o})"
        faults.append(finding(name, "process.secrets", found, file=seen.secrets_file))
    if seen.open_files is None and seen.core_bytes is None:
        faults.append(finding(name, "process.unknown", "its process cannot be looked at from here"))
    yield from faults
    if not faults:
        files = "any number of" if seen.open_files == -1 else seen.open_files
        yield fine(name, "process", f"it may open {files} files, leaves no core dumps, and keeps its secrets")
