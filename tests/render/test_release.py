"""The configuration of a release: what it says, and that nothing else can be made to stand in it."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.asset_folders import folder
from orchestrator.render import SwitchSite, render_base, render_release
from orchestrator.render.beside import render_beside
from orchestrator.render.release import EVENT_SOCKET_ACL, MODULES, ram_of
from orchestrator.render.secrets import variable_of
from orchestrator.render.site import require_plain
from tests.render.sites import gateway, params, parsed, profile, site

CONF = "conf/autoload_configs/{}.conf.xml"
GATEWAYS = (
    gateway("main", inbound=("192.0.2.0/28", "198.51.100.7/32")),
    gateway("spare", username="robot", has_password=True, caller_id_in="pai", profile="second"),
)
TWO = site(profiles=(profile(), profile("second", port=5090)), gateways=GATEWAYS)


def _all() -> dict[str, bytes]:
    return {**render_release(TWO), **render_base(TWO), **render_beside(TWO, {"second"})}


def test_rendering_twice_gives_the_same_bytes() -> None:
    assert render_release(TWO) == render_release(replace(TWO))
    assert list(render_release(TWO)) == sorted(render_release(TWO))


@pytest.mark.parametrize("path", [path for path in _all() if path.endswith(".xml")])
def test_every_file_is_well_formed_and_says_whose_it_is(path: str) -> None:
    made = _all()[path]
    parsed(made)
    assert b"Made by " in made[:400]
    assert b"prozvon" in made[:400]
    assert made.endswith(b">\n")


def test_every_line_is_one_that_the_preprocessor_keeps_or_carries_out() -> None:
    """It drops lines with `<include>` or `<?` in them as a whole, and obeys instructions even in comments."""
    for path, made in _all().items():
        for line in made.decode().splitlines():
            if not path.endswith(".xml"):
                continue
            if "<include>" in line or "</include>" in line or "<?" in line:
                assert re.fullmatch(r"\s*(</?include>|<\?xml [^>]*\?>)", line), (path, line)
            if "x-pre-process" in line.lower():
                assert re.fullmatch(r'\s*<X-PRE-PROCESS cmd="(include|set)" data="[^"]*"/>', line), (
                    path,
                    line,
                )


def test_every_file_included_by_name_is_there() -> None:
    files = render_release(TWO)
    for path, made in files.items():
        for target in re.findall(r'cmd="include" data="([^"/][^"*]*\.xml)"', made.decode()):
            folder = path.rpartition("/")[0].split("/")
            while target.startswith("../"):
                folder, target = folder[:-1], target[3:]
            assert "/".join([*folder, target]) in files


@pytest.mark.parametrize("path", list(_all()))
def test_no_password_is_in_what_is_deployed(path: str) -> None:
    for name, value in re.findall(r'name="([^"]*)" value="([^"]*)"', _all()[path].decode()):
        if "password" in name:
            assert re.fullmatch(r"\$\$\{prozvon_secret_[a-z0-9_-]+\}", value)


def test_a_password_is_forgotten_once_it_is_in_the_configuration() -> None:
    used = {
        name
        for made in render_release(TWO).values()
        for name in re.findall(r"\$\$\{(prozvon_\w+)\}", made.decode())
    }
    forgotten = re.findall(r'data="(prozvon_\w+)="', render_release(TWO)["conf/forget.xml"].decode())
    assert used == set(forgotten) == {variable_of("event_socket"), variable_of("gateway_spare")}


@given(
    field=st.sampled_from([f.name for f in fields(SwitchSite) if f.type == "str"]), text=st.text(max_size=30)
)
def test_no_value_is_more_than_a_value(field: str, text: str) -> None:
    changed: Any = {field: text}
    made = site(**changed)
    try:
        require_plain(made)
    except ValueError:
        with pytest.raises(ValueError, match="cannot be written into"):
            render_release(made)
        return
    assert not set(text) & set("<>&\"'${}()|;` \n\\*?")
    assert "x-pre-process" not in text.lower()


@pytest.mark.parametrize("text", ["X-PRE-PROCESS.example", "a$${b}", "a b", "a'b", "x-pre-process", "ü"])
def test_a_gateways_words_are_no_syntax_either(text: str) -> None:
    with pytest.raises(ValueError, match="cannot be written into"):
        render_release(site(gateways=(gateway("main", proxy=text),)))
    with pytest.raises(ValueError, match="cannot be written into"):
        render_base(site(name=text))
    with pytest.raises(ValueError, match="cannot be written into"):
        render_beside(site(name=text))


def test_the_switch_takes_what_the_site_says_and_expands_nothing() -> None:
    said = params(render_release(site(sps=7, max_sessions=9))[CONF.format("switch")])
    assert said["api-expansion"] == "false"
    assert (said["sessions-per-second"], said["max-sessions"]) == ("7", "9")
    assert (said["rtp-start-port"], said["rtp-end-port"]) == ("16384", "32768")
    assert said["switchname"] == "main"
    assert said["dump-cores"] == "false"
    assert said["core-db-name"].startswith("/dev/shm/")


def test_two_switches_of_one_machine_share_no_database() -> None:
    names = {ram_of(site()), ram_of(site(name="other")), ram_of(site(root="/srv/other"))}
    assert len(names) == 3


def test_the_event_socket_listens_where_it_is_told_and_to_whom() -> None:
    files = render_release(site(listen="192.0.2.1", port=8022, allow=("192.0.2.0/24",)))
    said = params(files[CONF.format("event_socket")])
    assert (said["listen-ip"], said["listen-port"], said["apply-inbound-acl"]) == (
        "192.0.2.1",
        "8022",
        EVENT_SOCKET_ACL,
    )
    assert _list(files, EVENT_SOCKET_ACL) == ["192.0.2.0/24"]


def _list(files: dict[str, bytes], name: str) -> list[str]:
    found = parsed(files["conf/acl/prozvon.xml"]).find(f"list[@name='{name}']")
    assert found is not None
    assert found.get("default") == "deny"
    assert {node.get("type") for node in found} <= {"allow"}
    return [node.get("cidr", "") for node in found]


def test_calls_come_in_from_gateways_that_may_and_by_their_profile_alone() -> None:
    files = render_release(TWO)
    assert _list(files, "prozvon_inbound_prozvon") == ["192.0.2.0/28", "198.51.100.7/32"]
    assert _list(files, "prozvon_inbound_second") == []
    said = params(files["conf/profiles/second.xml"])
    assert said["apply-inbound-acl"] == "prozvon_inbound_second"
    assert (said["auth-calls"], said["auth-calls-acl-only"]) == ("true", "true")
    assert (said["accept-blind-auth"], said["accept-blind-reg"]) == ("false", "false")
    assert (said["disable-register"], said["disable-transfer"]) == ("true", "true")
    assert said["context"] == "prozvon_inbound"


def test_a_profile_listens_at_its_address_and_tells_its_public_one() -> None:
    own = params(render_release(site())["conf/profiles/prozvon.xml"])
    assert (own["sip-ip"], own["rtp-ip"]) == ("$${local_ip_v4}", "$${local_ip_v4}")
    assert "ext-sip-ip" not in own
    made = profile(ip="192.0.2.1", public_ip="198.51.100.1", port=5070, codecs="PCMU")
    said = params(render_release(site(profiles=(made,)))["conf/profiles/prozvon.xml"])
    assert (said["sip-ip"], said["rtp-ip"], said["sip-port"]) == ("192.0.2.1", "192.0.2.1", "5070")
    assert (said["ext-sip-ip"], said["ext-rtp-ip"]) == ("198.51.100.1", "198.51.100.1")
    assert {said[name] for name in ("codec-prefs", "inbound-codec-prefs", "outbound-codec-prefs")} == {"PCMU"}


@pytest.mark.parametrize(
    ("transport", "bound", "has_tls"),
    [("udp", "transport=udp", "false"), ("tcp", None, "false"), ("tls", None, "true")],
)
def test_a_profile_opens_no_more_ports_than_its_gateways_need(
    transport: str, bound: str | None, has_tls: str
) -> None:
    said = params(
        render_release(site(gateways=(gateway("main", transport=transport),)))["conf/profiles/prozvon.xml"]
    )
    assert said.get("bind-params") == bound
    assert said["tls"] == has_tls
    assert ("tls-verify-policy" in said) == (has_tls == "true")
    if has_tls == "true":
        assert (said["tls-verify-policy"], said["tls-sip-port"]) == ("subjects_out", "5081")


def test_a_gateway_says_what_its_carrier_wants() -> None:
    made = gateway(
        "main",
        proxy="192.0.2.9:5061",
        username="robot",
        has_password=True,
        realm="carrier.example",
        from_domain="ours.example",
        registers=True,
        transport="tcp",
        ping_s=7,
    )
    said = params(render_release(site(gateways=(made,)))["gateways/prozvon.xml"], "gateway[@name='main']")
    assert said == {
        "proxy": "192.0.2.9:5061",
        "realm": "carrier.example",
        "username": "robot",
        "password": "$${prozvon_secret_gateway_main}",
        "from-domain": "ours.example",
        "register": "true",
        "register-transport": "tcp",
        "ping": "7",
        "context": "prozvon_inbound",
        "caller-id-in-from": "true",
    }


@pytest.mark.parametrize(
    ("where", "in_from", "cid_type"),
    [("from", "true", "none"), ("rpid", "false", "rpid"), ("pai", "false", "pid")],
)
def test_the_callers_number_goes_where_the_carrier_wants_it(where: str, in_from: str, cid_type: str) -> None:
    made = render_release(site(gateways=(gateway("main", caller_id_in=where),)))["gateways/prozvon.xml"]
    assert params(made)["caller-id-in-from"] == in_from
    variable = parsed(made).find("gateway/variables/variable")
    assert variable is not None
    assert variable.attrib == {"name": "sip_cid_type", "value": cid_type, "direction": "outbound"}


def test_a_profile_without_gateways_has_its_file_all_the_same() -> None:
    assert list(parsed(render_release(site())["gateways/prozvon.xml"])) == []


def test_records_of_calls_are_files_named_by_their_ids() -> None:
    said = params(render_release(site(cdr="/srv/records"))[CONF.format("json_cdr")])
    assert said["log-dir"] == "/srv/records"
    assert {said[name] for name in ("log-b-leg", "prefix-a-leg", "encode", "rotate")} == {"false"}


def test_what_is_fetched_and_played_is_below_the_root() -> None:
    files = render_release(site())
    assert params(files[CONF.format("http_cache")])["location"] == "/srv/prozvon/cache/http"
    music = parsed(files[CONF.format("local_stream")]).find("configuration/directory")
    assert music is not None
    assert music.get("path") == "/srv/prozvon/music"
    assert params(files[CONF.format("logfile")])["logfile"] == "/srv/prozvon/log/freeswitch.log"


def test_only_modules_with_a_use_are_loaded_and_engineers_add_theirs() -> None:
    made = render_release(site())[CONF.format("modules")]
    assert tuple(node.get("module") for node in parsed(made).iter("load")) == MODULES
    assert b'data="/srv/prozvon/conf/local/modules/*.xml"' in made


def test_the_speech_command_quotes_nothing_itself() -> None:
    """The module quotes each place for the shell; quotes around it would undo that."""
    command = params(render_release(site())[CONF.format("tts_commandline")])["command"]
    assert "${text}" in command
    assert not set(command) & set("'\"`;|&")


def test_our_contexts_come_before_the_engineers_and_their_configurations_before_ours() -> None:
    order = re.findall(r'data="([^"]+)"', render_release(site())["conf/freeswitch.xml"].decode())
    local = "/srv/prozvon/conf/local"
    assert order.index(f"{local}/autoload_configs/*.xml") < order.index("autoload_configs/*.xml")
    assert order.index("../dialplan/*.xml") < order.index(f"{local}/dialplan/*.xml")
    assert order[-1] == "forget.xml"


def test_prompts_by_url_are_told_to_the_script() -> None:
    assert b"prozvon_prompts" not in render_release(site())["dialplan/prozvon.xml"]
    made = parsed(render_release(site(prompts_url="http://10.0.0.5:8060/"))["dialplan/prozvon.xml"])
    actions = [(node.get("application"), node.get("data")) for node in made.iter("action")]
    assert actions[0] == ("set", "prozvon_prompts=http_cache://http://10.0.0.5:8060/")
    assert actions[1][0] == "python"


def test_a_call_that_comes_in_is_for_the_engineers_then_for_a_scenario_or_turned_down() -> None:
    """The script says 603 of numbers that nobody takes; where it cannot be run, the carrier hears that we are ill."""
    made = render_release(site())["dialplan/prozvon_inbound.xml"]
    context = parsed(made).find("context[@name='prozvon_inbound']")
    assert context is not None
    first, link, last = (node for node in context if node.tag in ("X-PRE-PROCESS", "extension"))
    assert link.get("name") == "prozvon_link"
    assert first.attrib == {"cmd": "include", "data": "/srv/prozvon/conf/local/inbound/*.xml"}
    assert [node.attrib for node in last.iter("condition")] == [{}]  # every number
    assert [(node.get("application"), node.get("data")) for node in last.iter("action")] == [
        ("set", "prozvon_refusal=NORMAL_TEMPORARY_FAILURE"),
        ("python", "prozvon_ivr"),
        ("hangup", "${prozvon_refusal}"),
    ]
    assert (folder("scripts") / "ivr" / "prozvon_ivr.py").is_file()


def test_prompts_by_url_are_told_to_the_script_of_calls_that_come_in() -> None:
    made = render_release(site(prompts_url="http://10.0.0.5:8060/"))["dialplan/prozvon_inbound.xml"]
    ours = parsed(made).find("context/extension[@name='prozvon_ivr']")
    assert ours is not None
    assert next(ours.iter("action")).attrib == {
        "application": "set",
        "data": "prozvon_prompts=http_cache://http://10.0.0.5:8060/",
    }
