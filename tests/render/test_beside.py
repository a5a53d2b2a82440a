"""Include files for a switch that has a configuration."""

from __future__ import annotations

from orchestrator.render.beside import hints_beside, render_beside
from orchestrator.render.release import MODULES
from tests.render.sites import parsed, profile, site

TWO = site(profiles=(profile(), profile("external")), prompts_url="http://10.0.0.5/")


def _included(made: bytes) -> list[str | None]:
    return [node.get("data") for node in parsed(made)]


def test_our_contexts_come_from_the_release_in_force() -> None:
    assert _included(render_beside(TWO)["dialplan/prozvon.xml"]) == ["/srv/prozvon/current/dialplan/*.xml"]


def test_a_profile_that_is_not_there_is_ours_as_a_whole_and_of_one_that_is_there_only_the_gateways() -> None:
    files = render_beside(TWO, {"external", "internal"})
    assert set(files) == {
        "dialplan/prozvon.xml",
        "sip_profiles/external/prozvon.xml",
        "sip_profiles/prozvon_prozvon.xml",
    }
    forget = "/srv/prozvon/current/conf/forget.xml"
    assert _included(files["sip_profiles/external/prozvon.xml"]) == [
        "/srv/prozvon/secrets.xml",
        "/srv/prozvon/current/gateways/external.xml",
        forget,
    ]
    assert _included(files["sip_profiles/prozvon_prozvon.xml"]) == [
        "/srv/prozvon/secrets.xml",
        "/srv/prozvon/current/conf/profiles/prozvon.xml",
        forget,
    ]


def test_the_admin_is_told_all_that_is_left_with_the_lines_to_write() -> None:
    said = hints_beside(TWO, "/etc/freeswitch", {"external"})
    for line in (
        'name="api-expansion" value="false"',
        " ".join(MODULES),
        'name="log-dir" value="/srv/prozvon/cdr"',
        'name="apply-inbound-acl" value="prozvon_event_socket"',
        'data="/srv/prozvon/current/conf/acl/prozvon.xml"',
        'data="external/*.xml"',
        "Environment=PYTHONPATH=/srv/prozvon/current/scripts",
        "http_cache.conf.xml",
        "prozvon doctor --switch main",
    ):
        assert line in said
    bare = hints_beside(site(), "/etc/freeswitch")
    assert "http_cache.conf.xml" not in bare
    assert "sip_profiles" not in bare
