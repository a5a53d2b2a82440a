"""What another release means for a switch that runs: exactly what is needed, and what a person has to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from orchestrator.deploy.changes import Changes, changes_between, gateways_of, with_all_read
from orchestrator.deploy.diff import diff
from orchestrator.render import ProfileSite
from tests.deploy.factories import gateway, release

ROOT = Path("/srv/prozvon")
SECOND = ProfileSite(name="second", ip="", port=5090, public_ip="", codecs="PCMA")


def _profile(**changes: Any) -> ProfileSite:
    return ProfileSite(
        **{"name": "prozvon", "ip": "", "port": 5080, "public_ip": "", "codecs": "PCMA,PCMU", **changes}
    )


def _files(**changes: Any) -> dict[str, bytes]:
    return dict(release(ROOT, **changes).files)


def _changes(before: dict[str, Any], after: dict[str, Any], **more: bool) -> Changes:
    return changes_between(_files(**before), _files(**after), **more)


def test_nothing_changed_is_nothing_to_do() -> None:
    assert _changes({}, {}) == Changes()


def test_scripts_need_nothing() -> None:
    old = _files()
    found = changes_between(old, {**old, "scripts/prozvon_robocall.py": b"other", "scripts/new.py": b""})
    assert found == Changes(added=("scripts/new.py",), changed=("scripts/prozvon_robocall.py",))


def test_a_dialplan_is_read_again() -> None:
    found = _changes({}, {"prompts_url": "http://10.0.0.5/"})
    assert found == Changes(
        changed=("dialplan/prozvon.xml", "dialplan/prozvon_agents.xml", "dialplan/prozvon_inbound.xml"),
        has_new_xml=True,
    )


def test_limits_are_set_at_once() -> None:
    found = _changes({}, {"sps": 7, "max_sessions": 9})
    assert (found.limits, found.restarts, found.has_new_xml) == ({"sps": "7", "max_sessions": "9"}, (), True)
    assert _changes({}, {"sps": 7}).limits == {"sps": "7"}


def test_what_only_a_restart_brings_in_is_said() -> None:
    assert _changes({}, {"rtp_last": 20000}).restarts == ("switch.conf (rtp-end-port): restart the switch",)
    assert _changes({}, {"port": 8022}).restarts == (
        "event_socket.conf: `reload mod_event_socket` while no call is up, or restart the switch",
    )
    old = _files()
    modules = {**old, "conf/autoload_configs/modules.conf.xml": b"<include/>"}
    assert changes_between(old, modules).restarts == (
        "modules.conf: restart the switch, or `load MODULE` what is new",
    )
    python = {**old, "conf/autoload_configs/python.conf.xml": b"<include/>"}
    assert "`reload mod_python3`" in changes_between(old, python).restarts[0]
    assert _changes({}, {"cdr": "/var/cdr"}).restarts[0].startswith("json_cdr.conf: `reload mod_json_cdr`")


def test_network_lists_are_read_again() -> None:
    found = _changes({}, {"allow": ("10.0.0.0/8",)})
    assert (found.has_new_acl, found.restarts, found.rescanned) == (True, (), ())


def test_a_new_gateway_is_found_by_its_profile() -> None:
    found = _changes({}, {"gateways": (gateway("a"),)})
    assert (found.killed, found.rescanned, found.started) == ((), ("prozvon",), ())


def test_a_changed_gateway_is_taken_away_and_made_anew_and_no_other_one() -> None:
    two = (gateway("a"), gateway("b"))
    for other in ({"proxy": "other.example"}, {"caller_id_in": "pai"}, {"registers": True}):
        found = _changes({"gateways": two}, {"gateways": (gateway("a"), gateway("b", **other))})
        assert (found.killed, found.rescanned) == ((("prozvon", "b"),), ("prozvon",))
        assert found.registering == ((("prozvon", "b"),) if "registers" in other else ())


def test_a_gateway_that_is_gone_is_taken_away() -> None:
    found = _changes({"gateways": (gateway("a"),)}, {})
    assert (found.killed, found.rescanned) == ((("prozvon", "a"),), ("prozvon",))


def test_a_gateway_that_moves_is_taken_from_its_old_profile() -> None:
    both = (_profile(), SECOND)
    found = _changes(
        {"profiles": both, "gateways": (gateway("a"),)},
        {"profiles": both, "gateways": (gateway("a", profile="second"),)},
    )
    assert (found.killed, found.rescanned) == ((("prozvon", "a"),), ("prozvon", "second"))


def test_new_passwords_concern_the_gateways_that_have_one() -> None:
    both = {"gateways": (gateway("a"), gateway("b", username="u", has_password=True))}
    found = _changes(both, both, has_new_secrets=True)
    assert (found.killed, found.rescanned, found.has_new_xml) == ((("prozvon", "b"),), ("prozvon",), True)
    assert found.count == 0


def test_a_profile_reads_its_settings_again_and_is_not_stopped() -> None:
    found = _changes({}, {"profiles": (_profile(codecs="PCMU"),)})
    assert (found.rescanned, found.started, found.restarts) == (("prozvon",), (), ())


def test_a_profile_that_moves_to_another_address_is_for_a_person_to_restart() -> None:
    found = _changes({}, {"profiles": (_profile(ip="192.0.2.7", port=5062),)})
    said = "profile prozvon (rtp-ip, sip-ip, sip-port): `sofia profile prozvon restart`, which ends its calls"
    assert found.restarts == (said,)


def test_profiles_come_and_go() -> None:
    found = _changes({}, {"profiles": (_profile(), SECOND)})
    assert (found.started, found.rescanned, found.stops) == (("second",), (), ())
    found = _changes({"profiles": (_profile(), SECOND)}, {})
    assert (found.started, found.rescanned) == ((), ())
    assert found.stops == ("profile second is gone: `sofia profile second stop`, which ends its calls",)


def test_the_first_release_needs_no_restart() -> None:
    found = changes_between({}, _files(gateways=(gateway("a"),)))
    assert (found.started, found.rescanned, found.killed, found.restarts) == (("prozvon",), (), (), ())
    assert found.has_new_xml
    assert found.has_new_acl


def test_files_broken_by_hand_have_nothing_in_them() -> None:
    old = {**_files(gateways=(gateway("a"),)), "gateways/prozvon.xml": b"<half"}
    found = changes_between(old, _files(gateways=(gateway("a"),)))
    assert (found.killed, found.rescanned) == ((), ("prozvon",))


def test_a_switch_of_which_nobody_knows_what_it_read_reads_everything_again() -> None:
    new = _files(gateways=(gateway("a"),))
    meanwhile = changes_between(_files(gateways=(gateway("a", registers=True),)), new)
    found = with_all_read(Changes(), meanwhile, new)
    assert found == Changes(
        has_new_xml=True, has_new_acl=True, killed=(("prozvon", "a"),), started=("prozvon",)
    )


def test_the_gateways_of_a_release_have_names() -> None:
    assert gateways_of(_files(gateways=(gateway("b"), gateway("a")))) == ("a", "b")


# The difference as a person reads it


def test_a_difference_is_of_lines() -> None:
    assert diff(_files(), _files()) == ""
    said = diff(_files(), _files(sps=7))
    assert said.startswith(
        "--- current/conf/autoload_configs/switch.conf.xml\n+++ new/conf/autoload_configs/switch"
    )
    assert '\n-      <param name="sessions-per-second" value="100"/>\n+' in said
    assert said.endswith("\n")


def test_files_that_come_and_go_are_shown() -> None:
    said = diff({"a": b"1\n", "empty": b""}, {"b": b"2"})
    assert said == (
        "--- current/a\n+++ /dev/null\n@@ -1 +0,0 @@\n-1\n"
        "--- /dev/null\n+++ new/b\n@@ -0,0 +1 @@\n+2\n\\ No newline at end of file\n"
        "--- current/empty\n+++ /dev/null\n"
    )


def test_the_interpreters_own_name_is_no_difference() -> None:
    old = release(ROOT)
    package = f"scripts/{old.callflow}"
    renamed = {
        path.replace(old.callflow, "callflow_0123456789ab"): data.replace(
            old.callflow.encode(), b"callflow_0123456789ab"
        )
        for path, data in old.everything().items()
    }
    assert diff(old.everything(), renamed) == ""
    renamed["scripts/callflow_0123456789ab/names.py"] += b"# more\n"
    said = diff(old.everything(), renamed)
    assert said.startswith("--- current/scripts/callflow/names.py\n+++ new/scripts/callflow/names.py\n")
    assert said.count("\n+") == 2
    assert f"{package}/names.py" in old.files
