"""The part of `prozvon.yaml` about switches: how each is reached, what it runs from, its SIP profiles and trunks."""

from __future__ import annotations

import ipaddress
import os
import re
import stat
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.problem import KnownError
from orchestrator.domain.trunk import RestRule
from orchestrator.engine.classify import is_override_key

DEFAULT_PASSWORD = "ClueCon"  # noqa: S105  # FreeSWITCH's own default, known to everybody

# What no cause can mean: the first two are said by an answer, the others by the queue and by reconciling.
_NEVER_SAID = (Disposition.ANSWERED, Disposition.MACHINE, Disposition.ABANDONED, Disposition.LOST)

_PROXY = "proxy"
SHORTEST_PING_S = 5  # sofia.c, parse_gateways: less is an error

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}\Z")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_DIAL = re.compile(r"[A-Za-z0-9_./:@+-]*\{(?:number|digits)\}[A-Za-z0-9_./:@+-]*\Z")
_LINK = re.compile(r"[A-Za-z0-9_./:@+-]*\{leg\}[A-Za-z0-9_./:@+-]*\Z")
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,252}(?::[0-9]{1,5})?\Z")
_SSH = re.compile(r"(?:[a-z_][a-z0-9_-]{0,31}@)?[A-Za-z0-9][A-Za-z0-9.-]{0,252}(?::[0-9]{1,5})?\Z")
_USER = re.compile(r"[A-Za-z0-9_.+@-]{1,128}\Z")
_OWNER = re.compile(r"[a-z_][a-z0-9_-]{0,31}\Z")
_CODECS = re.compile(r"[A-Za-z0-9]+(?:,[A-Za-z0-9]+)*\Z")
_URL = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~-]+)*/?\Z")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}\Z")
_PATH = re.compile(r"[A-Za-z0-9_./+-]*\Z")


def matching(pattern: re.Pattern[str], said: str) -> AfterValidator:
    """A text must match `pattern`; `said` is what the user is told otherwise."""

    def check(value: str) -> str:
        if not pattern.match(value):
            raise ValueError(said)
        return value

    return AfterValidator(check)


def _cause(value: str) -> str:
    if not is_override_key(value):
        raise ValueError(
            "neither a hangup cause (docs/dispositions.md has them all) nor a SIP status of 300 to 699"
        )
    return value


def _meaning(value: Disposition) -> Disposition:
    if value in _NEVER_SAID:
        raise ValueError(f"no cause means `{value}`")
    return value


def _address(value: str) -> str:
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        raise ValueError("an IP address, such as 192.0.2.10") from None


def _networks(value: str) -> str:
    try:
        return ",".join(str(ipaddress.ip_network(item.strip())) for item in value.split(","))
    except ValueError:
        raise ValueError("networks with commas between them, such as 10.0.0.0/8,192.0.2.7/32") from None


def _inbound(value: object) -> str:
    """`true`: the proxy's own address, told as PROXY until the proxy is known; `false`: ""."""
    text = str(value).lower()
    return {"true": _PROXY, "false": ""}[text] if text in ("true", "false") else _networks(str(value))


def _caller_ids(value: str) -> str:
    numbers = [item.strip() for item in value.split(",")]
    if not all(_E164.match(number) for number in numbers):
        raise ValueError("E.164 numbers with commas between them, such as +74951234567,+74951234568")
    return ",".join(dict.fromkeys(numbers))


def _plain_path(value: Path) -> Path:
    """Paths get into dialplan and configuration, where blanks, quotes and `$` would be syntax."""
    if not _PATH.match(str(value)):
        raise ValueError(
            "a path of letters, digits and _./+- (it is written into the switch's configuration)"
        )
    return value


Name = Annotated[str, matching(_NAME, "use 1 to 32 of a-z, 0-9, _ and -, starting with a letter or digit")]
Variable = Annotated[str, matching(_VARIABLE, "the name of an environment variable: letters, digits and _")]
DialString = Annotated[
    str,
    matching(
        _DIAL, "a dial string holds {number} or {digits} once and else only letters, digits and _./:@+-"
    ),
]
LinkString = Annotated[
    str,
    matching(_LINK, "a link holds {leg} once and else only letters, digits and _./:@+-"),
]
Host = Annotated[str, matching(_HOST, "a host name or address, with :PORT if need be")]
SshTarget = Annotated[str, matching(_SSH, "[USER@]HOST[:PORT]")]
SipUser = Annotated[str, matching(_USER, "a SIP user: letters, digits and _.+@-")]
Owner = Annotated[str, matching(_OWNER, "the name of a user of the switch's machine")]
Codecs = Annotated[str, matching(_CODECS, "codec names with commas between them, such as PCMA,PCMU")]
Url = Annotated[
    str, matching(_URL, "an http:// or https:// address without query, such as http://10.0.0.5:8060/")
]
Address = Annotated[str, AfterValidator(_address)]
Networks = Annotated[str, AfterValidator(_networks)]
Inbound = Annotated[str, BeforeValidator(_inbound)]
CallerIds = Annotated[str, AfterValidator(_caller_ids)]
PlainPath = Annotated[Path, AfterValidator(_plain_path)]
Cause = Annotated[str, AfterValidator(_cause)]
Meaning = Annotated[Disposition, AfterValidator(_meaning)]
HostPort = Annotated[str, matching(re.compile(r"[A-Za-z0-9.-]+:[0-9]{1,5}\Z"), "HOST:PORT")]
Port = Annotated[int, Field(gt=0, lt=65536)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rest(Strict):
    """When a gateway that fails is left alone, and for how long: doubled each time it fails again, up to `most_s`."""

    after: Annotated[int, Field(ge=1, le=1000)] = 5  # calls in a row that the trunk itself failed
    for_s: Annotated[float, Field(ge=1, le=86_400)] = 30.0
    most_s: Annotated[float, Field(ge=1, le=86_400)] = 600.0

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.most_s < self.for_s:
            raise ValueError("most_s is less than for_s")
        return self

    def rule(self) -> RestRule:
        return RestRule(after=self.after, for_ms=round(self.for_s * 1000), most_ms=round(self.most_s * 1000))


class Gateway(Strict):
    """A SIP trunk: what it takes, and what its hangup causes mean where the carrier lies.

    With `proxy` it is part of what `prozvon deploy` configures; without, the switch has it from elsewhere.
    """

    cps: Annotated[float, Field(gt=0, le=1000)] = 5.0  # new calls per second
    channels: Annotated[int, Field(gt=0, le=100_000)] = 30  # calls at once
    dial: DialString | None = None  # default: sofia/gateway/NAME/{number}
    causes: dict[Cause, Meaning] = {}
    rest: Rest = Rest()
    caller_ids: CallerIds = ""  # the numbers its carrier lets us show; default: any
    proxy: Host | None = None
    profile: Name = "prozvon"
    username: SipUser | None = None
    password_env: Variable | None = None
    password_file: Path | None = None
    realm: Host | None = None
    from_domain: Host | None = None
    registers: bool = False
    transport: Literal["udp", "tcp", "tls"] = "udp"
    ping_s: Annotated[int, Field(ge=0, le=3600)] = (
        30  # OPTIONS this often; 0: never, and then never known to be down
    )
    caller_id_in: Literal["from", "rpid", "pai"] = "from"
    inbound: Inbound = ""  # networks that may bring calls in; `true` means the proxy

    @model_validator(mode="after")
    def _whole(self) -> Self:
        _one_password(self.password_env, self.password_file)
        has_password = bool(self.password_env or self.password_file)
        if self.registers and not (self.proxy and self.username and has_password):
            raise ValueError("registers: needs proxy, username and a password")
        if self.username is None and has_password:
            raise ValueError("a password needs a username")
        if 0 < self.ping_s < SHORTEST_PING_S:
            raise ValueError(f"ping_s: FreeSWITCH asks every {SHORTEST_PING_S} seconds at most; 0: never")
        self.inbound_networks()
        return self

    def may_show(self) -> tuple[str, ...]:
        """The numbers that may be shown to whoever is called by it; none: any."""
        return tuple(self.caller_ids.split(",")) if self.caller_ids else ()

    def inbound_networks(self) -> tuple[str, ...]:
        """The networks whose calls are taken. ValueError when they are to be the proxy's, which is no address."""
        if self.inbound != _PROXY:
            return tuple(self.inbound.split(",")) if self.inbound else ()
        address = (self.proxy or "").partition(":")[0]
        try:
            return (str(ipaddress.ip_network(address)),)
        except ValueError:
            raise ValueError(
                "inbound: true means the proxy's address, and it has none: "
                "name the carrier's networks, such as 192.0.2.0/28,198.51.100.7/32"
            ) from None

    def dial_string(self, name: str) -> str:
        return self.dial or f"sofia/gateway/{name}/{{number}}"

    def password(self) -> str:
        """The trunk's password; "" when it has none. KnownError when it is nowhere; it is never part of a message."""
        return read_password(self.password_env, self.password_file, "a gateway's password") or ""


class Profile(Strict):
    """A SIP profile: one address and port, and one thread, of the switch."""

    ip: Address | None = None  # default: the switch finds its own
    port: Port = 5080
    public_ip: Address | None = None  # what SIP and SDP tell behind NAT
    codecs: Codecs = "PCMA,PCMU"


class Switch(Strict):
    """One FreeSWITCH node: how it is reached, and where what it runs is published."""

    host: str = "127.0.0.1"
    port: Port = 8021
    password_env: Variable | None = None
    password_file: Path | None = None
    root: PlainPath = Path("data/switch")  # on the switch's machine
    ssh: SshTarget | None = None  # deploy over ssh; default: the switch is on this machine
    owner: Owner | None = None  # the user the switch runs as; default: whoever deploys
    cdr: PlainPath | None = None  # default: ROOT/cdr
    prompts_url: Url | None = None  # where the switch gets prompts; default: files under ROOT
    sps: Annotated[int, Field(gt=0, le=10_000)] = 100  # sessions per second, in the configuration we write
    max_sessions: Annotated[int, Field(gt=0, le=100_000)] = 1000
    listen: Address = "127.0.0.1"  # the event socket's address, in the configuration we write
    allow: Networks = "127.0.0.1/32,::1/128"  # who may connect to it
    rtp_ports: Annotated[
        str, matching(re.compile(r"\d{4,5}-\d{4,5}\Z"), "FIRST-LAST, such as 16384-32768")
    ] = "16384-32768"
    profiles: Annotated[dict[Name, Profile], Field(min_length=1)] = Field(
        default_factory=lambda: {"prozvon": Profile()}
    )
    gateways: dict[Name, Gateway] = Field(default_factory=dict)
    # Other switch -> how its agents' legs are dialed from here; it takes that as `join-LEG`
    links: dict[Name, LinkString] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        _one_password(self.password_env, self.password_file)
        for key, path in (("root", self.root), ("cdr", self.cdr)):
            if self.ssh and path and not path.is_absolute():
                raise ValueError(
                    f"with ssh, {key}: is an absolute path on that machine, such as /srv/prozvon"
                )
        for name, gateway in self.gateways.items():
            if gateway.proxy and gateway.profile not in self.profiles:
                have = ", ".join(self.profiles)
                raise ValueError(f"gateway {name}: there is no profile {gateway.profile} (there are: {have})")
        return self

    @property
    def cdr_folder(self) -> Path:
        return self.cdr or self.root / "cdr"

    def password(self) -> str:
        """The event socket's password. KnownError when it is nowhere; it is never part of a message."""
        found = read_password(self.password_env, self.password_file, "the event socket's password")
        return DEFAULT_PASSWORD if found is None else found


def _one_password(variable: str | None, path: Path | None) -> None:
    if variable and path:
        raise ValueError("password_env and password_file: only one of them can be meant")


def read_password(variable: str | None, path: Path | None, what: str) -> str | None:
    """The secret in an environment variable or a private file; None when neither is named. KnownError otherwise."""
    if variable:
        value = os.environ.get(variable, "")
        if not value:
            raise KnownError(f"{what} is not set: export {variable}=...")
        return _one_line(value, f"the password in {variable}")
    return _secret(path) if path else None


def _secret(path: Path) -> str:
    try:
        mode = path.stat().st_mode
        value = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise KnownError(f"cannot read the password file {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise KnownError(f"the password file {path} is not UTF-8 text") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KnownError(f"others can read the password file {path}: chmod 600 {path}")
    if not value:
        raise KnownError(f"the password file {path} is empty")
    return _one_line(value, f"the password file {path}")


def _one_line(value: str, what: str) -> str:
    """A password goes to the switch as a line: a line break in it would be a second command."""
    if not value.isprintable():
        raise KnownError(f"{what} holds more than one line, or a control character")
    return value
