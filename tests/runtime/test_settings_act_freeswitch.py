"""The keys that a switch's configuration is made from: each makes the difference it is documented with.

What the switch then does is shown by a real one in tests/render/test_on_freeswitch.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchestrator.render import render_base, render_release
from orchestrator.render.base import unit_of
from orchestrator.runtime.settings import load_settings
from orchestrator.runtime.switches.site import secrets_of, site_of
from tests.render.sites import params, parsed
from tests.runtime.test_settings_act import acts

SWITCH = "switches.NAME."
PROFILE = f"{SWITCH}profiles.NAME."
GATEWAY = f"{SWITCH}gateways.NAME."


def _files(folder: Path, switch: str) -> dict[str, bytes]:
    """The release of a switch with these settings."""
    (folder / "prozvon.yaml").write_text(f"switches: {{main: {switch}}}\n", encoding="utf-8")
    return render_release(site_of(load_settings(folder), "main"))


def _gateway(folder: Path, settings: str) -> dict[str, str]:
    """The parameters of a gateway with these settings."""
    files = _files(
        folder, f"{{profiles: {{prozvon: {{}}, b: {{port: 1}}}}, gateways: {{g: {{{settings}}}}}}}"
    )
    found = [made for path, made in files.items() if path.startswith("gateways/") and b"<gateway" in made]
    return params(found[0]) if found else {}


def _profile(folder: Path, settings: str) -> dict[str, str]:
    return params(_files(folder, f"{{profiles: {{prozvon: {{{settings}}}}}}}")["conf/profiles/prozvon.xml"])


def _differs(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in after.items() if before.get(name) != value}


@acts(f"{SWITCH}sps", f"{SWITCH}max_sessions", f"{SWITCH}rtp_ports")
def test_the_switch_takes_so_much(tmp_path: Path) -> None:
    path = "conf/autoload_configs/switch.conf.xml"
    before = params(_files(tmp_path, "{}")[path])
    after = params(_files(tmp_path, "{sps: 7, max_sessions: 8, rtp_ports: 20000-20100}")[path])
    assert _differs(before, after) == {
        "sessions-per-second": "7",
        "max-sessions": "8",
        "rtp-start-port": "20000",
        "rtp-end-port": "20100",
    }


@acts(f"{SWITCH}listen", f"{SWITCH}allow")
def test_the_event_socket_is_there_for_whom_it_is_told(tmp_path: Path) -> None:
    before = _files(tmp_path, "{}")
    after = _files(tmp_path, "{listen: 192.0.2.1, allow: '192.0.2.0/24,198.51.100.7'}")
    path = "conf/autoload_configs/event_socket.conf.xml"
    assert _differs(params(before[path]), params(after[path])) == {"listen-ip": "192.0.2.1"}
    lists = {
        node.get("name"): [item.get("cidr") for item in node]
        for node in parsed(after["conf/acl/prozvon.xml"])
    }
    assert lists["prozvon_event_socket"] == ["192.0.2.0/24", "198.51.100.7/32"]


@acts(f"{SWITCH}owner")  # whose files are whose: tests/runtime/switches/test_switch_init.py
def test_the_switch_runs_as_its_owner(tmp_path: Path) -> None:
    (tmp_path / "prozvon.yaml").write_text("switches: {main: {owner: telephony}}\n", encoding="utf-8")
    site = site_of(load_settings(tmp_path), "main")
    assert b"\nUser=telephony\n" in render_base(site)[unit_of(site)]


@acts(f"{PROFILE}ip", f"{PROFILE}port", f"{PROFILE}public_ip", f"{PROFILE}codecs")
def test_a_profile_is_where_and_what_it_is_told(tmp_path: Path) -> None:
    before = _profile(tmp_path, "")
    after = _profile(tmp_path, "ip: 192.0.2.1, port: 5090, public_ip: 198.51.100.1, codecs: PCMU")
    assert _differs(before, after) == {
        "sip-ip": "192.0.2.1",
        "rtp-ip": "192.0.2.1",
        "sip-port": "5090",
        "ext-sip-ip": "198.51.100.1",
        "ext-rtp-ip": "198.51.100.1",
        "codec-prefs": "PCMU",
        "inbound-codec-prefs": "PCMU",
        "outbound-codec-prefs": "PCMU",
    }


@acts(f"{GATEWAY}proxy")
def test_a_gateway_with_a_proxy_is_part_of_the_configuration(tmp_path: Path) -> None:
    assert _gateway(tmp_path, "") == {}
    assert _gateway(tmp_path, "proxy: 'sip.example:5070'")["proxy"] == "sip.example:5070"


@acts(f"{GATEWAY}profile")
def test_a_gateway_is_in_its_profile(tmp_path: Path) -> None:
    switch = "{profiles: {prozvon: {}, b: {port: 1}}, gateways: {g: {proxy: sip.example%s}}}"
    for said, path in (("", "gateways/prozvon.xml"), (", profile: b", "gateways/b.xml")):
        files = _files(tmp_path, switch % said)
        assert [found for found, made in files.items() if b'<gateway name="g"' in made] == [path]


@pytest.mark.parametrize(
    ("said", "differs"),
    [
        ("username: robot", {"username": "robot"}),
        ("realm: r.example", {"realm": "r.example"}),
        ("from_domain: d.example", {"from-domain": "d.example"}),
        ("transport: tcp", {"register-transport": "tcp"}),
        ("ping_s: 7", {"ping": "7"}),
        ("caller_id_in: rpid", {"caller-id-in-from": "false"}),
        (
            "registers: true, username: robot, password_env: TRUNK",
            {"register": "true", "username": "robot", "password": "$${prozvon_secret_gateway_g}"},
        ),
    ],
)
@acts(
    *(
        f"{GATEWAY}{key}"
        for key in ("username", "realm", "from_domain", "transport", "ping_s", "caller_id_in")
    ),
    f"{GATEWAY}registers",
)
def test_a_gateway_is_as_its_carrier_wants_it(tmp_path: Path, said: str, differs: dict[str, str]) -> None:
    before = _gateway(tmp_path, "proxy: sip.example")
    assert _differs(before, _gateway(tmp_path, f"proxy: sip.example, {said}")) == differs


@acts(f"{GATEWAY}password_env", f"{GATEWAY}password_file")
def test_a_gateways_password_is_where_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESL", "e")
    monkeypatch.setenv("TRUNK", "from the environment")
    (tmp_path / "trunk").write_text("from a file\n", encoding="utf-8")
    (tmp_path / "trunk").chmod(0o600)
    for said, password in (
        ("password_env: TRUNK", "from the environment"),
        ("password_file: trunk", "from a file"),
    ):
        gateway = f"{{proxy: sip.example, username: u, {said}}}"
        (tmp_path / "prozvon.yaml").write_text(
            f"switches: {{main: {{password_env: ESL, gateways: {{g: {gateway}}}}}}}\n", encoding="utf-8"
        )
        assert secrets_of(load_settings(tmp_path), "main") == {"event_socket": "e", "gateway_g": password}


@acts(f"{GATEWAY}inbound")
def test_a_gateway_brings_calls_in_when_it_may(tmp_path: Path) -> None:
    for said, networks in (
        ("false", []),
        ("true", ["192.0.2.1/32"]),
        ("198.51.100.0/24", ["198.51.100.0/24"]),
    ):
        files = _files(tmp_path, f"{{gateways: {{g: {{proxy: 192.0.2.1, inbound: {said}}}}}}}")
        found = parsed(files["conf/acl/prozvon.xml"]).find("list[@name='prozvon_inbound_prozvon']")
        assert found is not None
        assert [node.get("cidr") for node in found] == networks
