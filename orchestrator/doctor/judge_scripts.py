"""Our part of the switch: scripts, dialplan, CDRs, folders. For its errors `ready_fault` holds calls back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from orchestrator.doctor.dialplan import LOCATE_DIALPLAN, Route, read_dialplan
from orchestrator.doctor.facts import CdrAccess, SwitchFacts
from orchestrator.doctor.findings import Finding, finding, fine, is_sound
from orchestrator.doctor.hello import HELLO, Hello, NoHello, read_hello
from orchestrator.doctor.questions import HAS_PROGRAMS, JSON_CDR, NO_CDR
from orchestrator.doctor.replies import Params, is_true, last, read_bool, read_params

FULL_MB, TIGHT_MB = 100, 1000  # 5 000 and 50 000 CDRs


def hello_of(facts: SwitchFacts) -> Hello | NoHello:
    return read_hello(facts.replies.get(HELLO, ""))


def judge_scripts(facts: SwitchFacts) -> Iterator[Finding]:
    wanted, hello = facts.wanted, hello_of(facts)
    name = wanted.name
    if isinstance(hello, NoHello):
        if not hello.has_python:
            if read_bool(facts.replies.get("module_exists mod_python3")) is not False:  # else told already
                yield finding(name, "modules.missing", "mod_python3 is not loaded", module="mod_python3")
            return
        said = f" ({hello.said})" if hello.said and not hello.said.startswith("-ERR no reply") else ""
        yield finding(name, "scripts.none", f"our scripts do not answer{said}")
        return
    faults = list(_faults(facts, hello))
    yield from faults
    if is_sound(faults):
        which = f"release {hello.release}" if hello.release else "scripts"
        yield fine(name, "scripts", f"{which} in {hello.root}, Python {hello.python or 'of unknown version'}")


def _faults(facts: SwitchFacts, hello: Hello) -> Iterator[Finding]:
    wanted, name = facts.wanted, facts.wanted.name
    if hello.fault:
        yield finding(name, "scripts.broken", f"{hello.callflow} cannot be loaded: {hello.fault}")
    if facts.torn:
        more = f" and {len(facts.torn) - 3} more" if len(facts.torn) > 3 else ""
        found = f"release {hello.release} is not whole: {', '.join(facts.torn[:3])}{more}"
        yield finding(name, "scripts.torn", found)
    if hello.root != wanted.root:
        code = "scripts.other_root" if wanted.is_here else "scripts.other_root_there"
        found = f"the switch runs scripts from {hello.root}, and `root:` is {wanted.root}"
        yield finding(name, code, found, root=wanted.root)
    if not hello.release:
        yield finding(name, "scripts.no_release", "the scripts are of no release")
    elif wanted.release_fault:
        found = f"which release belongs there is not known: {wanted.release_fault}"
        yield finding(name, "scripts.unknown", found)
    elif wanted.release is not None and wanted.release != hello.release:
        found = f"release {hello.release} runs there, and {wanted.release} would be deployed now"
        yield finding(name, "scripts.stale", found)
    if hello.release and hello.path and not any(p.endswith("/current/scripts") for p in hello.path):
        yield finding(name, "scripts.path", "its python does not look into current/scripts", root=wanted.root)
    if hello.user == "root" and not facts.is_simulated:
        yield finding(name, "scripts.root_user", "the switch runs as root")


def judge_dialplan(facts: SwitchFacts) -> Iterator[Finding]:
    name, found = facts.wanted.name, read_dialplan(facts.replies.get(LOCATE_DIALPLAN, ""))
    match found.route:
        case Route.OURS:
            yield fine(name, "dialplan", "originated calls get to our script")
        case Route.MISSING:
            yield finding(name, "dialplan.missing", "our dialplan is not on the switch")
        case Route.OTHER:
            taken = f"the extension {found.by!r} of the context prozvon takes our calls"
            yield finding(name, "dialplan.taken", taken)
        case Route.IN_DOUBT:
            doubt = f"the extension {found.by!r} of the context prozvon may take our calls"
            yield finding(name, "dialplan.in_doubt", doubt)
        case Route.UNREADABLE:
            yield finding(name, "dialplan.unreadable", "the switch does not show its dialplan")
        case _:
            assert_never(found.route)


def judge_cdr(facts: SwitchFacts) -> Iterator[Finding]:
    name, wanted, hello = facts.wanted.name, facts.wanted, hello_of(facts)
    faults: list[Finding] = []
    if isinstance(hello, Hello):
        faults += _folder_faults(name, hello)
    if facts.cdr_access is CdrAccess.CLOSED or facts.replies.get(NO_CDR, "").startswith("-ERR unreadable"):
        faults.append(
            finding(name, "cdr.unreadable", f"we cannot read the CDRs in {wanted.cdr}", folder=wanted.cdr)
        )
    params = read_params(facts.replies.get(JSON_CDR))
    if params is not None:
        faults += _setting_faults(facts, params, hello)
    elif not facts.is_simulated and read_bool(facts.replies.get("module_exists mod_json_cdr")) is not False:
        faults.append(finding(name, "cdr.unknown", "its json_cdr.conf.xml does not show"))
    yield from faults
    if not faults and isinstance(hello, Hello):
        room = f", {hello.cdr.free_mb} MB free" if hello.cdr.free_mb is not None else ""
        yield fine(name, "cdr", f"a CDR of every call in {hello.cdr.path or wanted.cdr}{room}")


def _folder_faults(name: str, hello: Hello) -> Iterator[Finding]:
    user = f" as {hello.user}" if hello.user else ""
    if hello.cdr.is_writable is False:
        yield finding(name, "cdr.unwritable", f"the switch cannot write{user} to {hello.cdr.path}")
    elif hello.cdr.free_mb is not None and hello.cdr.free_mb < TIGHT_MB:
        code = "cdr.full" if hello.cdr.free_mb < FULL_MB else "cdr.space"
        yield finding(name, code, f"{hello.cdr.free_mb} MB are left at {hello.cdr.path}")


def _setting_faults(facts: SwitchFacts, params: Params, hello: Hello | NoHello) -> Iterator[Finding]:
    name = facts.wanted.name
    folder = last(params, "log-dir").rstrip("/")
    # Where it is relative, or empty, it is below the log folder: none that anybody would read from.
    known = {facts.wanted.cdr.rstrip("/")} | ({hello.cdr.path} if isinstance(hello, Hello) else set())
    if folder not in known:
        found = f"CDRs are written to {folder or 'no folder'}, and read from {facts.wanted.cdr}"
        yield finding(name, "cdr.elsewhere", found, folder=facts.wanted.cdr)
    for key, value, is_wrong in (
        ("prefix-a-leg", "false", is_true(last(params, "prefix-a-leg"))),
        ("rotate", "false", is_true(last(params, "rotate"))),
        ("encode-values", "true", not is_true(last(params, "encode-values", "true") or "true")),
        ("log-http-and-disk", "true", _is_posted_only(params)),
    ):
        if is_wrong:
            found = f"{key} of mod_json_cdr is {last(params, key, 'not set')}"
            yield finding(name, "cdr.setting", found, name=key, value=value)
    if is_true(last(params, "log-b-leg", "true")):
        yield finding(
            name, "cdr.b_leg", f"log-b-leg of mod_json_cdr is {last(params, 'log-b-leg', 'not set')}"
        )
    if any(params.get("url", ())) and last(params, "encode", "false") not in ("", "false"):
        yield finding(name, "cdr.encode", f"encode of mod_json_cdr is {last(params, 'encode')}")


def _is_posted_only(params: Params) -> bool:
    return any(params.get("url", ())) and not is_true(last(params, "log-http-and-disk"))


def judge_folders(facts: SwitchFacts) -> Iterator[Finding]:
    name, hello = facts.wanted.name, hello_of(facts)
    if isinstance(hello, NoHello):
        return
    faults = []
    needed = [("programs", hello.programs)]
    if not facts.wanted.prompts_url:
        needed += [("prompts", hello.prompts), ("spoken", hello.spoken)]
    for what, folder in needed:
        if folder.is_readable is False:
            path = folder.path or f"{hello.root}/{what}"
            faults.append(finding(name, "folders.unreadable", f"the switch cannot read {path}"))
    faults += [
        finding(name, "folders.program", f"the program {program} is not on the switch")
        for program in facts.wanted.programs
        if facts.replies.get(f"{HAS_PROGRAMS} {program}", "").startswith("-ERR missing")
    ]
    if hello.tmp.is_writable is False:
        faults.append(finding(name, "folders.tmp", f"the switch cannot write to {hello.tmp.path}"))
    yield from faults
    if not faults:
        yield fine(name, "folders", "the switch can read programs and prompts")
