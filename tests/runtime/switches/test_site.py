"""A switch of prozvon.yaml as what its configuration is rendered from."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.domain.problem import KnownError
from orchestrator.render import SwitchSite
from orchestrator.runtime.settings import load_settings
from orchestrator.runtime.switches.site import secrets_of, site_of


def _site(folder: Path, switch: str) -> SwitchSite:
    folder.mkdir(exist_ok=True)
    (folder / "prozvon.yaml").write_text(f"switches: {{main: {switch}}}\n", encoding="utf-8")
    return site_of(load_settings(folder), "main")


def test_only_gateways_with_a_proxy_are_part_of_it_in_order_of_their_names(tmp_path: Path) -> None:
    found = _site(tmp_path, "{gateways: {b: {proxy: b.example}, a: {proxy: a.example}, own: {}}}")
    assert [gateway.name for gateway in found.gateways] == ["a", "b"]


def test_paths_are_absolute_and_without_detours(tmp_path: Path) -> None:
    found = _site(tmp_path / "p", "{root: ../roots/main, cdr: /srv/cdr}")
    assert (found.root, found.cdr) == (f"{tmp_path}/roots/main", "/srv/cdr")


@pytest.mark.parametrize("name", ["a b", "it's", "x$y", "ü", "x" * 210])
def test_a_path_that_could_be_syntax_is_refused_with_what_to_do(tmp_path: Path, name: str) -> None:
    with pytest.raises(KnownError, match=r"switches\.main\.root: .* an absolute path of at most 200"):
        _site(tmp_path / name, "{}")


@pytest.mark.parametrize("ports", ["2000-1000", "1000-2000", "2000-2000", "50000-99999"])
def test_ports_for_sound_are_a_range(tmp_path: Path, ports: str) -> None:
    with pytest.raises(KnownError, match="rtp_ports"):
        _site(tmp_path, f"{{rtp_ports: {ports}}}")


@pytest.mark.parametrize(
    ("profiles", "transport", "is_fine"),
    [
        ("a: {}, b: {}", "udp", False),
        ("a: {}, b: {port: 5090}", "udp", True),
        ("a: {ip: 192.0.2.1}, b: {ip: 192.0.2.2}", "udp", True),
        ("a: {ip: 192.0.2.1}, b: {}", "udp", False),
        ("a: {}, b: {port: 5081}", "udp", True),
        ("a: {}, b: {port: 5081}", "tls", False),
    ],
)
def test_two_profiles_do_not_listen_on_one_port(
    tmp_path: Path, profiles: str, transport: str, is_fine: bool
) -> None:
    gateway = f"main: {{proxy: sip.example, profile: a, transport: {transport}}}"
    switch = f"{{profiles: {{{profiles}}}, gateways: {{{gateway}}}}}"
    if is_fine:
        assert len(_site(tmp_path, switch).profiles) == 2
    else:
        with pytest.raises(KnownError, match=r"a and b cannot both listen on port 508[01]"):
            _site(tmp_path, switch)


def test_a_name_that_the_preprocessor_would_obey_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnownError, match="cannot be written into a switch's configuration"):
        _site(tmp_path, "{gateways: {main: {proxy: X-PRE-PROCESS.example}}}")


def test_there_is_no_site_of_an_unknown_switch(tmp_path: Path) -> None:
    with pytest.raises(KnownError, match=r"no switch 'other' in prozvon\.yaml \(there are: main\)"):
        site_of(load_settings(tmp_path), "other")


@pytest.mark.parametrize(
    ("inbound", "networks"),
    [
        ("false", ()),
        ("true", ("192.0.2.1/32",)),
        ("192.0.2.0/28, 198.51.100.7", ("192.0.2.0/28", "198.51.100.7/32")),
    ],
)
def test_calls_come_in_from_networks_or_the_proxy_itself(
    tmp_path: Path, inbound: str, networks: tuple[str, ...]
) -> None:
    (gateway,) = _site(
        tmp_path, f"{{gateways: {{main: {{proxy: '192.0.2.1:5060', inbound: '{inbound}'}}}}}}"
    ).gateways
    assert gateway.inbound == networks


@pytest.mark.parametrize(
    ("gateway", "said"),
    [
        ("{proxy: sip.example, inbound: true}", "inbound: true means the proxy's address"),
        ("{proxy: sip.example, inbound: sip.example}", "networks with commas between them"),
        ("{proxy: sip.example, ping_s: 3}", "ping_s: FreeSWITCH asks every 5 seconds at most"),
        (
            "{proxy: sip.example, registers: true, username: u}",
            "registers: needs proxy, username and a password",
        ),
    ],
)
def test_what_the_switch_would_not_take_is_told_by_line(tmp_path: Path, gateway: str, said: str) -> None:
    with pytest.raises(KnownError, match=said) as refused:
        _site(tmp_path, f"{{gateways: {{main: {gateway}}}}}")
    assert "prozvon.yaml:1:" in str(refused.value)


def _secrets(folder: Path, switch: str) -> dict[str, str]:
    (folder / "prozvon.yaml").write_text(f"switches: {{main: {switch}}}\n", encoding="utf-8")
    return secrets_of(load_settings(folder), "main")


def test_every_password_of_the_configuration_is_a_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESL", "e")
    monkeypatch.setenv("TRUNK", "t")
    a = "a: {proxy: a.example, username: u, password_env: TRUNK}"
    not_ours = "own: {username: u, password_env: NOT_SET}"
    found = _secrets(
        tmp_path, f"{{password_env: ESL, gateways: {{{a}, {not_ours}, open: {{proxy: o.example}}}}}}"
    )
    assert found == {"event_socket": "e", "gateway_a": "t"}


@pytest.mark.parametrize("switch", ["{}", "{password_env: ESL}"])
def test_the_password_that_everybody_knows_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, switch: str
) -> None:
    monkeypatch.setenv("ESL", "ClueCon")
    with pytest.raises(
        KnownError, match=r"no default password.*password_env: VARIABLE or password_file: FILE"
    ):
        _secrets(tmp_path, switch)


def test_a_password_that_is_not_set_is_told_by_its_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ESL", raising=False)
    with pytest.raises(KnownError, match="export ESL="):
        _secrets(tmp_path, "{password_env: ESL}")
