"""The event socket without I/O: bytes in, messages out; commands in, bytes out."""

from orchestrator.esl.protocol.commands import filter_line, subscription
from orchestrator.esl.protocol.core import Core, Sent, State
from orchestrator.esl.protocol.errors import CommandError, EslError, PeerError
from orchestrator.esl.protocol.limits import Limits
from orchestrator.esl.protocol.messages import (
    ApiResponse,
    AuthRequest,
    DisconnectNotice,
    Event,
    LogData,
    Message,
    Other,
    Reply,
    RudeRejection,
)

__all__ = [
    "ApiResponse",
    "AuthRequest",
    "CommandError",
    "Core",
    "DisconnectNotice",
    "EslError",
    "Event",
    "Limits",
    "LogData",
    "Message",
    "Other",
    "PeerError",
    "Reply",
    "RudeRejection",
    "Sent",
    "State",
    "filter_line",
    "subscription",
]
