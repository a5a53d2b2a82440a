"""Recordings over HTTP: from a folder here or from the switch that has them, whole or in part."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import gevent
import pytest
from starlette.testclient import TestClient

from orchestrator.runtime.project import Project
from orchestrator.runtime.recorded import NoSuchPart, part_of
from orchestrator.runtime.switches.simulated_root import make_root
from orchestrator.simulator.population_file import load_population
from orchestrator.simulator.switch import SimulatedSwitch
from orchestrator.web.app import app_of
from tests.runtime.factories import HOUR, NOON
from tests.store.calls import call
from tests.web.conftest import made_token

NAME = "2026/11/30/call-1.voicemail.wav"
SOUND = bytes(range(256)) * 1000


def recorded(project: Project, name: str = NAME, sound: bytes = SOUND) -> None:
    path = project.settings.switches["main"].root / "recordings" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(sound)


@contextmanager
def switched_on(project: Project) -> Iterator[None]:
    """The simulated switch, in a thread of its own: ours waits for replies of the app."""
    on, off = threading.Event(), threading.Event()
    found = project.settings.switches["main"]
    make_root(project.settings, "main", project.clock.now_ms)

    def run() -> None:
        made = SimulatedSwitch(
            port=found.port,
            password=found.password(),
            root=found.root,
            population=load_population("demo"),
            seed=1,
            clock=project.clock,
        )
        made.start()
        on.set()
        while not off.is_set():
            gevent.sleep(0.01)
        made.stop()
        gevent.get_hub().destroy()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert on.wait(20)
        yield
    finally:
        off.set()
        thread.join()


def test_a_recording_is_given_whole_or_in_part(project: Project, api: TestClient) -> None:
    recorded(project)
    whole = api.get(f"/v1/recordings/{NAME}")
    assert (whole.status_code, whole.content, whole.headers["content-type"]) == (200, SOUND, "audio/wav")
    assert whole.headers["accept-ranges"] == "bytes"
    assert "call-1.voicemail.wav" in whole.headers["content-disposition"]
    head = api.head(f"/v1/recordings/{NAME}")
    assert (head.headers["content-length"], head.headers["etag"], head.content) == (
        str(len(SOUND)),
        whole.headers["etag"],
        b"",
    )
    part = api.get(f"/v1/recordings/{NAME}", headers={"Range": "bytes=1000-70000"})
    assert (part.status_code, part.content) == (206, SOUND[1000:70001])
    assert part.headers["content-range"] == f"bytes 1000-70000/{len(SOUND)}"
    same = {"Range": "bytes=5-9", "If-Range": whole.headers["etag"]}
    assert api.get(f"/v1/recordings/{NAME}", headers=same).content == SOUND[5:10]
    changed = {"Range": "bytes=5-9", "If-Range": '"another"'}
    assert api.get(f"/v1/recordings/{NAME}", headers=changed).content == SOUND
    beyond = api.get(f"/v1/recordings/{NAME}", headers={"Range": "bytes=999999-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(SOUND)}")


@pytest.mark.parametrize(
    ("wanted", "begin", "end"),
    [("bytes=0-0", 0, 1), ("bytes=90-", 90, 100), ("bytes=-10", 90, 100), ("bytes=-500", 0, 100),
     ("bytes=10-500", 10, 100), ("bytes = 1-2", 1, 3)],
)  # fmt: skip
def test_a_range_names_a_part(wanted: str, begin: int, end: int) -> None:
    part = part_of(wanted, 100)
    assert (part.begin, part.end, part.is_whole) == (begin, end, False)


@pytest.mark.parametrize(
    "wanted", [None, "", "bytes=-", "bytes=5-4", "bytes=1-2,5-6", "items=1-2", "bytes=a-b"]
)
def test_any_other_range_is_the_whole(wanted: str | None) -> None:
    assert part_of(wanted, 100).is_whole


@pytest.mark.parametrize("wanted", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_nothing_may_be_left_of_a_range(wanted: str) -> None:
    with pytest.raises(NoSuchPart, match="100 bytes"):
        part_of(wanted, 100)


def elsewhere(project: Project) -> Project:
    """The same, with its switch on another machine: we look into no folder of it."""
    switch = project.settings.switches["main"].model_copy(update={"ssh": "pbx.example"})
    return replace(project, settings=project.settings.model_copy(update={"switches": {"main": switch}}))


def test_a_switch_elsewhere_gives_it_and_one_that_is_away_is_told_from_one_that_has_none(
    project: Project,
) -> None:
    recorded(project)
    headers = {"Authorization": f"Bearer {made_token(project)}"}
    client = TestClient(app_of(elsewhere(project)), headers=headers)
    away = client.get(f"/v1/recordings/{NAME}")
    assert (away.status_code, "main: cannot connect" in away.json()["detail"]) == (503, True)
    with switched_on(project):
        part = client.get(f"/v1/recordings/{NAME}?switch=main", headers={"Range": "bytes=-100000"})
        assert (part.status_code, part.content) == (206, SOUND[-100000:])
        assert client.head(f"/v1/recordings/{NAME}").headers["content-length"] == str(len(SOUND))
        missing = client.get("/v1/recordings/2026/11/30/other.voicemail.wav")
        assert (missing.status_code, "disk full" in missing.json()["detail"]) == (404, True)
    assert client.get(f"/v1/recordings/{NAME}?switch=spare").status_code == 422


def test_a_name_that_is_none_leads_nowhere(api: TestClient) -> None:
    for name in ("2026/11/30/a.wav", "2026/11/30/..%2f..%2fa.b.wav", "2026/11/30/a.b.mp3"):
        assert api.get(f"/v1/recordings/{name}").status_code in (404, 422)


def test_recordings_are_listed_in_the_order_of_their_calls(project: Project, api: TestClient) -> None:
    for hour, scenario in enumerate(("shop", "shop", "help")):
        made = call(at=NOON - hour * HOUR, scenario=scenario, recordings=(f"{hour}a", f"{hour}b"))
        project.store.note_call(made, [], None, NOON)
    names, after = [], ""
    while True:
        page = api.get(f"/v1/recordings?limit=4{after}").json()
        names += [each["name"] for each in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert names == ["2a", "2b", "1a", "1b", "0a", "0b"]
    [first, _] = api.get("/v1/recordings?scenario=help").json()["items"]
    assert (first["at"], first["switch"], first["number"]) == (
        "2026-11-30T06:59:50.000Z",
        "sw",
        "+79990000001",
    )
    since = api.get("/v1/recordings?since=2026-11-30T08:30:00Z&until=2026-11-30T12:00:00Z").json()
    assert [each["name"] for each in since["items"]] == ["0a", "0b"]
    assert api.get("/v1/recordings?since=yesterday").status_code == 422
    assert api.get("/v1/recordings?after=zz").status_code == 422
