"""Reports of the switch: status, show channels, uuid_dump. Layout as recorded."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from orchestrator.simulator.events import stamp
from orchestrator.simulator.modules import listing
from orchestrator.simulator.wire import encode_value

if TYPE_CHECKING:
    from orchestrator.simulator.leg import Leg
    from orchestrator.simulator.switch import SimulatedSwitch


def span_text(up_ms: int) -> str:
    seconds, ms = divmod(max(0, up_ms), 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    years, days = divmod(days, 365)
    parts = {
        "year": years,
        "day": days,
        "hour": hours,
        "minute": minutes,
        "second": seconds,
        "millisecond": ms,
    }
    texts = [f"{value} {name}{'' if value == 1 else 's'}" for name, value in parts.items()]
    return ", ".join([*texts, "0 microseconds"])


def uptime(switch: SimulatedSwitch, unit: str) -> str:
    up_ms = switch.clock.now_ms() - switch.started_ms
    if unit in ("us", "microseconds"):
        return f"{up_ms * 1000}\n"
    found = next((ms for names, ms in _UNITS if (unit or "s") in names), None)
    return f"-USAGE: [{_UPTIME_USAGE}]\n" if found is None else f"{up_ms // found}\n"


_UPTIME_USAGE: Final = "us|ms|s|m|h|d|microseconds|milliseconds|seconds|minutes|hours|days"
_UNITS: Final = (
    (("ms", "milliseconds"), 1),
    (("s", "seconds"), 1000),
    (("m", "minutes"), 60_000),
    (("h", "hours"), 3_600_000),
    (("d", "days"), 86_400_000),
)


def status_report(switch: SimulatedSwitch) -> str:
    throttle, now_ms = switch.calls.throttle, switch.clock.now_ms()
    ready = "not ready" if throttle.is_paused else "ready"
    live = switch.calls.count
    return (
        f"UP {span_text(now_ms - switch.started_ms)}\n"
        f"FreeSWITCH (Version 1.10.12-release git a88d069 2024-08-02 21:02:27Z 64bit) is {ready}\n"
        f"{throttle.sessions} session(s) since startup\n"
        f"{live} session(s) - peak {switch.calls.peak}, last 5min {switch.calls.peak} \n"
        f"{throttle.last(now_ms)} session(s) per Sec out of max {throttle.next_sps}, peak {throttle.peak}, "
        f"last 5min {throttle.peak} \n"
        f"{throttle.max_sessions} session(s) max\n"
        "min idle cpu 0.00/98.83\n"
        "Current Stack Size/Max 240K/8192K\n"
    )


def channels_listing(switch: SimulatedSwitch, words: list[str]) -> str:
    """`show channels|calls [count] [like TEXT] [as json|delim X]`."""
    rows = [_row(switch, leg) for leg in switch.calls.live_legs()]
    if "like" in words[:-1]:
        wanted = words[words.index("like") + 1]
        rows = [row for row in rows if wanted in row["uuid"] or wanted in row["name"]]
    as_json = words[-2:] == ["as", "json"]
    if "count" in words:
        return (
            json.dumps({"row_count": len(rows), "rows": []}, separators=(",", ":"))
            if as_json
            else _total(rows)
        )
    delim = words[words.index("delim") + 1] if "delim" in words[:-1] else ","
    return listing(rows, as_json=as_json, delim=delim)


def _total(rows: list[dict[str, str]]) -> str:
    return f"\n{len(rows)} total.\n"


def _row(switch: SimulatedSwitch, leg: Leg) -> dict[str, str]:
    channel, profile = leg.channel, leg.channel.profile
    media = ("PCMA", "8000", "64000") if leg.has_media else ("", "", "")
    is_flipped = channel.current is not None
    return {
        "uuid": channel.uuid,
        "direction": channel.direction,
        "created": stamp(channel.created_ms),
        "created_epoch": str(channel.created_ms // 1000),
        "name": channel.name,
        "state": channel.state,
        "cid_name": profile.caller_name,
        "cid_num": profile.caller_number,
        "ip_addr": channel.network_addr if is_flipped else "",
        "dest": profile.destination,
        "application": channel.get("current_application") or "",
        "application_data": channel.get("current_application_data") or "",
        "dialplan": profile.dialplan,
        "context": profile.context,
        "read_codec": media[0],
        "read_rate": media[1],
        "read_bit_rate": media[2],
        "write_codec": media[0],
        "write_rate": media[1],
        "write_bit_rate": media[2],
        "secure": "",
        "hostname": switch.switchname,
        "presence_id": "",
        "presence_data": "",
        "accountcode": "",
        "callstate": channel.call_state,
        "callee_name": profile.callee_name,
        "callee_num": profile.callee_number,
        "callee_direction": "RECV" if is_flipped else "",
        "call_uuid": channel.call_uuid or channel.uuid,
        "sent_callee_name": "",
        "sent_callee_num": "",
        "initial_cid_name": channel.first.caller_name,
        "initial_cid_num": channel.first.caller_number,
        "initial_ip_addr": "",
        "initial_dest": channel.first.destination,
        "initial_dialplan": "",
        "initial_context": "default",
    }


def dump(switch: SimulatedSwitch, leg: Leg, kind: str) -> str:
    """`uuid_dump`: all headers of a leg, plain or json."""
    event = switch.maker.make("CHANNEL_DATA", leg.channel.headers(), now_ms=switch.clock.now_ms())
    if kind == "json":
        return json.dumps(event.headers, separators=(",", ":"), ensure_ascii=False)
    lines = (f"{name}: {encode_value(str(value)) or '_undef_'}\n" for name, value in event.headers.items())
    return "".join(lines) + "\n"
