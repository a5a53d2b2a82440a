"""What can be seen of a switch from this machine without asking it: its folders, its process, its open doors."""

from __future__ import annotations

import hashlib
import ipaddress
import json
import os
import re
import struct
import wave
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path

from gevent import socket

from orchestrator.doctor.facts import CdrAccess, Door, Process, Sounds

PROBE_S = 1.0
SOUNDS = 2000  # looked at, at most
_SIOCGIFADDR = 0x8915  # netdevice(7)
_RELEASE = re.compile(r"[0-9a-f]{12}\Z")


# Doors


def look_at_doors(host: str, port: int) -> dict[str, Door]:
    """What a client meets at each other address of this machine; {} when the switch is on another one."""
    own = own_addresses()
    try:
        reached = {str(item[4][0]) for item in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except OSError:
        return {}
    is_here = any(address in own or ipaddress.ip_address(address).is_loopback for address in reached)
    return {address: door_at(address, port) for address in own if address not in reached} if is_here else {}


def door_at(address: str, port: int) -> Door:
    """As somebody with that very address meets it."""
    try:
        with closing(socket.create_connection((address, port), timeout=PROBE_S)) as client:
            said = client.recv(100)
    except OSError:
        return Door.SHUT
    if b"auth/request" in said:
        return Door.OPEN
    return Door.REFUSED if b"rude-rejection" in said else Door.SHUT


def own_addresses() -> tuple[str, ...]:
    """Addresses of this machine that others may reach: no loopback, no link-local ones."""
    import fcntl  # not on every system that develops scenarios

    found = []
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as any_socket:
        for _, name in socket.if_nameindex():
            with suppress(OSError):  # an interface without IPv4
                told = fcntl.ioctl(any_socket, _SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
                found.append(socket.inet_ntoa(told[20:24]))
    with suppress(OSError):
        lines = Path("/proc/net/if_inet6").read_text("ascii").splitlines()
        found += [str(ipaddress.IPv6Address(bytes.fromhex(line.split()[0]))) for line in lines]
    parsed = [ipaddress.ip_address(address) for address in found]
    return tuple(str(a) for a in parsed if not (a.is_loopback or a.is_link_local))


# Folders


def look_at_cdrs(folder: Path) -> CdrAccess:
    return CdrAccess.FINE if os.access(folder, os.R_OK | os.X_OK) else CdrAccess.CLOSED


def look_at_release(root: Path, release: str) -> tuple[str, ...] | None:
    """Files of a release that are missing or changed; None when there is nothing to hold it against."""
    if not _RELEASE.match(release):
        return None
    folder = root / "releases" / release
    try:
        files = json.loads((folder / "release.json").read_bytes())["files"]
        return tuple(path for path, digest in sorted(files.items()) if _digest(folder / path) != digest)
    except FileNotFoundError:
        return ("release.json",)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return ""


def look_at_sounds(root: Path) -> Sounds:
    """Every prompt of the switch, up to SOUNDS of them."""
    paths = [path for name in ("prompts", "spoken") for path in _some_sounds(root / name)][:SOUNDS]
    return Sounds(seen=len(paths), wrong=tuple(path.name for path in paths if not _is_telephone_sound(path)))


def _some_sounds(folder: Path) -> Iterable[Path]:
    return sorted(folder.glob("*.wav"))[:SOUNDS]


def _is_telephone_sound(path: Path) -> bool:
    """8 kHz, mono, 16 bit. What is gone meanwhile is no fault."""
    try:
        with wave.open(str(path), "rb") as sound:
            return (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (8000, 1, 2)
    except FileNotFoundError:
        return True
    except (OSError, EOFError, wave.Error):
        return False


# The process


def look_at_process(pid: int, *, log_folder: Path, secrets: Path) -> Process | None:
    """Limits and modes; None when no FreeSWITCH of this machine has that id (it runs in a container, say)."""
    try:
        if Path(f"/proc/{pid}/comm").read_text("ascii").strip() != "freeswitch":
            return None
        limits = Path(f"/proc/{pid}/limits").read_text("ascii")
    except (OSError, ValueError):
        return None
    return Process(
        open_files=soft_limit(limits, "Max open files"),
        core_bytes=soft_limit(limits, "Max core file size"),
        log_folder=str(log_folder),
        log_mode=_mode(log_folder),
        secrets_file=str(secrets),
        secrets_mode=_mode(secrets),
    )


def soft_limit(limits: str, name: str) -> int | None:
    """A line of /proc/PID/limits; -1 for unlimited, None where there is no such line."""
    found = re.search(rf"^{name}\s+(\d+|unlimited)\s", limits, re.M)
    return None if found is None else -1 if found[1] == "unlimited" else int(found[1])


def _mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode & 0o777
    except OSError:
        return None
