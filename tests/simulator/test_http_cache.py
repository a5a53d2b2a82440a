"""Files by URL: fetched once, played, and told when they are not there."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from gevent.pywsgi import WSGIServer

from tests.simulator.bench import Bench, Client, line, population, wait_until


def a_second_of_silence() -> bytes:
    data = io.BytesIO()
    with wave.open(data, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(16_000))
    return data.getvalue()


class Web:
    def __init__(self) -> None:
        self.asked: list[str] = []
        self._server = WSGIServer(("127.0.0.1", 0), self._answer, log=None, error_log=None)
        self._server.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        self._server.stop(timeout=1)

    def _answer(self, environ: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
        self.asked.append(environ["PATH_INFO"])
        is_there = environ["PATH_INFO"] == "/a.wav"
        data = a_second_of_silence() if is_there else b""
        start("200 OK" if is_there else "404 Not Found", [("Content-Length", str(len(data)))])
        return [data]


@pytest.fixture
def web() -> Iterator[Web]:
    made = Web()
    yield made
    made.stop()


@pytest.fixture
def client(bench: Callable[..., Bench]) -> Client:
    return bench().client()


def test_a_file_is_fetched_once(web: Web, client: Client) -> None:
    url = f"{web.url}/a.wav"
    assert client.command(f"api http_tryget {url}") == "-ERR download\n"
    path = client.command(f"api http_get {url}")
    assert path.endswith(".wav")
    assert client.command(f"api http_get {url}") == client.command(f"api http_tryget {url}") == path
    assert web.asked == ["/a.wav"]
    assert client.command(f"api http_get {{refresh=true}}{url}") != path
    assert web.asked == ["/a.wav", "/a.wav"]
    assert client.command("api http_clear_cache") == "+OK\n"
    assert client.command(f"api http_tryget {url}") == "-ERR download\n"


def test_prefetching_does_not_wait(web: Web, client: Client) -> None:
    assert client.command(f"api http_prefetch {web.url}/a.wav") == "+OK\n"
    wait_until(lambda: client.command(f"api http_tryget {web.url}/a.wav").startswith("/"), "the file")


@pytest.mark.parametrize("what", ["/nosuch.wav", "nosuch", "x y"])
def test_what_is_not_there_fails_as_an_unknown_command_does(web: Web, client: Client, what: str) -> None:
    url = web.url + what if what.startswith("/") else what
    assert client.command(f"api http_get {url}") == "-ERR http_get Command not found!\n"


@pytest.mark.parametrize(("name", "length_s"), [("a.wav", 1), ("nosuch.wav", 0)])
def test_a_url_is_played_as_a_file(bench: Callable[..., Bench], web: Web, name: str, length_s: int) -> None:
    made = bench(population=population(person={"kind": "person", "rings": 0}))
    made.script(
        "plays",
        "def handler(session, args):\n"
        f"    session.setVariable('played', str(session.streamFile('http_cache://{web.url}/{name}')))\n",
    )
    client = made.client("CHANNEL_HANGUP_COMPLETE")
    client.originate(line("call", extension="script-plays"), "job")
    wait_until(lambda: client.events, "the end")
    assert client.events[0]["variable_played"] == str(length_s)
    talked_s = int(made.cdr("call")["variables"]["billsec"])
    assert (
        length_s <= talked_s <= length_s + 1
    )  # whole seconds of a clock that goes on while the file is fetched
