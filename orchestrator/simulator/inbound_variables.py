"""The channel variables a real 1.10.12 sets in a call that comes in, at each stage. [recorded]"""

from __future__ import annotations

from typing import Final

from orchestrator.simulator.variables import AGREED, HOST, LOCAL_SDP, MEDIA, PROXY, RTP, Variables

OFFERED: Final[Variables] = {
    **MEDIA,
    "variable_remote_media_ip": HOST,
    "variable_remote_media_port": "6192",
    "variable_rtp_use_codec_string": "PCMA",
    "variable_audio_media_flow": "sendrecv",
    **AGREED,
}
TAKEN: Final[Variables] = {
    "variable_rtp_local_sdp_str": LOCAL_SDP,
    "variable_local_media_ip": HOST,
    "variable_local_media_port": "22406",
    "variable_advertised_media_ip": HOST,
    **RTP,
}
CANCEL_RECEIVED: Final[Variables] = {
    "variable_sip_hangup_disposition": "recv_cancel",
    "variable_sip_invite_failure_status": "487",
    "variable_sip_invite_failure_phrase": "CANCEL",
    "variable_sip_term_status": "487",
    "variable_proto_specific_hangup_cause": "sip:487",
    "variable_sip_term_cause": "487",
}
REFUSED: Final[Variables] = {"variable_sip_hangup_disposition": "send_refuse"}


def of_incoming(
    *, caller: str, called: str, uuid: str, session_id: int, name: str, profile: str, now_ms: int
) -> Variables:
    """When an INVITE has come in. `caller` and `called`: the users of From and of the request."""
    tag = uuid[:13]
    return {
        "variable_direction": "inbound",
        "variable_uuid": uuid,
        "variable_call_uuid": uuid,
        "variable_session_id": str(session_id),
        "variable_sip_from_user": caller,
        "variable_sip_from_port": "5090",
        "variable_sip_from_uri": f"{caller}@{PROXY}",
        "variable_sip_from_host": HOST,
        "variable_video_media_flow": "disabled",
        "variable_text_media_flow": "disabled",
        "variable_channel_name": name,
        "variable_sip_call_id": f"{uuid}-call",
        "variable_sip_local_network_addr": HOST,
        "variable_sip_network_ip": HOST,
        "variable_sip_network_port": "5090",
        "variable_sip_invite_stamp": f"{now_ms}000",
        "variable_sip_received_ip": HOST,
        "variable_sip_received_port": "5090",
        "variable_sip_via_protocol": "udp",
        "variable_sip_authorized": "true",
        "variable_sip_acl_authed_by": f"prozvon_inbound_{profile}",
        "variable_sip_from_user_stripped": caller.removeprefix("+"),
        "variable_sip_from_tag": tag,
        "variable_sofia_profile_name": profile,
        "variable_sofia_profile_url": f"sip:mod_sofia@{HOST}:5080",
        "variable_recovery_profile_name": profile,
        "variable_sip_full_via": f"SIP/2.0/UDP {PROXY};branch=z9hG4bK{tag}",
        "variable_sip_full_from": f"<sip:{caller}@{PROXY}>;tag={tag}",
        "variable_sip_full_to": f"<sip:{called}@{HOST}:5080>",
        "variable_sip_req_user": called,
        "variable_sip_req_port": "5080",
        "variable_sip_req_uri": f"{called}@{HOST}:5080",
        "variable_sip_req_host": HOST,
        "variable_sip_to_user": called,
        "variable_sip_to_port": "5080",
        "variable_sip_to_uri": f"{called}@{HOST}:5080",
        "variable_sip_to_host": HOST,
        "variable_sip_contact_user": caller,
        "variable_sip_contact_port": "5090",
        "variable_sip_contact_uri": f"{caller}@{PROXY}",
        "variable_sip_contact_host": HOST,
        "variable_sip_via_host": HOST,
        "variable_sip_via_port": "5090",
        "variable_max_forwards": "70",
        **OFFERED,
        "variable_endpoint_disposition": "RECEIVED",
    }
