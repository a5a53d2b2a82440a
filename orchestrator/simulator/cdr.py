"""Call detail records as mod_json_cdr 1.10.12 writes them: `<cdr folder>/<uuid>.cdr.json`.

With `log-b-leg=false`, `prefix-a-leg=false`, `encode=false`. Values of variables are URL-encoded.
"""

from __future__ import annotations

import os
from pathlib import Path

import orjson

from orchestrator.simulator.channel import Channel, Profile, us
from orchestrator.simulator.variables import PREFIX
from orchestrator.simulator.wire import encode_value


def write_cdr(folder: Path, channel: Channel, *, core_uuid: str, switchname: str) -> None:
    """Write the record of a leg that has ended. One write into a new file, as the module does."""
    text = orjson.dumps(record(channel, core_uuid=core_uuid, switchname=switchname))
    file = os.open(folder / f"{channel.uuid}.cdr.json", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        os.write(file, text)
    finally:
        os.close(file)


def record(channel: Channel, *, core_uuid: str, switchname: str) -> dict[str, object]:
    whole: dict[str, object] = {
        "core-uuid": core_uuid,
        "switchname": switchname,
        "channel_data": {
            "state": "CS_REPORTING",
            "direction": channel.direction,
            "state_number": "11",
            "flags": "0=1;1=1;2=1;39=1;40=1;42=1;45=1;55=1;62=1;113=1;114=1;123=1;160=1;166=1",
            "caps": "1=1;2=1;3=1;4=1;5=1;6=1;8=1;9=1;10=1",
        },
        "callStats": _stats(channel),
        "variables": {name[len(PREFIX) :]: _encoded(value) for name, value in channel.variables.items()},
    }
    if channel.applications:
        whole["app_log"] = {
            "applications": [
                {"app_name": run.name, "app_data": run.data, "app_stamp": us(run.at_ms)}
                for run in channel.applications
            ]
        }
    whole["callflow"] = _callflow(channel)
    return whole


def _encoded(value: str | list[str]) -> str:
    """A value of which every byte is escaped loses its last one (switch_ivr.c:3315, buffer one byte short)."""
    text = value if isinstance(value, str) else "ARRAY::" + "|:".join(value)
    encoded = encode_value(text)
    if len(encoded) >= 3 and len(encoded) == 3 * len(text.encode("utf-8", "surrogateescape")):
        return encoded[:-3]
    return encoded


_COUNTS = {"variable_rtp_audio_in_": "inbound", "variable_rtp_audio_out_": "outbound"}


def _stats(channel: Channel) -> dict[str, object]:
    """The counters of the RTP stream; nothing for a leg without sound."""
    found: dict[str, dict[str, float]] = {}
    for name, value in channel.variables.items():
        for prefix, way in _COUNTS.items():
            if name.startswith(prefix) and isinstance(value, str):
                found.setdefault(way, {})[name[len(prefix) :]] = float(value) if "." in value else int(value)
    return {"audio": found} if found else {}


def _callflow(channel: Channel) -> list[dict[str, object]]:
    flow: list[dict[str, object]] = []
    if channel.current is not None:
        entry: dict[str, object] = {"dialplan": channel.current.dialplan, "profile_index": "2"}
        flow.append(entry | _extension(channel) | _profile(channel, channel.current, channel.hungup_ms, 0))
    hungup_ms = 0 if channel.current is not None else channel.hungup_ms
    own: dict[str, object] = {"profile_index": "1"}
    if channel.direction == "inbound":
        own = {"dialplan": channel.first.dialplan} | own | _extension(channel)
    flow.append(own | _profile(channel, channel.first, hungup_ms, channel.transferred_ms))
    return flow


def _extension(channel: Channel) -> dict[str, object]:
    if channel.extension is None:
        return {}
    name, number, applications = channel.extension
    ran = [{"app_name": app, "app_data": data} for app, data in applications]
    return {"extension": {"name": name, "number": number, "applications": ran}}


def _profile(channel: Channel, profile: Profile, hungup_ms: int, transferred_ms: int) -> dict[str, object]:
    return {
        "caller_profile": {
            "username": profile.username,
            "dialplan": profile.dialplan,
            "caller_id_name": profile.caller_name,
            "ani": channel.ani,
            "aniii": "",
            "caller_id_number": profile.caller_number,
            "network_addr": channel.network_addr,
            "rdnis": profile.rdnis,
            "destination_number": profile.destination,
            "uuid": channel.uuid,
            "source": profile.source,
            "context": profile.context,
            "chan_name": channel.name,
        },
        "times": {
            "created_time": us(channel.created_ms),
            "profile_created_time": us(profile.created_ms),
            "progress_time": us(channel.progress_ms),
            "progress_media_time": us(channel.progress_media_ms),
            "answered_time": us(channel.answered_ms),
            "bridged_time": us(channel.bridged_ms),
            "last_hold_time": "0",
            "hold_accum_time": "0",
            "hangup_time": us(hungup_ms),
            "resurrect_time": "0",
            "transfer_time": us(transferred_ms),
        },
    }
