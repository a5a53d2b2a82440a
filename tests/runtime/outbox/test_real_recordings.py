"""Recordings out of a real FreeSWITCH over its event socket, as from one on another machine."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from orchestrator.runtime.recordings import NoRecording, connected, forget_recordings, read_recording
from tests.conformance.real_switch import find_binary
from tests.deploy.real_switch import PASSWORD, PASSWORD_ENV, RealSwitch

pytestmark = pytest.mark.freeswitch

SOUND = b"RIFF" + random.Random(1).randbytes(300_000)
MOST = 10**7


@pytest.fixture(scope="module")
def switch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealSwitch]:
    binary = find_binary()
    if binary is None:
        pytest.skip("no FreeSWITCH: put it on PATH, or its prefix into PROZVON_FREESWITCH")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PASSWORD_ENV, PASSWORD)
        made = RealSwitch(binary, tmp_path_factory.mktemp("real") / "p")
        yield made
        made.stop()


def test_it_gives_out_whole_what_it_has_and_forgets_what_is_old(switch: RealSwitch) -> None:
    settings = switch.settings.switches["main"]
    far = settings.model_copy(update={"ssh": "elsewhere"})  # as if its folder were not here
    old, young = "2020/01/31/call-1.voicemail.wav", "2999/01/01/call-2.call.wav"
    for name in (old, young):
        path = settings.root / "recordings" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(SOUND)
    with connected(settings) as api:
        assert b"".join(read_recording(far, api, old, MOST)) == SOUND
        assert forget_recordings(api, 90) == 1
        with pytest.raises(NoRecording, match="not on the switch"):
            b"".join(read_recording(far, api, old, MOST))
        assert b"".join(read_recording(far, api, young, MOST)) == SOUND
