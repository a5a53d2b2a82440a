"""Events of the switch: made once, written out at most once per format however many clients listen."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from orchestrator.simulator.wire import json_event, plain_event

Headers = dict[str, str | list[str]]

# Where 1.10.12 fires each event: file, function, line. [recorded]
SOURCES: Final[dict[str, tuple[str, str, str]]] = {
    "CHANNEL_CREATE": ("switch_core_state_machine.c", "switch_core_session_run", "626"),
    "CHANNEL_PROGRESS": ("switch_channel.c", "switch_channel_perform_mark_ring_ready_value", "3505"),
    "CHANNEL_PROGRESS_MEDIA": ("switch_channel.c", "switch_channel_perform_mark_pre_answered", "3560"),
    "CHANNEL_ANSWER": ("switch_channel.c", "switch_channel_perform_mark_answered", "3846"),
    "CHANNEL_HANGUP": ("switch_channel.c", "switch_channel_perform_hangup", "3445"),
    "CHANNEL_HANGUP_COMPLETE": (
        "switch_core_state_machine.c",
        "switch_core_session_reporting_state",
        "943",
    ),
    "CHANNEL_DESTROY": ("switch_core_session.c", "switch_core_session_perform_destroy", "1584"),
    "CHANNEL_EXECUTE": ("switch_core_session.c", "switch_core_session_exec", "2944"),
    "CHANNEL_EXECUTE_COMPLETE": ("switch_core_session.c", "switch_core_session_exec", "2967"),
    "CHANNEL_DATA": ("mod_commands.c", "uuid_dump_function", "6468"),
    "CHANNEL_OUTGOING": ("switch_core_session.c", "switch_core_session_outgoing_channel", "768"),
    "CHANNEL_ORIGINATE": ("switch_core_state_machine.c", "switch_core_session_run", "632"),
    "CHANNEL_BRIDGE": ("switch_ivr_bridge.c", "switch_ivr_multi_threaded_bridge", "1689"),
    "CHANNEL_UNBRIDGE": ("switch_ivr_bridge.c", "switch_ivr_multi_threaded_bridge", "1879"),
    "CHANNEL_PARK": ("switch_ivr.c", "switch_ivr_park", "1004"),
    "CHANNEL_UNPARK": ("switch_ivr.c", "switch_ivr_park", "1215"),
    "RECORD_START": ("switch_ivr_play_say.c", "switch_ivr_record_file_event", "767"),
    "RECORD_STOP": ("switch_ivr_play_say.c", "switch_ivr_record_file_event", "1030"),
    "PLAYBACK_START": ("switch_ivr_play_say.c", "switch_ivr_play_file", "1646"),
    "PLAYBACK_STOP": ("switch_ivr_play_say.c", "switch_ivr_play_file", "2020"),
    "SHUTDOWN": ("switch_core.c", "switch_core_destroy", "3227"),
    "DTMF": ("switch_channel.c", "switch_channel_dequeue_dtmf", "797"),
    "BACKGROUND_JOB": ("mod_event_socket.c", "api_exec", "1572"),
    "API": ("switch_loadable_module.c", "switch_api_execute", "2954"),
    "HEARTBEAT": ("switch_core.c", "send_heartbeat", "95"),
    "RELOADXML": ("switch_xml.c", "switch_xml_open_root", "2426"),
    "CUSTOM": ("mod_event_socket.c", "parse_command", "2228"),
}

# Every name `event` and `nixevent` know (switch_types.h, switch_event.c EVENT_NAMES).
NAMES: Final = frozenset(
    """
    CUSTOM CLONE CHANNEL_CREATE CHANNEL_DESTROY CHANNEL_STATE CHANNEL_CALLSTATE CHANNEL_ANSWER CHANNEL_HANGUP
    CHANNEL_HANGUP_COMPLETE CHANNEL_EXECUTE CHANNEL_EXECUTE_COMPLETE CHANNEL_HOLD CHANNEL_UNHOLD
    CHANNEL_BRIDGE CHANNEL_UNBRIDGE CHANNEL_PROGRESS CHANNEL_PROGRESS_MEDIA CHANNEL_OUTGOING CHANNEL_PARK
    CHANNEL_UNPARK CHANNEL_APPLICATION CHANNEL_ORIGINATE CHANNEL_UUID API LOG INBOUND_CHAN OUTBOUND_CHAN
    STARTUP SHUTDOWN PUBLISH UNPUBLISH TALK NOTALK SESSION_CRASH MODULE_LOAD MODULE_UNLOAD DTMF MESSAGE
    PRESENCE_IN NOTIFY_IN PRESENCE_OUT PRESENCE_PROBE MESSAGE_WAITING MESSAGE_QUERY ROSTER CODEC
    BACKGROUND_JOB DETECTED_SPEECH DETECTED_TONE PRIVATE_COMMAND HEARTBEAT TRAP ADD_SCHEDULE DEL_SCHEDULE
    EXE_SCHEDULE RE_SCHEDULE RELOADXML NOTIFY PHONE_FEATURE PHONE_FEATURE_SUBSCRIBE SEND_MESSAGE
    RECV_MESSAGE REQUEST_PARAMS CHANNEL_DATA GENERAL COMMAND SESSION_HEARTBEAT CLIENT_DISCONNECTED
    SERVER_DISCONNECTED SEND_INFO RECV_INFO RECV_RTCP_MESSAGE SEND_RTCP_MESSAGE CALL_SECURE NAT
    RECORD_START RECORD_STOP PLAYBACK_START PLAYBACK_STOP CALL_UPDATE FAILURE SOCKET_DATA MEDIA_BUG_START
    MEDIA_BUG_STOP CONFERENCE_DATA_QUERY CONFERENCE_DATA CALL_SETUP_REQ CALL_SETUP_RESULT CALL_DETAIL
    DEVICE_STATE TEXT SHUTDOWN_REQUESTED ALL
    """.split()  # noqa: SIM905 - a list of ninety quoted words reads worse
)


@dataclass(slots=True)
class Event:
    """One event. `first` are the header lines that stand before the channel's own (see `wire.json_event`)."""

    name: str
    headers: Headers
    body: str | None = None
    first: Mapping[str, str] = field(default_factory=dict)
    _json: bytes | None = None
    _plain: bytes | None = None

    def as_json(self) -> bytes:
        if self._json is None:
            self._json = json_event(self.headers, self.body, self.first)
        return self._json

    def as_plain(self) -> bytes:
        if self._plain is None:
            self._plain = plain_event(self.headers, self.body, self.first)
        return self._plain


class EventMaker:
    """Puts the lines on an event that every event of this switch has. Local time of the switch is UTC."""

    def __init__(self, *, core_uuid: str, hostname: str, switchname: str) -> None:
        self.core_uuid = core_uuid
        self.hostname = hostname
        self.switchname = switchname
        self.sequence = 0
        self._second = -1
        self._local = ""
        self._gmt = ""

    def make(
        self,
        name: str,
        headers: Mapping[str, str | list[str]],
        *,
        now_ms: int,
        body: str | None = None,
        first: Mapping[str, str] | None = None,
    ) -> Event:
        second = now_ms // 1000
        if second != self._second:
            self._second, moment = second, time.gmtime(second)
            self._local = time.strftime("%Y-%m-%d %H:%M:%S", moment)
            self._gmt = time.strftime("%a, %d %b %Y %H:%M:%S GMT", moment)
        self.sequence += 1
        file, function, line = SOURCES[name]
        whole: Headers = {
            "Event-Name": name,
            "Core-UUID": self.core_uuid,
            "FreeSWITCH-Hostname": self.hostname,
            "FreeSWITCH-Switchname": self.switchname,
            "FreeSWITCH-IPv4": "127.0.0.1",
            "FreeSWITCH-IPv6": "::1",
            "Event-Date-Local": self._local,
            "Event-Date-GMT": self._gmt,
            "Event-Date-Timestamp": f"{now_ms}000",
            "Event-Calling-File": file,
            "Event-Calling-Function": function,
            "Event-Calling-Line-Number": line,
            "Event-Sequence": str(self.sequence),
        }
        whole.update(headers)
        return Event(name, whole, body, first or {})


def stamp(at_ms: int) -> str:
    """`2026-11-22 06:17:29` (UTC), as the switch writes its `*_stamp` variables."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at_ms // 1000))
