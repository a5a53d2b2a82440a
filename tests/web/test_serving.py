"""A server on a real socket: clients that are slow, endless, or no HTTP at all; lists that stream; TLS."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.project import Project
from orchestrator.web.app import app_of
from orchestrator.web.serving import Server, bound
from tests.runtime.factories import number, wait_until
from tests.web.conftest import made_token

TLS = Path(__file__).resolve().parents[1] / "data" / "tls"


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    port: int
    token: str

    @contextlib.contextmanager
    def connected(self) -> Iterator[socket.socket]:
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as client:
            yield client

    def head(self, method: str, path: str, *more: str) -> bytes:
        lines = (f"{method} {path} HTTP/1.1", "Host: x", f"Authorization: Bearer {self.token}", *more, "", "")
        return "\r\n".join(lines).encode()


@pytest.fixture
def served(project: Project) -> Iterator[Served]:
    listener = bound("127.0.0.1:0")
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)  # so that little is under way unread
    server = Server(app_of(project), project.settings.api)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield Served(port=listener.getsockname()[1], token=made_token(project))
    finally:
        server.should_exit = server.force_exit = True
        thread.join()
        listener.close()


def everything(client: socket.socket) -> bytes:
    """What it says until it closes."""
    said = b""
    while chunk := client.recv(65_536):
        said += chunk
    return said


def line_of(index: int) -> bytes:
    return json.dumps({"phone": number(index), "name": f"Person {index}"}).encode() + b"\n"


def chunk_of(text: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(text), text)


def opened(project: Project, served: Served) -> str:
    """The path to which lists of an open campaign are sent."""
    body = b'{"scenario": "greeting"}'
    with served.connected() as client:
        head = served.head(
            "POST",
            "/v1/campaigns",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            "Connection: close",
        )
        client.sendall(head + body)
        assert b" 201 " in everything(client)
    return f"/v1/campaigns/{project.campaign('greeting').campaign_id}/contacts/list"


LIST = ("Content-Type: application/x-ndjson", "Transfer-Encoding: chunked", "Connection: close")
TOLD = (*LIST, "Accept: application/x-ndjson")


class TestImpatient:
    @pytest.fixture
    def more_settings(self) -> str:
        return "api: {{rate: 100000, burst: 100000, idle_s: 0.3, max_list_mb: 1}}\n"

    @pytest.mark.parametrize("said", [b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: "])
    def test_who_never_ends_its_headers_is_let_go(self, served: Served, said: bytes) -> None:
        with served.connected() as client:
            client.sendall(said)
            assert everything(client) == b""

    def test_who_begins_another_request_and_stops_is_let_go(self, served: Served) -> None:
        with served.connected() as client:
            client.sendall(b"GET /v1/nothing HTTP/1.1\r\nHost: x\r\n\r\n")
            assert client.recv(65_536).startswith(b"HTTP/1.1 404")
            client.sendall(b"GET /v1/nothing HTTP/1.1\r\n")
            assert b"HTTP" not in everything(client)

    def test_who_stops_in_its_body_is_told_so(self, served: Served) -> None:
        with served.connected() as client:
            head = served.head(
                "PUT", "/v1/dnc/+79990000001", "Content-Type: application/json", "Content-Length: 9"
            )
            client.sendall(head + b"{")
            assert b" 408 " in everything(client)

    def test_who_does_not_read_is_let_go(self, served: Served, project: Project) -> None:
        project.store.dnc_add([number(index) for index in range(1000)], "x" * 200, 1)
        with served.connected() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.sendall(served.head("GET", "/v1/dnc?limit=1000"))
            wait_until(lambda: _is_reset(client), "the connection is reset")

    @pytest.mark.parametrize("kind", [LIST, TOLD])
    def test_a_list_that_stops_says_what_is_stored(
        self, served: Served, project: Project, kind: tuple[str, ...]
    ) -> None:
        path = opened(project, served)
        with served.connected() as client:
            client.sendall(served.head("POST", path, *kind))
            client.sendall(chunk_of(b"".join(line_of(index) for index in range(1500))))
            said = everything(client).decode()
        assert "500 rows before that are stored" in said or "1000 rows before that are stored" in said
        assert "urn:prozvon:problem:too_slow" in said

    def test_a_list_that_goes_on_too_long_says_what_is_stored(self, served: Served, project: Project) -> None:
        path = opened(project, served)
        with served.connected() as client:
            client.sendall(served.head("POST", path, *LIST))
            client.sendall(chunk_of(b"".join(line_of(index) for index in range(3000))))
            with contextlib.suppress(ConnectionError):
                client.sendall(chunk_of(b"\n" * 1_000_000))
            said = everything(client).decode()
        assert " 413 " in said
        assert "rows before that are stored; sending them again adds nothing twice" in said


def _is_reset(client: socket.socket) -> bool:
    client.settimeout(0.01)
    try:
        client.sendall(b"GET / HTTP/1.1\r\n")
    except TimeoutError:
        return False
    except ConnectionError:
        return True
    return False


def test_rows_are_told_while_the_list_is_still_being_sent(served: Served, project: Project) -> None:
    path = opened(project, served)
    with served.connected() as client, HTTPResponse(client) as reading:
        client.sendall(served.head("POST", path, *TOLD))
        client.sendall(chunk_of(b"".join(line_of(index) for index in range(2000))))
        reading.begin()
        assert json.loads(reading.readline())["fate"] == "added"
        assert project.store.counts(project.campaign("greeting").campaign_id).leads >= 500
        client.sendall(chunk_of(line_of(2000)) + b"0\r\n\r\n")
        last = [text for text in reading if text.startswith(b'{"sum"')]
    assert json.loads(last[0])["sum"]["added"] == 2001


def test_a_client_that_goes_away_in_its_list_leaves_what_was_stored(served: Served, project: Project) -> None:
    path = opened(project, served)
    campaign = project.campaign("greeting").campaign_id
    with served.connected() as client:
        client.sendall(served.head("POST", path, *LIST))
        client.sendall(chunk_of(b"".join(line_of(index) for index in range(1500))))
        wait_until(lambda: project.store.counts(campaign).leads >= 500, "a batch is stored")
    with served.connected() as client:
        client.sendall(served.head("POST", path, *LIST))
        client.sendall(chunk_of(b"".join(line_of(index) for index in range(1500))) + b"0\r\n\r\n")
        said = json.loads(everything(client).partition(b"\r\n\r\n")[2])
    assert said["added"] + said["already"] == 1500
    assert project.store.counts(campaign).leads == 1500


@pytest.mark.parametrize(
    "said", [b"\x16\x03\x01\x02\x00", b"GET / HTTP/9\r\n\r\n", b"G\x00T / HTTP/1.1\r\n\r\n"]
)
def test_what_is_no_http_is_told_as_a_problem(served: Served, said: bytes) -> None:
    with served.connected() as client:
        client.sendall(said + b"\r\n\r\n")
        head, _, body = everything(client).partition(b"\r\n\r\n")
    assert b" 400 " in head
    assert b"application/problem+json" in head
    assert json.loads(body)["type"] == "urn:prozvon:problem:bad_request"


class TestEncrypted:
    @pytest.fixture
    def more_settings(self) -> str:
        return f"api: {{{{certificate: {TLS}/localhost.pem, key: {TLS}/localhost.key}}}}\n"

    def test_a_certificate_makes_it_https(self, served: Served) -> None:
        context = ssl.create_default_context(cafile=str(TLS / "ca.pem"))
        with served.connected() as plain, context.wrap_socket(plain, server_hostname="localhost") as client:
            client.sendall(b"GET /v1/nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            assert client.recv(100).startswith(b"HTTP/1.1 404")


@pytest.mark.parametrize("listen", ["nowhere.invalid:80", "127.0.0.1:99999", "127.0.0.1:x", "8070"])
def test_an_address_that_cannot_be_is_told(listen: str) -> None:
    with pytest.raises(KnownError, match="cannot listen on"):
        bound(listen)


def test_an_address_that_is_taken_is_told() -> None:
    with bound("127.0.0.1:0") as first:
        where = f"127.0.0.1:{first.getsockname()[1]}"
        with pytest.raises(KnownError, match=f"cannot listen on {where}: Address already in use"):
            bound(where)


def test_a_key_of_another_certificate_is_told(project: Project) -> None:
    api = project.settings.api.model_copy(
        update={"certificate": TLS / "localhost.pem", "key": TLS / "other.key"}
    )
    with pytest.raises(KnownError, match=r"api\.certificate .*localhost\.pem with api\.key .*other\.key"):
        Server(app_of(project), api)


def test_the_log_says_who_asked_what_and_no_numbers(served: Served) -> None:
    with capture_logs() as logs, served.connected() as client:
        client.sendall(served.head("GET", "/v1/dnc/+79990000001", "Connection: close"))
        everything(client)
        wait_until(lambda: logs, "it is logged")
    (entry,) = logs
    assert (entry["method"], entry["status"], entry["token"]) == ("GET", 404, served.token[7:])
    assert entry["path"].endswith("/dnc/{number}")
    assert "7999" not in str(logs)


def test_a_contact_that_many_send_at_once_is_one_lead(served: Served, project: Project) -> None:
    path = opened(project, served).removesuffix("/list") + "/order-1"

    def put(index: int) -> int:
        body = json.dumps({"phone": number(1), "name": f"Person {index}"}).encode()
        kind = ("Content-Type: application/json", f"Content-Length: {len(body)}", "Connection: close")
        with served.connected() as client:
            client.sendall(served.head("PUT", path, *kind) + body)
            return int(everything(client).split()[1])

    with ThreadPoolExecutor(16) as senders:
        statuses = Counter(senders.map(put, range(32)))
    assert statuses == {201: 1, 200: 31}
    assert project.store.counts(project.campaign("greeting").campaign_id).leads == 1
