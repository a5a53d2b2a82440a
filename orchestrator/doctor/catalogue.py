"""Everything `prozvon doctor` can find, what it means and what to do. docs/doctor.md is made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Level(StrEnum):
    """An error keeps calls from being made, heard or recorded, or lets strangers in; `doctor` then exits with 1."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`todo` is filled in with values of the finding; in docs/doctor.md it stands as it is here."""

    level: Level
    means: str
    todo: str


# Check -> what is looked at, in the order of the report.
CHECKS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "reach": "whether the event socket takes us in",
        "version": "which FreeSWITCH it is",
        "modules": "whether the modules and endpoints that our calls need are loaded",
        "expansion": "whether `${api(...)}` is expanded in what a call brings along",
        "socket": "who else may command the switch",
        "sessions": "whether it takes as many calls as the gateways are allowed",
        "scripts": "which release of our scripts runs there, from where, and whether it is whole",
        "dialplan": "whether originated calls get to our script",
        "inbound": "whether calls that come in get to our script",
        "cdr": "whether each call leaves a record, where it is, and whether we can read it",
        "folders": "whether the switch can read what calls need",
        "gateways": "whether the gateways are known and up",
        "clock": "how far its clock is from ours",
        "sound": "whether prompts and codecs are at 8 kHz",
        "speech": "whether texts can be turned into sound, and the switch gets it",
        "process": "limits and secrets of a switch on this machine",
        "settings": "what prozvon.yaml itself leaves out",
        "store": "whether the store can be reached and is set well",
        "disk": "space in the data folder",
    }
)

DEPLOY: Final = "run `prozvon deploy`"
UNKNOWN: Final = "it did not answer, or not in a way that is known here: look yourself"

_E, _W, _N = Level.ERROR, Level.WARNING, Level.NOTE


def _entry(level: Level, means: str, todo: str) -> Entry:
    return Entry(level=level, means=means, todo=todo)


CATALOGUE: Final[Mapping[str, Entry]] = MappingProxyType(
    {
        "reach.away": _entry(
            _E,
            "nothing answers at `host` and `port`",
            "start the switch, or put `host:` and `port:` right in prozvon.yaml "
            "(`prozvon switch simulate` is one for trying out)",
        ),
        "reach.password": _entry(
            _E,
            "the event socket does not take our password",
            "look at `password_env:` or `password_file:` in prozvon.yaml",
        ),
        "reach.no_password": _entry(
            _E, "our own password is nowhere, or its file is open to others", "put it there, then ask again"
        ),
        "reach.acl": _entry(
            _E,
            "the event socket takes no connections from our address",
            "add our address to `allow:` and deploy, or see apply-inbound-acl in its event_socket.conf.xml",
        ),
        "reach.silent": _entry(
            _E,
            "it takes connections, and then does not answer as a FreeSWITCH does",
            "see whether a FreeSWITCH has that port, and whether it still works (its log, `fs_cli -x status`)",
        ),
        "version.foreign": _entry(
            _W,
            "another version than the one all was tried with",
            "use FreeSWITCH 1.10, or try every scenario on it before you call anybody",
        ),
        "version.unknown": _entry(_W, "it does not say its version as FreeSWITCH does", UNKNOWN),
        "modules.missing": _entry(
            _E,
            "a module that our calls need is not loaded",
            'install it, put <load module="{module}"/> into its modules.conf.xml and run `load {module}` on the switch',
        ),
        "modules.endpoint": _entry(
            _E,
            "a gateway's dial string begins with an endpoint that the switch does not have",
            "put `dial:` of the gateway right, or load the endpoint's module",
        ),
        "modules.unknown": _entry(_N, "it does not say whether a module is loaded", UNKNOWN),
        "expansion.on": _entry(
            _E,
            "whatever names `${system(...)}` in a value of a call runs it on the switch",
            'put <param name="api-expansion" value="false"/> into its switch.conf.xml, '
            "and run `fsctl api_expansion off` on the switch for now",
        ),
        "expansion.unknown": _entry(_W, "it does not say whether API calls are expanded", UNKNOWN),
        "socket.default_password": _entry(
            _E,
            "the event socket has FreeSWITCH's default password, which everybody knows: who can reach it "
            "runs commands on the machine",
            "choose another: `password_env:` or `password_file:` in prozvon.yaml, then `prozvon deploy` "
            "(on a switch of your own: password in event_socket.conf.xml)",
        ),
        "socket.default_password_next": _entry(
            _W,
            "its configuration holds the default password again, which counts when the module is loaded anew",
            "put the password that is in force into event_socket.conf.xml",
        ),
        "socket.open": _entry(
            _E,
            "the event socket listens on addresses of the network, and its lists of addresses let anybody in",
            "put listen-ip to 127.0.0.1, or apply-inbound-acl to a list of your machines "
            "(`listen:` and `allow:` in prozvon.yaml), deploy, and `reload mod_event_socket`",
        ),
        "socket.stale": _entry(
            _W,
            "the event socket accepts on an address that its configuration does not name (any more)",
            "run `reload mod_event_socket` on the switch while no call is up, or start it anew",
        ),
        "socket.unknown": _entry(_N, "its configuration of the event socket cannot be read", UNKNOWN),
        "sessions.paused": _entry(
            _E,
            "the switch was told to take no calls; every call is turned down",
            "run `fsctl resume` on the switch",
        ),
        "sessions.sps": _entry(
            _W,
            "the gateways together may start more calls per second than the switch admits "
            "(one less than sessions-per-second; a call over loopback counts twice)",
            "raise `sps:` to {needed} and deploy (`fsctl sps {needed}` on the switch for now), "
            "or lower `cps:` of the gateways",
        ),
        "sessions.most": _entry(
            _W,
            "the gateways together may hold more calls than the switch takes",
            "raise `max_sessions:` to {needed} and deploy (`fsctl max_sessions {needed}` on the switch for now), "
            "or lower `channels:` of the gateways",
        ),
        "sessions.idle_cpu": _entry(
            _N,
            "the switch turns calls down while its processor is busy",
            "`fsctl min_idle_cpu 0` on the switch, unless it is meant so",
        ),
        "sessions.unknown": _entry(_N, "it does not say how many sessions it takes", UNKNOWN),
        "scripts.none": _entry(
            _E,
            "our scripts do not answer: they are not there, half copied or broken",
            f"{DEPLOY}; if it stays so, the switch's log says why",
        ),
        "scripts.broken": _entry(_E, "a part of the release cannot be loaded", DEPLOY),
        "scripts.torn": _entry(_E, "files of the release are missing or changed", DEPLOY),
        "scripts.other_root": _entry(
            _E,
            "the switch runs our scripts from another folder than `root:`, where programs and prompts are put",
            "put `root:` right, or deploy and start the switch with PYTHONPATH={root}/current/scripts",
        ),
        "scripts.other_root_there": _entry(
            _W,
            "on another machine the scripts name a folder that is not `root:`; a link may explain it",
            "put `root:` to the folder itself, or start the switch with PYTHONPATH={root}/current/scripts",
        ),
        "scripts.no_release": _entry(
            _W, "the scripts do not come from a release, so nobody knows their version", DEPLOY
        ),
        "scripts.stale": _entry(
            _W,
            "another release runs there than this prozvon and these settings make",
            "see `prozvon deploy --diff`, then run `prozvon deploy`",
        ),
        "scripts.unknown": _entry(
            _N, "which release belongs there cannot be told", "put right what is said, then ask again"
        ),
        "scripts.path": _entry(
            _W,
            "the switch's python does not look into ROOT/current/scripts, so a deploy changes nothing there",
            "start the switch with PYTHONPATH={root}/current/scripts",
        ),
        "scripts.root_user": _entry(
            _W,
            "the switch runs as root: whoever gets into it has the machine",
            "start it as a user of its own (`freeswitch -u USER -g GROUP`), and name that user in `owner:`",
        ),
        "dialplan.missing": _entry(_E, "no extension takes our calls", DEPLOY),
        "dialplan.taken": _entry(
            _E,
            "an extension of somebody else's takes our calls: whoever answers hears what it plays",
            "give that extension a context of another name than prozvon",
        ),
        "dialplan.in_doubt": _entry(
            _W,
            "an extension before ours takes our calls under conditions that only a call can tell",
            "give that extension a context of another name than prozvon",
        ),
        "dialplan.unreadable": _entry(_E, "it does not show its dialplan", DEPLOY),
        "inbound.dialplan": _entry(_E, "calls that come in are not taken by any scenario", DEPLOY),
        "inbound.nobody": _entry(
            _W,
            "every call that comes in is refused, for no carrier is let in",
            "`inbound: true` (or networks) for a gateway in prozvon.yaml; nothing, if a profile of yours lets them in",
        ),
        "inbound.unwritable": _entry(
            _E,
            "calls that come in leave neither recordings nor the mark by which a lost one is found",
            "give {folder} to the user that the switch runs as",
        ),
        "inbound.full": _entry(
            _E, "the disk of the recordings is as good as full", "make room: a minute takes 1 MB"
        ),
        "cdr.unwritable": _entry(
            _E,
            "the switch cannot write CDRs: after a crash nobody could tell who was called",
            "give the folder to the user that the switch runs as",
        ),
        "cdr.full": _entry(
            _E, "the disk of the CDRs is as good as full", "make room: a CDR takes about 20 KB"
        ),
        "cdr.space": _entry(
            _W, "the disk of the CDRs fills up", "make room, or remove old CDRs: one takes about 20 KB"
        ),
        "cdr.elsewhere": _entry(
            _E,
            "mod_json_cdr writes to another folder than we read",
            "put log-dir in its json_cdr.conf.xml to {folder} (`prozvon deploy` does), or `cdr:` in prozvon.yaml right",
        ),
        "cdr.setting": _entry(
            _E,
            "a setting of mod_json_cdr hides, renames or alters the records we look for",
            'put <param name="{name}" value="{value}"/> into its json_cdr.conf.xml (`prozvon deploy` does) '
            "and run `reload mod_json_cdr` on the switch",
        ),
        "cdr.b_leg": _entry(
            _W,
            "legs that others' dialplans add leave records too, which nobody reads or removes",
            'put <param name="log-b-leg" value="false"/> into its json_cdr.conf.xml (`prozvon deploy` does)',
        ),
        "cdr.encode": _entry(
            _N,
            "records posted by HTTP are encoded; the files that we read are not",
            'put <param name="encode" value="false"/> into its json_cdr.conf.xml, if the receiver is ours',
        ),
        "cdr.unreadable": _entry(
            _E,
            "we cannot read CDRs: calls whose end we did not hear would be held as lost",
            "let the user of the workers read {folder}, or name the switch's machine in `ssh:`",
        ),
        "cdr.unknown": _entry(_N, "its configuration of mod_json_cdr cannot be read", UNKNOWN),
        "folders.unreadable": _entry(
            _E,
            "the switch cannot read what calls need: whoever answers would hear nothing",
            "let the user that the switch runs as read it, or run `prozvon deploy`",
        ),
        "folders.program": _entry(
            _E,
            "the program of a running campaign is not on the switch: its calls would end at once",
            DEPLOY,
        ),
        "folders.tmp": _entry(
            _W,
            "the switch cannot record for a moment, so that nobody listens for answering machines",
            "let the user that the switch runs as write there",
        ),
        "gateways.none": _entry(
            _N, "no gateway of this switch is named in prozvon.yaml, so it is not called from", "add one"
        ),
        "gateways.unknown": _entry(
            _E,
            "the switch does not know the gateway",
            "give it `proxy:` in prozvon.yaml and deploy, or add it to the switch's own SIP profile",
        ),
        "gateways.profile": _entry(
            _E, "the switch does not have the SIP profile that a dial string names", "put `dial:` right"
        ),
        "gateways.idle_profile": _entry(
            _E,
            "a SIP profile of ours does not run, and none of its gateways does",
            "see its `ip:` and `port:` (another program may have it) and the switch's log, "
            "then `sofia profile {profile} start` on the switch, or `prozvon deploy` where it is new",
        ),
        "gateways.down": _entry(
            _E,
            "the gateway does not answer (OPTIONS): calls to it fail at once",
            "see whether the carrier is reachable from the switch; if it never answers OPTIONS, `ping_s: 0`",
        ),
        "gateways.unregistered": _entry(
            _E,
            "the carrier does not take our registration",
            "see username, password, realm and proxy of the gateway, and the carrier's word in the switch's log",
        ),
        "gateways.registering": _entry(_N, "the registration is under way", "ask again in a few seconds"),
        "gateways.unwatched": _entry(
            _N,
            "nobody asks the gateway whether it is there, so it is never known to be down",
            "`ping_s: 30`, if the carrier answers OPTIONS",
        ),
        "gateways.nonsense": _entry(
            _W,
            "what the switch says about the gateway is not understood",
            "run `sofia status gateway {gateway}` on the switch and see",
        ),
        "clock.apart": _entry(
            _W,
            "the switch's clock and ours differ: times of calls in export and CDR do not agree",
            "let both machines get their time by NTP",
        ),
        "clock.own": _entry(
            _W,
            "the switch goes on by a clock of its own that has come off its machine's",
            "run `fsctl sync_clock` on the switch",
        ),
        "clock.unknown": _entry(_N, "it does not say its time", UNKNOWN),
        "sound.format": _entry(
            _E,
            "a prompt is no WAV file of 8 kHz, mono, 16 bit: it would be resampled in every call, or not be played",
            "remove the files and run `prozvon deploy`, which makes them anew",
        ),
        "sound.codec": _entry(
            _W,
            "a SIP profile offers none of the codecs of 8 kHz that every trunk has, so that each call is resampled",
            "`codecs: PCMA,PCMU` for the profile",
        ),
        "sound.unknown": _entry(_N, "the codecs of a SIP profile cannot be read", UNKNOWN),
        "sound.unseen": _entry(
            _N, "prompts on another machine are not looked at", "`prozvon deploy` has put them there whole"
        ),
        "speech.engine": _entry(
            _E,
            "the engine of `speech:` does not work here: texts cannot be prepared",
            "install it where workers run, or choose another `engine:`",
        ),
        "speech.no_tts": _entry(
            _E,
            "with `engine: switch` the switch itself has to speak, and cannot",
            "load a module that speaks (mod_tts_commandline and its configuration), or choose another `engine:`",
        ),
        "speech.url": _entry(
            _E,
            "nothing answers at `prompts_url`: who answers a call would hear nothing",
            "put `serve_prompts:` and `prompts_url:` right, and see that a worker runs (`prozvon run`)",
        ),
        "speech.url_itself": _entry(
            _E,
            "`prompts_url` names a loopback address: on another machine that is the switch itself",
            "name this machine as the switch reaches it",
        ),
        "speech.url_unserved": _entry(
            _N,
            "no worker is running that would serve prompts at `prompts_url`",
            "nothing, as long as nobody is to be called: a worker serves them while it runs",
        ),
        "process.files": _entry(
            _W,
            "the switch may open too few files for as many calls as it takes",
            "start it with `ulimit -n {needed}` or more (LimitNOFILE= in its systemd unit)",
        ),
        "process.cores": _entry(
            _W,
            "a crash of the switch would write its memory to disk, passwords and contacts with it",
            "dump-cores false in its switch.conf.xml and `ulimit -c 0` (LimitCORE=0 in its systemd unit)",
        ),
        "process.log": _entry(
            _W,
            "others can look into the switch's log folder, where its whole configuration lies, passwords and all",
            "chmod 700 {folder}",
        ),
        "process.secrets": _entry(
            _E, "others on this machine can read the switch's passwords", "chmod 600 {file}"
        ),
        "process.unknown": _entry(_N, "its process on this machine cannot be looked at", UNKNOWN),
        "settings.no_serve": _entry(
            _W,
            "a switch gets prompts by HTTP, and no worker is told to serve them",
            "`serve_prompts: HOST:PORT` in prozvon.yaml, or a web server of your own at that address",
        ),
        "store.away": _entry(_E, "the store cannot be used: nothing can be called", "put right what is said"),
        "store.setting": _entry(
            _W, "the store may lose or slow down what it is told", "set it as is said, in redis.conf"
        ),
        "disk.full": _entry(
            _E, "the data folder cannot be written, or has no room", "make room, or let us write"
        ),
        "disk.space": _entry(_W, "the disk of the data folder fills up", "make room"),
    }
)
