"""The channel variables a real 1.10.12 sets at each stage of a call to a gateway, in its order. [recorded]

Keys are written as events carry them (`variable_` in front), so that an event takes them over as they are.
"""

from __future__ import annotations

from typing import Final

from orchestrator.simulator.causes import Q850
from orchestrator.simulator.events import stamp

Variables = dict[str, str | list[str]]
PREFIX: Final = "variable_"
HOST: Final = "127.0.0.1"
PROXY: Final = "127.0.0.1:5090"


def of_session(uuid: str, session_id: int, *, call_uuid: str = "") -> Variables:
    return {
        "variable_direction": "outbound",
        "variable_is_outbound": "true",
        "variable_uuid": uuid,
        "variable_call_uuid": call_uuid or uuid,
        "variable_session_id": str(session_id),
    }


def of_invite(*, gateway: str, profile: str, number: str, name: str, own: dict[str, str]) -> Variables:
    """When the INVITE goes out. `own` are the variables of the originate, in their order."""
    early = "true" if own.get("ignore_early_media", "false") == "false" else "false"
    return {
        "variable_sip_gateway_name": gateway,
        "variable_sip_local_network_addr": HOST,
        "variable_sip_profile_name": "gateway",
        "variable_video_media_flow": "disabled",
        "variable_text_media_flow": "disabled",
        "variable_channel_name": name,
        "variable_sip_destination_url": f"sip:{number}@{PROXY}",
        **{PREFIX + key: value for key, value in own.items()},
        "variable_originate_early_media": early,
        "variable_originate_endpoint": "sofia",
        "variable_rtp_use_codec_string": "PCMA,PCMU",
        "variable_local_media_ip": HOST,
        "variable_local_media_port": "22406",
        "variable_advertised_media_ip": HOST,
        "variable_audio_media_flow": "sendrecv",
        "variable_rtp_local_sdp_str": LOCAL_SDP,
        "variable_sip_outgoing_contact_uri": f"<sip:gw+{gateway}@{HOST}:5080;transport=udp;gw={gateway}>",
        "variable_sip_req_uri": f"{number}@{PROXY}",
        "variable_sip_to_host": PROXY,
        "variable_sip_from_host": HOST,
        "variable_sofia_profile_name": profile,
        "variable_recovery_profile_name": profile,
        "variable_sofia_profile_url": f"sip:mod_sofia@{HOST}:5080",
    }


def of_loopback(*, name: str, own: dict[str, str]) -> Variables:
    """The first leg of a loopback call."""
    return {
        "variable_channel_name": name,
        "variable_loopback_leg": "A",
        "variable_is_loopback": "1",
        **{PREFIX + key: value for key, value in own.items()},
        "variable_originate_early_media": "false",
        "variable_originate_endpoint": "loopback",
    }


LOCAL_SDP: Final = (
    "v=0\r\no=FreeSWITCH 1795305854 1795305855 IN IP4 127.0.0.1\r\ns=FreeSWITCH\r\nc=IN IP4 127.0.0.1\r\n"
    "t=0 0\r\nm=audio 22406 RTP/AVP 8 0 101 13\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n"
    "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=rtpmap:13 CN/8000\r\na=ptime:20\r\n"
    "a=sendrecv\r\n"
)
_REMOTE_SDP: Final = (
    "v=0\r\no=callee 53655765 2353687637 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 6192 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
    "a=ptime:20\r\n"
)
_PEER: Final[Variables] = {
    "variable_sip_reply_host": HOST,
    "variable_sip_reply_port": "5090",
    "variable_sip_network_ip": HOST,
    "variable_sip_network_port": "5090",
}


_NO_PEER: Final[Variables] = {"variable_sip_reply_port": "0", "variable_sip_network_port": "0"}


def of_ringing(*, caller: str, number: str, uuid: str) -> Variables:
    """At the first answer that opens a dialog: 180, 183 or 200."""
    tag = uuid[:13]
    via = f"SIP/2.0/UDP {HOST}:5080;rport;branch=z9hG4bK{tag}"
    return {
        **_PEER,
        "variable_sip_recover_contact": f"<sip:callee@{PROXY};transport=UDP>",
        "variable_sip_full_via": via,
        "variable_sip_recover_via": via,
        "variable_sip_full_from": f"<sip:{caller}@{HOST}>;tag={tag}",
        "variable_sip_full_to": f"<sip:{number}@{PROXY}>;tag=callee{tag}",
        "variable_sip_from_user": caller,
        "variable_sip_from_uri": f"{caller}@{HOST}",
        "variable_sip_to_user": number,
        "variable_sip_to_port": "5090",
        "variable_sip_to_uri": f"{number}@{PROXY}",
        "variable_sip_to_host": HOST,
        "variable_sip_contact_params": "transport=UDP",
        "variable_sip_contact_user": "callee",
        "variable_sip_contact_port": "5090",
        "variable_sip_contact_uri": f"callee@{PROXY}",
        "variable_sip_contact_host": HOST,
        "variable_sip_to_tag": f"callee{tag}",
        "variable_sip_from_tag": tag,
        "variable_sip_cseq": "123110332",
        "variable_sip_call_id": f"{uuid}-call",
    }


MEDIA: Final[Variables] = {
    "variable_switch_r_sdp": _REMOTE_SDP,
    "variable_ep_codec_string": "CORE_PCM_MODULE.PCMA@8000h@20i@64000b",
}
AGREED: Final[Variables] = {
    "variable_remote_video_media_flow": "inactive",
    "variable_remote_text_media_flow": "inactive",
    "variable_remote_audio_media_flow": "sendrecv",
    "variable_rtp_audio_recv_pt": "8",
    "variable_rtp_use_codec_name": "PCMA",
    "variable_rtp_use_codec_rate": "8000",
    "variable_rtp_use_codec_ptime": "20",
    "variable_rtp_use_codec_channels": "1",
    "variable_rtp_last_audio_codec_string": "PCMA@8000h@20i@1c",
    "variable_read_codec": "PCMA",
    "variable_original_read_codec": "PCMA",
    "variable_read_rate": "8000",
    "variable_original_read_rate": "8000",
    "variable_write_codec": "PCMA",
    "variable_write_rate": "8000",
    "variable_dtmf_type": "rfc2833",
}
RTP: Final[Variables] = {
    "variable_rtp_use_timer_name": "soft",
    "variable_rtp_use_pt": "8",
    "variable_rtp_use_ssrc": "1929738897",
    "variable_rtp_2833_send_payload": "101",
    "variable_rtp_2833_recv_payload": "101",
    "variable_remote_media_ip": HOST,
    "variable_remote_media_port": "6192",
}
ANSWERED: Final[Variables] = {**MEDIA, **AGREED, **RTP}
ANSWER_CODECS: Final = {
    "Channel-Read-Codec-Name": "PCMA",
    "Channel-Read-Codec-Rate": "8000",
    "Channel-Read-Codec-Bit-Rate": "64000",
    "Channel-Write-Codec-Name": "PCMA",
    "Channel-Write-Codec-Rate": "8000",
    "Channel-Write-Codec-Bit-Rate": "64000",
}


def of_refusal(status: int, phrase: str, cause: str, uuid: str, *, is_real: bool) -> Variables:
    """A final SIP answer of 4xx to 6xx; not `is_real`: made up by the stack, because nobody listens there."""
    return {
        "variable_sip_call_id": f"{uuid}-call",
        "variable_sip_local_network_addr": HOST,
        **(_PEER if is_real else _NO_PEER),
        "variable_sip_hangup_disposition": "recv_refuse",
        "variable_sip_invite_failure_status": str(status),
        "variable_sip_invite_failure_phrase": phrase,
        "variable_sip_term_status": str(status),
        "variable_proto_specific_hangup_cause": f"sip:{status}",
        "variable_sip_term_cause": str(Q850[cause]),
    }


BYE_RECEIVED: Final[Variables] = {
    "variable_sip_term_status": "200",
    "variable_proto_specific_hangup_cause": "sip:200",
    "variable_sip_term_cause": "16",
}
CANCEL_SENT: Final[Variables] = {
    "variable_sip_hangup_disposition": "send_cancel",
    "variable_sip_invite_failure_status": "487",
    "variable_sip_invite_failure_phrase": "CANCEL",
}


def of_times(  # one table, in the order the switch writes it (switch_core_state_machine.c, switch_channel.c)
    *,
    cause: str,
    created: int,
    profile: int,
    answered: int,
    progress: int,
    progress_media: int,
    ended: int,
    bridged: int = 0,
    dialed: str = "",
    caller_id: str,
    last_app: tuple[str, str] | None,
) -> Variables:
    """Everything `switch_channel_set_timestamps` leaves. Times in ms, 0 for never."""
    stamps = {"start": created, "profile_start": profile, "answer": answered, "bridge": bridged}
    stamps |= {"progress": progress, "progress_media": progress_media, "end": ended}
    variables: Variables = {
        "variable_hangup_cause": cause,
        "variable_hangup_cause_q850": str(Q850[cause]) if Q850[cause] <= 127 else "16",
        "variable_digits_dialed": dialed or "none",
        **{f"variable_{name}_stamp": stamp(at) for name, at in stamps.items() if at},
    }
    for name, at in (
        ("start", created),
        ("profile_start", profile),
        ("answer", answered),
        ("bridge", bridged),
    ):
        variables[f"variable_{name}_epoch"], variables[f"variable_{name}_uepoch"] = str(at // 1000), _us(at)
    variables |= _NEVER_HELD
    for name, at in (("progress", progress), ("progress_media", progress_media), ("end", ended)):
        variables[f"variable_{name}_epoch"], variables[f"variable_{name}_uepoch"] = str(at // 1000), _us(at)
    if last_app:
        variables["variable_last_app"] = last_app[0]
        if last_app[1]:
            variables["variable_last_arg"] = last_app[1]
    variables["variable_caller_id"] = caller_id
    spans = {
        "duration": (created, ended),
        "bill": (answered, ended),
        "progress": (created, progress),
        "answer": (created, answered),
        "wait": (created, bridged),
        "progress_media": (created, progress_media),
        "flow_bill": (created, ended) if answered else (0, 0),
    }
    for unit in ("sec", "msec", "usec"):
        for name, (begin, end) in spans.items():
            variables[_span_name(name, unit)] = _span(begin, end, unit)
    return variables


def _us(at_ms: int) -> str:
    return f"{at_ms}000" if at_ms else "0"


_NEVER_HELD: Final[Variables] = {
    "variable_last_hold_epoch": "0",
    "variable_last_hold_uepoch": "0",
    "variable_hold_accum_seconds": "0",
    "variable_hold_accum_usec": "0",
    "variable_hold_accum_ms": "0",
    "variable_resurrect_epoch": "0",
    "variable_resurrect_uepoch": "0",
}


def _span_name(name: str, unit: str) -> str:
    if name == "duration":
        return f"variable_{unit.removesuffix('sec')}duration"
    return f"variable_{name}{unit}"


def _span(begin_ms: int, end_ms: int, unit: str) -> str:
    if not begin_ms or not end_ms:
        return "0"
    if unit == "sec":
        return str(end_ms // 1000 - begin_ms // 1000)
    return str(end_ms - begin_ms) if unit == "msec" else _us(end_ms - begin_ms)


def of_rtp(packets_in: int, packets_out: int) -> Variables:
    """What the RTP stack adds after hangup. Packets of 20 ms; a PCMA packet is 172 bytes with its header."""
    return {
        "variable_rtp_audio_in_raw_bytes": str(packets_in * 172),
        "variable_rtp_audio_in_media_bytes": str(packets_in * 172),
        "variable_rtp_audio_in_packet_count": str(packets_in),
        "variable_rtp_audio_in_media_packet_count": str(packets_in),
        **_RTP_IN,
        "variable_rtp_audio_out_raw_bytes": str(packets_out * 172),
        "variable_rtp_audio_out_media_bytes": str(packets_out * 172),
        "variable_rtp_audio_out_packet_count": str(packets_out),
        "variable_rtp_audio_out_media_packet_count": str(packets_out),
        **_RTP_OUT,
    }


_RTP_IN: Final[Variables] = {
    "variable_rtp_audio_in_skip_packet_count": "0",
    "variable_rtp_audio_in_jitter_packet_count": "0",
    "variable_rtp_audio_in_dtmf_packet_count": "0",
    "variable_rtp_audio_in_cng_packet_count": "0",
    "variable_rtp_audio_in_flush_packet_count": "0",
    "variable_rtp_audio_in_largest_jb_size": "0",
    "variable_rtp_audio_in_jitter_min_variance": "0.00",
    "variable_rtp_audio_in_jitter_max_variance": "0.00",
    "variable_rtp_audio_in_jitter_loss_rate": "0.00",
    "variable_rtp_audio_in_jitter_burst_rate": "0.00",
    "variable_rtp_audio_in_mean_interval": "0.00",
    "variable_rtp_audio_in_flaw_total": "0",
    "variable_rtp_audio_in_quality_percentage": "100.00",
    "variable_rtp_audio_in_mos": "4.50",
}
_RTP_OUT: Final[Variables] = {
    "variable_rtp_audio_out_skip_packet_count": "0",
    "variable_rtp_audio_out_dtmf_packet_count": "0",
    "variable_rtp_audio_out_cng_packet_count": "0",
    "variable_rtp_audio_rtcp_packet_count": "0",
    "variable_rtp_audio_rtcp_octet_count": "0",
}
