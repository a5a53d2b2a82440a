"""Hangup causes: their Q.850 numbers, and what a carrier's SIP answer becomes in the switch.

Sources: switch_types.h (`switch_call_cause_t`), mod_sofia.c / sofia.c (`sofia_glue_sip_cause_to_freeswitch`).
"""

from __future__ import annotations

from typing import Final

# What `hangup_cause_q850` says. Causes above 127 are FreeSWITCH's own.
Q850: Final[dict[str, int]] = {
    "NONE": 0,
    "UNALLOCATED_NUMBER": 1,
    "NO_ROUTE_TRANSIT_NET": 2,
    "NO_ROUTE_DESTINATION": 3,
    "CHANNEL_UNACCEPTABLE": 6,
    "CALL_AWARDED_DELIVERED": 7,
    "NORMAL_CLEARING": 16,
    "USER_BUSY": 17,
    "NO_USER_RESPONSE": 18,
    "NO_ANSWER": 19,
    "SUBSCRIBER_ABSENT": 20,
    "CALL_REJECTED": 21,
    "NUMBER_CHANGED": 22,
    "REDIRECTION_TO_NEW_DESTINATION": 23,
    "EXCHANGE_ROUTING_ERROR": 25,
    "DESTINATION_OUT_OF_ORDER": 27,
    "INVALID_NUMBER_FORMAT": 28,
    "FACILITY_REJECTED": 29,
    "RESPONSE_TO_STATUS_ENQUIRY": 30,
    "NORMAL_UNSPECIFIED": 31,
    "NORMAL_CIRCUIT_CONGESTION": 34,
    "NETWORK_OUT_OF_ORDER": 38,
    "NORMAL_TEMPORARY_FAILURE": 41,
    "SWITCH_CONGESTION": 42,
    "ACCESS_INFO_DISCARDED": 43,
    "REQUESTED_CHAN_UNAVAIL": 44,
    "PRE_EMPTED": 45,
    "FACILITY_NOT_SUBSCRIBED": 50,
    "OUTGOING_CALL_BARRED": 52,
    "INCOMING_CALL_BARRED": 54,
    "BEARERCAPABILITY_NOTAUTH": 57,
    "BEARERCAPABILITY_NOTAVAIL": 58,
    "SERVICE_UNAVAILABLE": 63,
    "BEARERCAPABILITY_NOTIMPL": 65,
    "CHAN_NOT_IMPLEMENTED": 66,
    "FACILITY_NOT_IMPLEMENTED": 69,
    "SERVICE_NOT_IMPLEMENTED": 79,
    "INVALID_CALL_REFERENCE": 81,
    "INCOMPATIBLE_DESTINATION": 88,
    "INVALID_MSG_UNSPECIFIED": 95,
    "MANDATORY_IE_MISSING": 96,
    "MESSAGE_TYPE_NONEXIST": 97,
    "WRONG_MESSAGE": 98,
    "IE_NONEXIST": 99,
    "INVALID_IE_CONTENTS": 100,
    "WRONG_CALL_STATE": 101,
    "RECOVERY_ON_TIMER_EXPIRE": 102,
    "MANDATORY_IE_LENGTH_ERROR": 103,
    "PROTOCOL_ERROR": 111,
    "INTERWORKING": 127,
    "SUCCESS": 142,
    "ORIGINATOR_CANCEL": 487,
    "CRASH": 700,
    "SYSTEM_SHUTDOWN": 701,
    "LOSE_RACE": 702,
    "MANAGER_REQUEST": 703,
    "BLIND_TRANSFER": 800,
    "ATTENDED_TRANSFER": 801,
    "ALLOTTED_TIMEOUT": 802,
    "USER_CHALLENGE": 803,
    "MEDIA_TIMEOUT": 804,
    "PICKED_OFF": 805,
    "USER_NOT_REGISTERED": 806,
    "PROGRESS_TIMEOUT": 807,
    "INVALID_GATEWAY": 808,
    "GATEWAY_DOWN": 809,
    "INVALID_URL": 810,
    "INVALID_PROFILE": 811,
    "NO_PICKUP": 812,
    "SRTP_READ_ERROR": 813,
    "BOWOUT": 814,
    "BUSY_EVERYWHERE": 815,
    "DECLINE": 816,
    "DOES_NOT_EXIST_ANYWHERE": 817,
    "NOT_ACCEPTABLE": 818,
    "UNWANTED": 819,
    "NO_IDENTITY": 820,
    "BAD_IDENTITY_INFO": 821,
    "UNSUPPORTED_CERTIFICATE": 822,
    "INVALID_IDENTITY": 823,
    "STALE_DATE": 824,
    "REJECT_ALL": 825,
}

# SIP status -> (its phrase, hangup cause)
SIP: Final[dict[int, tuple[str, str]]] = {
    400: ("Bad Request", "NORMAL_TEMPORARY_FAILURE"),
    401: ("Unauthorized", "CALL_REJECTED"),
    402: ("Payment Required", "CALL_REJECTED"),
    403: ("Forbidden", "CALL_REJECTED"),
    404: ("Not Found", "UNALLOCATED_NUMBER"),
    405: ("Method Not Allowed", "SERVICE_UNAVAILABLE"),
    406: ("Not Acceptable", "SERVICE_NOT_IMPLEMENTED"),
    407: ("Proxy Authentication Required", "CALL_REJECTED"),
    408: ("Request Timeout", "RECOVERY_ON_TIMER_EXPIRE"),
    410: ("Gone", "NUMBER_CHANGED"),
    480: ("Temporarily Unavailable", "NO_USER_RESPONSE"),
    481: ("Call/Transaction Does Not Exist", "NORMAL_TEMPORARY_FAILURE"),
    484: ("Address Incomplete", "INVALID_NUMBER_FORMAT"),
    485: ("Ambiguous", "NO_ROUTE_DESTINATION"),
    486: ("Busy Here", "USER_BUSY"),
    487: ("Request Terminated", "ORIGINATOR_CANCEL"),
    488: ("Not Acceptable Here", "INCOMPATIBLE_DESTINATION"),
    500: ("Server Internal Error", "NORMAL_TEMPORARY_FAILURE"),
    501: ("Not Implemented", "SERVICE_NOT_IMPLEMENTED"),
    502: ("Bad Gateway", "NETWORK_OUT_OF_ORDER"),
    503: ("Service Unavailable", "NORMAL_TEMPORARY_FAILURE"),
    504: ("Gateway Time-out", "RECOVERY_ON_TIMER_EXPIRE"),
    600: ("Busy Everywhere", "USER_BUSY"),
    603: ("Decline", "CALL_REJECTED"),
    604: ("Does Not Exist Anywhere", "NO_ROUTE_DESTINATION"),
    606: ("Not Acceptable", "INCOMPATIBLE_DESTINATION"),
    608: ("Rejected", "CALL_REJECTED"),
}
UNSPECIFIED: Final = "NORMAL_UNSPECIFIED"


def sip_cause(status: int) -> tuple[str, str]:
    """(phrase, hangup cause) of a final SIP answer."""
    return SIP.get(status, ("Unknown", UNSPECIFIED))


def known_cause(name: str) -> str | None:
    """The cause as `uuid_kill` and `hangup` understand it: a name in any case, or its number."""
    upper = name.upper()
    if upper in Q850:
        return upper
    if name.isdigit():
        return next((cause for cause, number in Q850.items() if number == int(name)), None)
    return None
