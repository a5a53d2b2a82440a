"""How much of anything is taken from the peer, or given to it, and why that much."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of one connection, in bytes unless said otherwise. A peer over one of them is a `PeerError`."""

    # mod_event_socket prints message headers into 1024 bytes and replies into 512 (mod_event_socket.c:
    # listener_run, read_packet). Only a peer that is no FreeSWITCH sends much more.
    header_block: int = 65_536
    line: int = 16_384

    # `show channels` of 10 000 channels as JSON is about 8 MB.
    content_length: int = 64 * 1024 * 1024

    # A CHANNEL_HANGUP_COMPLETE is 5 to 15 KB with two SDPs; BACKGROUND_JOB carries a whole API answer.
    event: int = 16 * 1024 * 1024

    # Commands written whose reply has not come. At 900 a second per connection (docs/event-socket.md)
    # it is over twenty seconds of a switch that reads nothing: more is not pipelining, it is a flood.
    unpaired: int = 20_000

    # The switch reads commands one byte per system call; 64 KB is already a tenth of a second of its time.
    # It drops the connection at 10 MB (read_packet: max_len).
    command: int = 65_536

    # The switch keeps a Job-UUID in 37 bytes and cuts what is longer (struct api_command_struct): the job
    # would be reported under another id than ours.
    job_id: int = 36
