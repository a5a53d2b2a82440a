"""Every finding of the catalogue: what was spoilt, and the one finding of it, in part."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from orchestrator.doctor import questions as ask
from orchestrator.doctor.dialplan import LOCATE_DIALPLAN
from orchestrator.doctor.facts import CdrAccess, Door, HereFacts, Process, Reach, Sounds, SwitchFacts
from orchestrator.doctor.hello import HELLO
from orchestrator.doctor.judge_inbound import LOCATE_INBOUND
from tests.doctor.facts import (
    HERE_WELL,
    OURS,
    PROFILE,
    SOFIA,
    WELL,
    replied,
    said_hello,
    settings_xml,
    wanting,
)
from tests.doctor.spoilt import (
    ANY,
    DOUBT,
    LONG,
    URL,
    WORLD_IN,
    acl,
    cdr,
    clock,
    dialing,
    gateway,
    not_taken_in,
    process,
    socket,
    speaking,
    taking_calls,
    taking_calls_said,
    url,
)

CASES: Final[list[tuple[SwitchFacts | HereFacts, str, str]]] = [
    (
        not_taken_in(Reach.AWAY, "cannot connect to 127.0.0.1:8021: refused"),
        "reach.away",
        "cannot connect to 127",
    ),
    (
        not_taken_in(Reach.PASSWORD),
        "reach.password",
        "127.0.0.1:8021 does not take the password: look at `password_env",
    ),
    (
        not_taken_in(Reach.NO_PASSWORD, "it is not set: export X=..."),
        "reach.no_password",
        "it is not set: export X=...",
    ),
    (
        replied(
            ask.PROFILES,
            SOFIA.replace("prozvon\tprofile", "other\tprofile"),
            replied(ask.profile_status("other"), PROFILE),
        ),
        "gateways.idle_profile",
        "the SIP profile prozvon does not run: see its `ip:`",
    ),
    (
        replied(
            "module_exists mod_http_cache",
            "true",
            wanting(prompts_url="http://127.0.0.1:8060/", is_here=False),
        ),
        "speech.url_itself",
        "not to get prompts from http://127.0.0.1:8060/: name this",
    ),
    (not_taken_in(Reach.ACL), "reach.acl", "127.0.0.1:8021 takes no connections from here: add our"),
    (
        not_taken_in(Reach.SILENT, "no greeting\nat all"),
        "reach.silent",
        "as a switch does (no greeting at all): see",
    ),
    (
        replied(ask.VERSION, "1.8.7-release\n"),
        "version.foreign",
        "FreeSWITCH 1.8.7; prozvon is tried with 1.10",
    ),
    (replied(ask.VERSION, "1.11.0-dev\n"), "version.foreign", "FreeSWITCH 1.11.0"),
    (replied(ask.VERSION, f"ho\x1b{LONG}"), "version.unknown", "understood: 'ho xxx"),
    (replied(ask.VERSION, None), "version.unknown", "understood: ''"),
    (
        replied("module_exists mod_sndfile", "false"),
        "modules.missing",
        'install it, put <load module="mod_sndfile"/>',
    ),
    (
        replied(HELLO, "-ERR python Command not found!"),
        "modules.missing",
        "mod_python3 is not loaded: install",
    ),
    (
        replied("module_exists mod_sndfile", "-ERR?"),
        "modules.unknown",
        "not known whether mod_sndfile is loaded",
    ),
    (
        dialing("skinny/x/{number}"),
        "modules.endpoint",
        "gateway main: the switch has no endpoint 'skinny' (dial:",
    ),
    (replied(ask.EXPANSION, "[true]"), "expansion.on", "api-expansion is on: put <param name="),
    (
        replied(ask.EXPANSION, "-ERR no"),
        "expansion.unknown",
        "whether api-expansion is off: '-ERR no': it did not",
    ),
    (
        wanting(has_default_password=True),
        "socket.default_password",
        "127.0.0.1:8021 takes the password ClueCon",
    ),
    (
        socket(password="ClueCon"),
        "socket.default_password_next",
        "event_socket.conf.xml has the password ClueCon",
    ),
    (
        replied(ask.EVENT_SOCKET, settings_xml("event_socket.conf", listen_ip="::1")),
        "socket.default_password_next",
        "has the password",
    ),
    (
        socket(acl=WORLD_IN, listen_ip=ANY, apply_inbound_acl="any_v4.auto"),
        "socket.open",
        "and lets in any address",
    ),
    (
        socket({"10.0.0.5": Door.REFUSED}, listen_ip="127.0.0.1"),
        "socket.stale",
        "accepts on 10.0.0.5 too, not only",
    ),
    (socket({"10.0.0.5": Door.OPEN, "fe80::1": Door.SHUT}), "socket.stale", "not only on 127.0.0.1"),
    (
        replied(ask.EVENT_SOCKET, "can't find anything\n"),
        "socket.unknown",
        "its event_socket.conf.xml does not show",
    ),
    (replied(ask.EVENT_SOCKET, None), "socket.unknown", "its event_socket.conf.xml does not show"),
    (
        socket(listen_ip="10.0.0.5", apply_inbound_acl="a list"),
        "socket.unknown",
        "listens on 10.0.0.5; not known for",
    ),
    (
        socket(acl=acl("lan", "false", "-ERR"), listen_ip="my.host", apply_inbound_acl="lan"),
        "socket.unknown",
        "listens on my.host; not known for whom",
    ),
    (
        replied(ask.PAUSED, "true"),
        "sessions.paused",
        "the switch takes no calls for now (fsctl pause): run `fsctl res",
    ),
    (replied(ask.IDLE_CPU, "+OK min idle cpu: 20.00%\n"), "sessions.idle_cpu", "(+OK min idle cpu: 20.00%)"),
    (replied(ask.SPS, "+OK sessions per second: 5\n"), "sessions.sps", "admits 4: raise `sps:` to 6 and"),
    (replied(ask.SPS, "+OK sessions per second: 0\n"), "sessions.sps", "the switch admits 0: raise"),
    (
        replied(ask.MAX_SESSIONS, "+OK max sessions: 29\n"),
        "sessions.most",
        "takes 29: raise `max_sessions:` to 30 and",
    ),
    (replied(ask.SPS, "-ERR"), "sessions.unknown", "it does not say its sessions"),
    (replied(HELLO, "-ERR no reply\n"), "scripts.none", "our scripts do not answer: run"),
    (replied(HELLO, None), "scripts.none", "our scripts do not answer: run"),
    (replied(HELLO, '{"prozvon": 9}'), "scripts.none", 'our scripts do not answer ({"prozvon": 9}): run'),
    (
        said_hello(callflow_fault="ImportError"),
        "scripts.broken",
        "callflow_0123456789ab cannot be loaded: ImportError",
    ),
    (replace(WELL, torn=("a", "b", "c", "d", "e")), "scripts.torn", "not whole: a, b, c and 2 more: run"),
    (replace(WELL, torn=("a",)), "scripts.torn", "release 0123456789ab is not whole: a: run"),
    (said_hello(root="/old"), "scripts.other_root", "PYTHONPATH=/srv/prozvon/current/scripts"),
    (
        wanting(is_here=False, root="/link"),
        "scripts.other_root_there",
        "from /srv/prozvon, and `root:` is /link",
    ),
    (said_hello(release=""), "scripts.no_release", "the scripts are of no release"),
    (
        said_hello(release="ffffffffffff"),
        "scripts.stale",
        "release ffffffffffff runs there, and 0123456789ab would be",
    ),
    (
        wanting(release=None, release_fault="why"),
        "scripts.unknown",
        "which release belongs there is not known: why",
    ),
    (
        said_hello(path=["/x/releases/0123456789ab/scripts"]),
        "scripts.path",
        "does not look into current/scripts",
    ),
    (said_hello(user="root"), "scripts.root_user", "the switch runs as root: start it as"),
    (
        replied(LOCATE_DIALPLAN, "can't find anything\n"),
        "dialplan.missing",
        "our dialplan is not on the switch",
    ),
    (
        replied(LOCATE_DIALPLAN, OURS.replace("prozvon_robocall", "x")),
        "dialplan.taken",
        "extension 'robocall' of",
    ),
    (
        replied(LOCATE_DIALPLAN, OURS.replace('<extension name="robocall">', DOUBT)),
        "dialplan.in_doubt",
        "'vip' of",
    ),
    (
        replied(LOCATE_INBOUND, "can't find anything\n", taking_calls()),
        "inbound.dialplan",
        "its context prozvon_inbound does not lead to our script",
    ),
    (
        taking_calls(has_inbound=False),
        "inbound.nobody",
        "no gateway says from where calls may come",
    ),
    (
        taking_calls_said(recordings={"folder": "/r", "is_writable": False, "free_mb": 1}),
        "inbound.unwritable",
        "the switch cannot write as freeswitch to /r: give /r to the user",
    ),
    (
        taking_calls_said(inbound={"folder": "/i", "is_writable": False}, user=""),
        "inbound.unwritable",
        "the switch cannot write to /i: give /i to the user",
    ),
    (
        taking_calls_said(recordings={"folder": "/r", "is_writable": True, "free_mb": 99}),
        "inbound.full",
        "99 MB are left at /r: make room",
    ),
    (replied(LOCATE_DIALPLAN, None), "dialplan.unreadable", "the switch does not show its dialplan"),
    (
        said_hello(cdr={"folder": "/c", "is_writable": False}),
        "cdr.unwritable",
        "cannot write as freeswitch to /c",
    ),
    (
        said_hello(cdr={"folder": "/c", "is_writable": False}, user=""),
        "cdr.unwritable",
        "cannot write to /c: give",
    ),
    (said_hello(cdr={"folder": "/c", "free_mb": 99}), "cdr.full", "99 MB are left at /c: make room"),
    (said_hello(cdr={"folder": "/c", "free_mb": 999}), "cdr.space", "999 MB are left at /c: make room"),
    (cdr(log_dir="/elsewhere/"), "cdr.elsewhere", "to /elsewhere, and read from /srv/prozvon/cdr: put"),
    (cdr(log_dir=""), "cdr.elsewhere", "CDRs are written to no folder"),
    (
        replied(ask.JSON_CDR, settings_xml("json_cdr.conf", log_b_leg="no")),
        "cdr.elsewhere",
        "are written to no folder",
    ),
    (cdr(prefix_a_leg="yes"), "cdr.setting", 'is yes: put <param name="prefix-a-leg" value="false"/>'),
    (cdr(rotate="1"), "cdr.setting", "rotate of mod_json_cdr is 1"),
    (cdr(encode_values="no"), "cdr.setting", "encode-values of mod_json_cdr is no"),
    (cdr(url="http://x/", encode="false"), "cdr.setting", "log-http-and-disk of mod_json_cdr is not set"),
    (cdr(log_b_leg="true"), "cdr.b_leg", "log-b-leg of mod_json_cdr is true"),
    (
        replied(ask.JSON_CDR, settings_xml("json_cdr.conf", log_dir="/srv/prozvon/cdr")),
        "cdr.b_leg",
        "is not set: put",
    ),
    (
        cdr(url="http://x/", encode="base64", log_http_and_disk="true"),
        "cdr.encode",
        "encode of mod_json_cdr is base64",
    ),
    (
        replace(WELL, cdr_access=CdrAccess.CLOSED),
        "cdr.unreadable",
        "we cannot read the CDRs in /srv/prozvon/cdr: let",
    ),
    (
        replied(ask.NO_CDR, "-ERR unreadable: PermissionError", wanting(is_here=False)),
        "cdr.unreadable",
        "we cannot read",
    ),
    (replied(ask.JSON_CDR, "<"), "cdr.unknown", "its json_cdr.conf.xml does not show"),
    (
        said_hello(prompts={"is_readable": False}),
        "folders.unreadable",
        "cannot read /srv/prozvon/prompts: let the",
    ),
    (
        said_hello(spoken={"folder": "/s", "is_readable": False}),
        "folders.unreadable",
        "the switch cannot read /s: let",
    ),
    (
        replied(f"{ask.HAS_PROGRAMS} abc", "-ERR missing abc", wanting(programs=("abc",))),
        "folders.program",
        "the program abc is not on the switch: run `prozvon deploy`",
    ),
    (
        said_hello(tmp={"folder": "/t", "is_writable": False}),
        "folders.tmp",
        "the switch cannot write to /t: let",
    ),
    (wanting(gateways=()), "gateways.none", "no gateway in prozvon.yaml: add one"),
    (
        replied(ask.gateway_status("main"), "Invalid Gateway!\n"),
        "gateways.unknown",
        "the switch knows no gateway 'main': give",
    ),
    (dialing("sofia/other/{number}@10.0.0.1"), "gateways.profile", "there is no SIP profile 'other' (dial:"),
    (gateway(Status="DOWN"), "gateways.down", "gateway main is down: see whether"),
    (gateway(State="DOWN"), "gateways.down", "gateway main is down: see whether"),
    (
        gateway(State="FAIL_WAIT", Status="DOWN"),
        "gateways.unregistered",
        "main is not registered (FAIL_WAIT): see",
    ),
    (gateway(State="TRYING"), "gateways.registering", "gateway main is being registered (TRYING)"),
    (
        gateway(PingFreq="0"),
        "gateways.unwatched",
        "gateway main is there; whether it is up nobody asks: `ping_s: 30`",
    ),
    (gateway(State="WHO KNOWS"), "gateways.nonsense", "gateway main: ====="),
    (gateway(Status="SIDEWAYS"), "gateways.nonsense", "run `sofia status gateway main` on the switch"),
    (replied(ask.gateway_status("main"), None), "gateways.nonsense", "gateway main: no answer: run"),
    (clock(2_500), "clock.apart", "its clock is 2.5 s ahead of ours: let"),
    (clock(-60_000), "clock.apart", "its clock is 60.0 s behind ours: let"),
    (replied(ask.OWN_CLOCK, f"{WELL.asked_at_ms - 1500}000"), "clock.own", "its own clock is -1.5 s off"),
    (replied(ask.OWN_CLOCK, "soon", said_hello(now_ms=None)), "clock.unknown", "it does not say its time"),
    (
        replace(WELL, sounds=Sounds(seen=9, wrong=("a", "b", "c", "d"))),
        "sound.format",
        "4 of 9 prompts are not 8 kHz mono 16 bit: a, b, c: rem",
    ),
    (replace(WELL, sounds=None), "sound.unseen", "its prompts were not looked at"),
    (
        replied(ask.profile_status("prozvon"), PROFILE.replace("PCMA,PCMU", "OPUS@48000h,G722")),
        "sound.codec",
        "prozvon offers OPUS@48000h,G722 only",
    ),
    (
        replied(ask.profile_status("prozvon"), "Invalid Profile!"),
        "sound.unknown",
        "the codecs of SIP profile prozvon do not show",
    ),
    (speaking("false"), "speech.no_tts", "mod_tts_commandline is not loaded: load"),
    (speaking("false", engine="flite"), "speech.no_tts", "mod_flite is not loaded"),
    (speaking("true", command=""), "speech.no_tts", "tts_commandline.conf.xml names no command"),
    (
        replied(ask.TTS_SETTINGS, None, speaking("true")),
        "speech.no_tts",
        "tts_commandline.conf.xml names no command",
    ),
    (url("refused", has_workers=True), "speech.url", f"{URL}: refused: put `serve_prompts:`"),
    (url("refused", has_workers=False), "speech.url_unserved", f"{URL} does not answer now"),
    (
        replied("module_exists mod_http_cache", "false", url("", has_workers=True)),
        "modules.missing",
        "mod_http_cache",
    ),
    (process(open_files=439), "process.files", "open 439 files, and 30 calls at once take up to 440"),
    (process(core_bytes=-1), "process.cores", "it writes its memory to disk when it crashes"),
    (process(log_mode=0o750), "process.log", "/srv/prozvon/log (mode 750): chmod 700 /srv/p"),
    (
        process(secrets_mode=0o604),
        "process.secrets",
        "/srv/prozvon/secrets.xml (mode 604): chmod 600 /srv/p",
    ),
    (replace(WELL, process=Process()), "process.unknown", "its process cannot be looked at"),
    (
        replace(HERE_WELL, urls_unserved=("main",)),
        "settings.no_serve",
        "prompts_url is set for main, and serve_prompts",
    ),
    (
        replace(HERE_WELL, store_fault="Redis does not answer"),
        "store.away",
        "Redis does not answer: put right",
    ),
    (replace(HERE_WELL, store_warnings=("no fsync",)), "store.setting", "no fsync: set it as is said"),
    (replace(HERE_WELL, disk_fault="Permission denied"), "disk.full", "/data: Permission denied: make room"),
    (replace(HERE_WELL, free_mb=99), "disk.full", "/data: 99 MB are left: make room"),
    (replace(HERE_WELL, free_mb=999), "disk.space", "/data: 999 MB are left: make room"),
    (
        replace(HERE_WELL, speech_fault="not installed"),
        "speech.engine",
        "espeak-ng: not installed: install it",
    ),
]
