"""The line of `originate`, taken apart as mod_commands and switch_ivr_originate.c do. Pure.

One leg only: a dial string that forks (`,` `|` `:_:`) is not simulated and is answered CHAN_NOT_IMPLEMENTED.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from orchestrator.simulator.separate import separate, take_brackets

USAGE: Final = (
    "-USAGE: <call url> <exten>|&<application_name>(<app_args>) [<dialplan>] [<context>] [<cid_name>] "
    "[<cid_num>] [<timeout_sec>]\n"
)
DEFAULT_TIMEOUT_S: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where a dial string leads. `refusal` is the cause when it leads nowhere before any session is made."""

    endpoint: str = ""  # sofia, user or loopback
    gateway: str = ""  # of sofia/gateway/NAME/...
    profile: str = ""  # of sofia/PROFILE/...
    number: str = ""
    context: str = "default"  # of loopback
    refusal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Originate:
    destination: Destination
    variables: dict[str, str] = field(default_factory=dict)
    extension: str = ""
    dialplan: str = "XML"
    context: str = "default"
    application: str = ""  # of &app(args)
    application_data: str = ""
    caller_name: str = ""
    caller_number: str = ""
    timeout_s: int = DEFAULT_TIMEOUT_S


def parse_originate(line: str) -> Originate | str:
    """The request in the arguments of `originate`, or the switch's usage text."""
    words: list[str | None] = list(separate(line, " ", 10))
    if not 2 <= len(words) <= 7 or words[0] is None:
        return USAGE
    dial_string = words[0]
    words = [None if word is not None and word.lower() == "undef" else word for word in words]
    words += [None] * (7 - len(words))
    _, extension, dialplan, context, name, number, timeout = words
    variables, destination = _parse_dial_string(dial_string)
    application, data = _application(extension or "")
    return Originate(
        destination=destination,
        variables=variables,
        extension="" if application else (extension or ""),
        dialplan=dialplan or "XML",
        context=context or "default",
        application=application,
        application_data=data,
        caller_name=variables.get("origination_caller_id_name") or name or "",
        caller_number=variables.get("origination_caller_id_number") or number or "0000000000",
        timeout_s=_seconds(variables.get("originate_timeout")) or _seconds(timeout) or DEFAULT_TIMEOUT_S,
    )


def _application(extension: str) -> tuple[str, str]:
    """`&app(args)`: cut at the first `)`, whatever the arguments hold."""
    if len(extension) < 2 or not extension.startswith("&"):
        return "", ""
    name, _, data = extension[1:].partition(")")[0].partition("(")
    return name, data


def _seconds(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0


def _parse_dial_string(text: str) -> tuple[dict[str, str], Destination]:
    taken = take_brackets(text, "{", "}")
    if taken is None:
        return {}, Destination(refusal="DESTINATION_OUT_OF_ORDER")
    variables, rest = taken
    taken = take_brackets(rest, "[", "]")
    if taken is None:
        return variables, Destination(refusal="DESTINATION_OUT_OF_ORDER")
    variables |= taken[0]
    return {name: value for name, value in variables.items() if value}, parse_destination(taken[1].strip(" "))


def parse_destination(text: str) -> Destination:
    """Where one leg of a dial string leads, its variables taken off."""
    if not text:
        return Destination(refusal="DESTINATION_OUT_OF_ORDER")
    if any(fork in text for fork in (",", "|", ":_:")):
        return Destination(refusal="CHAN_NOT_IMPLEMENTED")
    endpoint, _, rest = text.partition("/")
    match endpoint.lower():
        case "sofia" if rest.startswith("gateway/"):
            gateway, slash, number = rest.removeprefix("gateway/").partition("/")
            return Destination(endpoint="sofia", gateway=gateway, number=number if slash else "")
        case "sofia":
            profile, _, number = rest.partition("/")
            return Destination(endpoint="sofia", profile=profile, number=number.partition("@")[0])
        case "loopback":
            number, _, more = rest.partition("/")
            return Destination(
                endpoint="loopback", number=number, context=more.partition("/")[0] or "default"
            )
        case "user":
            return Destination(endpoint="user", number=rest.partition("@")[0])
        case "error":
            return Destination(refusal=rest.upper() or "DESTINATION_OUT_OF_ORDER")
    return Destination(refusal="CHAN_NOT_IMPLEMENTED")
