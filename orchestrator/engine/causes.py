"""What each hangup cause of FreeSWITCH 1.10.12 means for a call nobody answered: the table, with its reasons.

All 82 names of `CAUSE_CHART` (switch_channel.c). What decides between neighbours: may the telephone have rung
(then it counts and is not repeated at once), is it this number that is wrong (then it is given up), or is it
the trunk or ourselves (then the customer pays nothing for it). docs/dispositions.md shows it to people.
"""

from __future__ import annotations

from typing import NamedTuple

from orchestrator.domain.disposition import Disposition

BUSY = Disposition.BUSY
NO_ANSWER = Disposition.NO_ANSWER
REJECTED = Disposition.REJECTED
INVALID = Disposition.INVALID_NUMBER
CONGESTION = Disposition.CONGESTION
FAILED = Disposition.FAILED
CANCELLED = Disposition.CANCELLED


class Cause(NamedTuple):
    disposition: Disposition
    why: str
    is_vague: bool = False  # says little: a SIP status, where there is one, says more


CAUSES: dict[str, Cause] = {
    # The called side
    "USER_BUSY": Cause(BUSY, "486, 600"),
    "BUSY_EVERYWHERE": Cause(BUSY, "600 at every place of the user"),
    "NO_ANSWER": Cause(NO_ANSWER, "it rang until our ring time was over"),
    "NO_USER_RESPONSE": Cause(NO_ANSWER, "480: nobody there, telephone off"),
    "ALLOTTED_TIMEOUT": Cause(NO_ANSWER, "our time for this leg was over"),
    "PROGRESS_TIMEOUT": Cause(NO_ANSWER, "no sign of ringing in the time for it"),
    "NO_PICKUP": Cause(NO_ANSWER, "rang, and was not picked up"),
    "SUBSCRIBER_ABSENT": Cause(NO_ANSWER, "telephone off or out of coverage"),
    "USER_NOT_REGISTERED": Cause(NO_ANSWER, "an IP telephone that is off"),
    "ORIGINATOR_CANCEL": Cause(
        NO_ANSWER,
        "487 that we did not ask for: the carrier's ring time was over; it may have rung for long",
    ),
    "NORMAL_CLEARING": Cause(NO_ANSWER, "cleared before an answer, with nothing wrong", is_vague=True),
    "CALL_REJECTED": Cause(REJECTED, "403, 603, 608: declined by the user, or blocked"),
    "DECLINE": Cause(REJECTED, "603"),
    "REJECT_ALL": Cause(REJECTED, "the user takes no such calls"),
    "UNWANTED": Cause(REJECTED, "607: the user marked our number"),
    "INCOMING_CALL_BARRED": Cause(REJECTED, "the user's line takes no calls"),
    "UNALLOCATED_NUMBER": Cause(INVALID, "404: no such number"),
    "INVALID_NUMBER_FORMAT": Cause(INVALID, "484: incomplete or malformed"),
    "NUMBER_CHANGED": Cause(INVALID, "410: this number is nobody's now"),
    "DOES_NOT_EXIST_ANYWHERE": Cause(INVALID, "604"),
    "NO_ROUTE_DESTINATION": Cause(INVALID, "485, 604: leads nowhere"),
    # Trunk and network: full or broken on the way
    "NORMAL_CIRCUIT_CONGESTION": Cause(CONGESTION, "no line free"),
    "SWITCH_CONGESTION": Cause(CONGESTION, "the carrier's exchange is overloaded"),
    "REQUESTED_CHAN_UNAVAIL": Cause(CONGESTION, "no channel on the trunk"),
    "NORMAL_TEMPORARY_FAILURE": Cause(CONGESTION, "400, 481, 500, 503: mostly a trunk at its limit"),
    "NETWORK_OUT_OF_ORDER": Cause(CONGESTION, "502: the carrier's network is down"),
    "DESTINATION_OUT_OF_ORDER": Cause(FAILED, "the called line's equipment is out of order"),
    # Ourselves: configuration, certificates, limits. Nothing reached anybody
    "INVALID_GATEWAY": Cause(CONGESTION, "our switch has no such gateway"),
    "GATEWAY_DOWN": Cause(CONGESTION, "our gateway is down"),
    "INVALID_PROFILE": Cause(CONGESTION, "our switch has no such SIP profile"),
    "INVALID_URL": Cause(CONGESTION, "our dial string is wrong"),
    "CHAN_NOT_IMPLEMENTED": Cause(CONGESTION, "our switch lacks the endpoint module"),
    "USER_CHALLENGE": Cause(CONGESTION, "the trunk asks for a password we do not have"),
    "NO_IDENTITY": Cause(CONGESTION, "428: the trunk wants signed calls"),
    "BAD_IDENTITY_INFO": Cause(CONGESTION, "429: our signature cannot be checked"),
    "UNSUPPORTED_CERTIFICATE": Cause(CONGESTION, "437: our certificate is not accepted"),
    "INVALID_IDENTITY": Cause(CONGESTION, "438: our signature is wrong"),
    "STALE_DATE": Cause(CONGESTION, "403: our clock, or an old signature"),
    # Ended by us
    "MANAGER_REQUEST": Cause(CANCELLED, "a person or a script hung it up"),
    "SYSTEM_SHUTDOWN": Cause(CANCELLED, "our switch is going down"),
    "LOSE_RACE": Cause(CANCELLED, "another leg was answered first"),
    "PICKED_OFF": Cause(CANCELLED, "taken over by another leg"),
    "BOWOUT": Cause(CANCELLED, "a loopback leg that stepped aside"),
    # Went wrong on the way, or nobody can say. It may have rung: counted, tried again later
    "RECOVERY_ON_TIMER_EXPIRE": Cause(FAILED, "408, 504: no reply in time, whose fault is unknown"),
    "NORMAL_UNSPECIFIED": Cause(FAILED, "any other SIP status", is_vague=True),
    "INTERWORKING": Cause(FAILED, "413-423, 505, 513, or a foreign network", is_vague=True),
    "NONE": Cause(FAILED, "no cause given", is_vague=True),
    "SUCCESS": Cause(FAILED, "no cause given, and yet no answer", is_vague=True),
    "NO_ROUTE_TRANSIT_NET": Cause(FAILED, "the carrier finds no way through"),
    "CHANNEL_UNACCEPTABLE": Cause(FAILED, "protocol trouble"),
    "CALL_AWARDED_DELIVERED": Cause(FAILED, "protocol trouble"),
    "REDIRECTION_TO_NEW_DESTINATION": Cause(FAILED, "3xx that we do not follow"),
    "EXCHANGE_ROUTING_ERROR": Cause(FAILED, "482, 483: the call went in a circle"),
    "FACILITY_REJECTED": Cause(FAILED, "a service we asked for was refused"),
    "RESPONSE_TO_STATUS_ENQUIRY": Cause(FAILED, "protocol trouble"),
    "ACCESS_INFO_DISCARDED": Cause(FAILED, "protocol trouble"),
    "PRE_EMPTED": Cause(FAILED, "a call of higher rank took the line"),
    "FACILITY_NOT_SUBSCRIBED": Cause(FAILED, "our contract does not cover this call"),
    "OUTGOING_CALL_BARRED": Cause(FAILED, "our trunk may not call there"),
    "BEARERCAPABILITY_NOTAUTH": Cause(FAILED, "our trunk may not make such calls"),
    "BEARERCAPABILITY_NOTAVAIL": Cause(FAILED, "the network cannot carry such a call now"),
    "BEARERCAPABILITY_NOTIMPL": Cause(FAILED, "no codec in common"),
    "SERVICE_UNAVAILABLE": Cause(FAILED, "405: refused as a method"),
    "FACILITY_NOT_IMPLEMENTED": Cause(FAILED, "the network lacks a service we asked for"),
    "SERVICE_NOT_IMPLEMENTED": Cause(FAILED, "406, 415, 501"),
    "INVALID_CALL_REFERENCE": Cause(FAILED, "protocol trouble"),
    "INCOMPATIBLE_DESTINATION": Cause(FAILED, "488, 606: no codec in common"),
    "NOT_ACCEPTABLE": Cause(FAILED, "606"),
    "INVALID_MSG_UNSPECIFIED": Cause(FAILED, "protocol trouble"),
    "MANDATORY_IE_MISSING": Cause(FAILED, "protocol trouble"),
    "MESSAGE_TYPE_NONEXIST": Cause(FAILED, "protocol trouble"),
    "WRONG_MESSAGE": Cause(FAILED, "protocol trouble"),
    "IE_NONEXIST": Cause(FAILED, "protocol trouble"),
    "INVALID_IE_CONTENTS": Cause(FAILED, "protocol trouble"),
    "WRONG_CALL_STATE": Cause(FAILED, "protocol trouble"),
    "MANDATORY_IE_LENGTH_ERROR": Cause(FAILED, "protocol trouble"),
    "PROTOCOL_ERROR": Cause(FAILED, "protocol trouble"),
    "CRASH": Cause(FAILED, "an endpoint of our switch broke; it may have rung"),
    "MEDIA_TIMEOUT": Cause(FAILED, "no sound came from the network"),
    "SRTP_READ_ERROR": Cause(FAILED, "encrypted sound could not be read"),
    "BLIND_TRANSFER": Cause(FAILED, "transferred before an answer: not one of our calls"),
    "ATTENDED_TRANSFER": Cause(FAILED, "transferred before an answer: not one of our calls"),
}

# Where the SIP status (or its class, or its absence) turns the meaning round. Before CAUSES
EXCEPTIONS: dict[tuple[str, str], Cause] = {
    ("DESTINATION_OUT_OF_ORDER", "none"): Cause(
        CONGESTION,
        "no SIP at all: our switch's throttles (sessions per second, max-sessions, `fsctl pause`)",
    ),
    ("NO_ROUTE_DESTINATION", "none"): Cause(FAILED, "no SIP at all: our own dialplan leads nowhere"),
    ("NO_ROUTE_DESTINATION", "5xx"): Cause(FAILED, "the trunk knows no way; the number may be right"),
    ("CALL_REJECTED", "401"): Cause(CONGESTION, "the trunk refuses our password, not the user our call"),
    ("CALL_REJECTED", "402"): Cause(CONGESTION, "the trunk wants to be paid first"),
    ("CALL_REJECTED", "407"): Cause(CONGESTION, "the trunk refuses our password, not the user our call"),
}

# What a SIP status means where the cause is vague (a `Reason: Q.850` header overrides only the cause)
SIP: dict[str, Disposition] = {
    "401": CONGESTION,
    "402": CONGESTION,
    "403": REJECTED,
    "404": INVALID,
    "407": CONGESTION,
    "408": FAILED,
    "410": INVALID,
    "480": NO_ANSWER,
    "484": INVALID,
    "485": INVALID,
    "486": BUSY,
    "487": NO_ANSWER,
    "500": CONGESTION,
    "502": CONGESTION,
    "503": CONGESTION,
    "600": BUSY,
    "603": REJECTED,
    "604": INVALID,
    "607": REJECTED,
    "608": REJECTED,
}
