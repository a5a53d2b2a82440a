"""Reads what a switch prints. Nothing is raised: what is not understood is None."""

from __future__ import annotations

import ipaddress
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_VERSION = re.compile(r"(\d{1,3})\.(\d{1,3})\.(\d{1,5})(?!\d)")
_NUMBER = re.compile(r"\+OK [a-z ]+: (\d{1,9})\s*\Z")
_TRUE = frozenset({"yes", "on", "true", "t", "enabled", "active", "allow"})  # switch_utils.h, switch_true

Params = Mapping[str, tuple[str, ...]]


def configuration(file: str) -> str:
    """The command that shows a configuration as it would be read now."""
    return f"xml_locate configuration configuration name {file}"


def read_version(reply: str) -> tuple[int, int, int] | None:
    """`1.10.12-release` of `version short`."""
    found = _VERSION.match(reply.strip())
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def read_bool(reply: str | None) -> bool | None:
    """`true` or `false`."""
    return {"true": True, "false": False}.get((reply or "").strip())


def read_number(reply: str | None) -> int | None:
    """`+OK sessions per second: 100`."""
    found = _NUMBER.match(reply or "")
    return int(found[1]) if found else None


def read_integer(reply: str | None) -> int | None:
    text = (reply or "").strip()
    return int(text) if text.isdecimal() and len(text) < 20 else None


def read_params(reply: str | None) -> Params | None:
    """`settings` of a configuration, names in small letters; several of one name are all there, in order."""
    if reply is None or "can't find anything" in reply:
        return None
    try:
        found = ET.fromstring(reply)  # noqa: S314  # from a switch that runs what we tell it to
    except ET.ParseError:
        return None
    values: dict[str, tuple[str, ...]] = {}
    for param in found.iterfind("settings/param"):
        name = (param.get("name") or "").lower()
        values[name] = (*values.get(name, ()), param.get("value") or "")
    return values


def last(params: Params, name: str, default: str = "") -> str:
    """The value that counts where one is read after the other."""
    return params.get(name, (default,))[-1]


def is_true(value: str) -> bool:
    """As the switch reads it."""
    return value.strip().lower() in _TRUE or (value.strip().isdecimal() and int(value) != 0)


def is_loopback(address: str) -> bool:
    """An address that only the machine itself reaches."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def read_endpoints(reply: str | None) -> frozenset[str] | None:
    """Names in `show endpoint as json`."""
    try:
        rows = json.loads(reply or "").get("rows")
        return frozenset(str(row["name"]) for row in rows)
    except (ValueError, RecursionError, AttributeError, TypeError, KeyError):
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayStatus:
    """`state`: NOREG, REGED, TRYING ...; `is_pinged`: asked by OPTIONS whether it is there; `has_answered`: and once it
    has said so. Until the first question a gateway counts as up.
    """

    is_up: bool
    state: str
    is_pinged: bool
    has_answered: bool


UNKNOWN_GATEWAY = "Invalid Gateway!"
STATES = frozenset(
    (
        *("UNREGED", "TRYING", "REGISTER", "REGED", "UNREGISTER", "FAILED", "FAIL_WAIT", "EXPIRED"),
        *("NOREG", "DOWN", "TIMEOUT"),
    )
)


def read_gateway(reply: str) -> GatewayStatus | None:
    """`sofia status gateway NAME` of one that is there (mod_sofia.c, cmd_status)."""
    fields = read_fields(reply)
    state, status = fields.get("State", ""), fields.get("Status", "").split(" ")[0]
    if state not in STATES or status not in ("UP", "DOWN"):
        return None
    return GatewayStatus(
        is_up=status == "UP",
        state=state,
        is_pinged=fields.get("PingFreq", "0") != "0",
        has_answered=fields.get("PingTime", "0.00") != "0.00",
    )


def read_fields(reply: str) -> dict[str, str]:
    """Lines of a name, a tab and a value."""
    lines = [line.partition("\t") for line in reply.splitlines() if "\t" in line]
    return {name.strip(): value.strip() for name, _, value in lines}


def read_profiles(reply: str | None) -> tuple[str, ...] | None:
    """Names of the profiles in `sofia status`."""
    if reply is None or "====" not in reply:
        return None
    rows: list[Sequence[str]] = [[cell.strip() for cell in line.split("\t")] for line in reply.splitlines()]
    return tuple(row[0] for row in rows if len(row) == 4 and row[1] == "profile")
