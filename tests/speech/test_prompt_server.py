"""Prompts by HTTP: files by name, and nothing else, whoever asks however."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import gevent
import pytest
from gevent import socket

from orchestrator.domain.problem import KnownError
from orchestrator.speech import prompt_server
from orchestrator.speech.prompt_server import PromptServer

NAME = "0123456789abcdef" * 2 + ".wav"
OTHER = "f" * 64 + ".wav"


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    for folder, name, data in (
        ("prompts", NAME, b"fixed"),
        ("spoken", OTHER, b"spoken"),
        ("spoken", NAME, b"late"),
    ):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).write_bytes(data)
    (tmp_path / "prompts" / "secret.wav").write_bytes(b"secret")
    server = PromptServer("127.0.0.1:0", [tmp_path / "prompts", tmp_path / "spoken"])
    server.start()
    yield server.port
    server.stop()


def ask(port: int, request: bytes) -> bytes:
    """Everything that comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        found = b""
        while some := connection.recv(65536):
            found += some
        return found


def get(port: int, path: str, method: str = "GET") -> tuple[str, str, bytes]:
    head, _, body = ask(
        port, f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode("latin-1")
    ).partition(b"\r\n\r\n")
    return head.decode().split()[1], head.decode(), body


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"/{NAME}", b"fixed"),
        (f"/{OTHER}", b"spoken"),
        (f"/some/prefix/{NAME}", b"fixed"),
        (f"/{NAME}?x=1", b"fixed"),
    ],
)
def test_a_prompt_is_served_from_either_folder(port: int, path: str, body: bytes) -> None:
    status, head, got = get(port, path)
    assert (status, got) == ("200", body)
    assert "Content-Type: audio/wav" in head
    assert f"Content-Length: {len(body)}" in head


def test_it_may_be_kept_for_ever_but_no_max_age_is_told(port: int) -> None:
    """mod_http_cache multiplies it beyond an int."""
    head = get(port, f"/{NAME}")[1].lower()
    assert "cache-control: public, immutable" in head
    assert "max-age" not in head


def test_head_has_no_body(port: int) -> None:
    status, head, body = get(port, f"/{NAME}", "HEAD")
    assert (status, body) == ("200", b"")
    assert "Content-Length: 5" in head


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_nothing_can_be_changed(port: int, method: str, tmp_path: Path) -> None:
    assert get(port, f"/{NAME}", method)[0] == "405"
    assert (tmp_path / "prompts" / NAME).read_bytes() == b"fixed"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/prompts/",
        "/secret.wav",
        f"/{'e' * 32}.wav",
        f"/../{NAME[:-4]}",
        f"/{NAME.upper()}",
        "/..%2f..%2fetc%2fpasswd",
        f"/%2e%2e/prompts%00/{NAME}",
        f"//{NAME}x",
        f"/{'a/' * 9}{NAME}",
        "/" + "a" * 5000,
    ],
)
def test_nothing_else_is_there(port: int, path: str) -> None:
    assert get(port, path)[0] in ("404", "414")


@pytest.mark.parametrize(
    "request_", [b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"GET / HTTP/9\r\n\r\n", b"x" * 100_000]
)
def test_whatever_is_no_request_is_turned_away(port: int, request_: bytes) -> None:
    try:
        answer = ask(port, request_ + b"\r\n\r\n")
    except ConnectionError:
        answer = b""
    assert b"200 OK" not in answer
    assert get(port, f"/{NAME}")[0] == "200"


def test_a_file_that_is_far_too_large_is_not_served(port: int, tmp_path: Path) -> None:
    with (tmp_path / "prompts" / ("e" * 32 + ".wav")).open("wb") as file:
        file.truncate(prompt_server.FILE_MAX + 1)
    assert get(port, f"/{'e' * 32}.wav")[0] == "404"


def test_who_says_nothing_is_cut_off(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prompt_server, "CONNECTION_S", 0.2)
    began = time.monotonic()
    assert ask(port, b"GET /") == b""
    assert time.monotonic() - began < 5


def test_many_are_served_at_once(port: int) -> None:
    greenlets = [gevent.spawn(get, port, f"/{NAME}") for _ in range(150)]
    gevent.joinall(greenlets, raise_error=True, timeout=20)
    assert {greenlet.get()[0] for greenlet in greenlets} == {"200"}


def test_workers_of_one_machine_share_the_address(tmp_path: Path) -> None:
    first = PromptServer("127.0.0.1:0", [tmp_path])
    first.start()
    second = PromptServer(f"127.0.0.1:{first.port}", [tmp_path])
    second.start()
    first.stop()
    assert get(second.port, f"/{NAME}")[0] == "404"
    second.stop()
    second.stop()  # twice is no trouble


def test_an_address_that_somebody_else_has_is_told() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(
            KnownError, match=rf"cannot serve prompts on 127.0.0.1:{port} .*: Address already in use"
        ):
            PromptServer(f"127.0.0.1:{port}", []).start()
