"""An order system as it stands at the other end of a webhook: takes what it is told, by key, and now and then fails.

For demonstrations: it is on loopback, in a thread of its own, and keeps everything in memory.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

LONGEST = 1_000_000  # bytes of a body
LATE_S = 10.0  # of a client that goes silent
# What is needed of what comes, by path
_WANTED = {"/orders": ("campaign", "lead", "status"), "/events": ("kind",), "/sms": ("to", "text")}


@dataclass(slots=True, kw_only=True)
class Crm:
    """secret: what is told must be signed with it. fails_every: each so manieth request is answered 503 and not taken;
    0: none.

    told: campaign -> lead -> its statuses, in the order in which they came, each once. events: what rules told
    beside it. texts: number -> short messages for it. repeated: requests with a key that was taken before. faults: what
    was wrong with what came.
    """

    secret: str = ""
    fails_every: int = 0
    url: str = ""
    told: dict[str, dict[int, list[str]]] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)
    faults: Counter[str] = field(default_factory=Counter)
    events: int = 0
    requests: int = 0
    failed: int = 0
    repeated: int = 0
    _keys: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, path: str, headers: Mapping[str, str], body: bytes) -> int:
        """The HTTP status of the answer to a request."""
        with self._lock:
            self.requests += 1
            if self.fails_every and self.requests % self.fails_every == 0:
                self.failed += 1
                return 503
            fault = self._fault(path, headers, body)
            if fault:
                self.faults[fault] += 1
                return 400
            key = headers["Idempotency-Key"]
            if key in self._keys:
                self.repeated += 1
                return 200
            self._keys.add(key)
            self._keep(path, json.loads(body))
            return 200

    def _fault(self, path: str, headers: Mapping[str, str], body: bytes) -> str:
        if not headers.get("Idempotency-Key"):
            return "no key"
        if path != "/sms" and not _is_signed(self.secret, headers.get("Prozvon-Signature", ""), body):
            return "not signed with our secret"
        try:
            said = json.loads(body)
        except ValueError:
            return "not JSON"
        wanted = _WANTED.get(path)
        if wanted is None:
            return f"nothing is at {path}"
        lacking = [name for name in wanted if name not in said]
        return f"without {', '.join(lacking)}" if lacking else ""

    def _keep(self, path: str, said: dict[str, object]) -> None:
        if path == "/sms":
            self.texts.setdefault(str(said["to"]), []).append(str(said["text"]))
            return
        if path == "/events":
            self.events += 1
            return
        leads = self.told.setdefault(str(said["campaign"]), {})
        leads.setdefault(int(str(said["lead"])), []).append(str(said["status"]))

    def status_of(self, campaign_id: str, lead_id: int) -> str:
        """What the lead's order has come to, as far as was told; "" for nothing."""
        with self._lock:
            statuses = self.told.get(campaign_id, {}).get(lead_id)
            return statuses[-1] if statuses else ""


@contextmanager
def serving(crm: Crm) -> Iterator[Crm]:
    """It answers at `crm.url` until the block ends."""

    class Handler(_Handler):
        taker = crm

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    crm.url = f"http://127.0.0.1:{server.server_address[1]}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield crm
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    taker: ClassVar[Crm]
    timeout = LATE_S

    def do_POST(self) -> None:  # its name is http.server's
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()) or int(length) > LONGEST:
            status = 411 if not length else 413
        else:
            status = self.taker.take(self.path, self.headers, self.rfile.read(int(length)))  # type: ignore[arg-type]  # a message reads as a mapping
        answer = json.dumps({"success": status == 200}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # as http.server calls it
        """Nothing on the terminal."""


def _is_signed(secret: str, header: str, body: bytes) -> bool:
    """As docs/webhooks.md tells a receiver to look."""
    parts = [part.partition("=") for part in header.split(",")]
    at = next((value for name, _, value in parts if name == "t"), "")
    wanted = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return any(name == "v1" and hmac.compare_digest(value, wanted) for name, _, value in parts)
