"""SIP profiles and gateways of a configuration, over time."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.simulator.bench import Bench, Client, line, population, wait_until

CONF = """\
<include>
<section name="configuration">
<configuration name="sofia.conf"><profiles>
<profile name="north">
<gateways>
<gateway name="a"><param name="proxy" value="192.0.2.1"/><param name="register" value="true"/>
<param name="username" value="anna"/><param name="password" value="x"/><param name="ping" value="30"/></gateway>
<X-PRE-PROCESS cmd="include" data="more.xml"/>
</gateways>
<settings><param name="sip-ip" value="192.0.2.9"/><param name="sip-port" value="5070"/></settings>
</profile>
<profile name="south"><gateways/><settings/></profile>
</profiles></configuration>
</section>
<section name="dialplan">
<X-PRE-PROCESS cmd="include" data="../current/dialplan/*.xml"/>
</section>
</include>
"""
MORE = '<gateway name="b"><param name="proxy" value="192.0.2.2"/></gateway>\n'


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    """The folder of a release's configuration, in force without a link."""
    folder = tmp_path / "root" / "conf"
    folder.mkdir(parents=True)
    (folder / "freeswitch.xml").write_text(f'<document type="freeswitch/xml">\n{CONF}</document>\n')
    return folder


@pytest.fixture
def made(bench: Callable[..., Bench], conf: Path) -> Bench:
    assert conf.exists()
    return bench(gateways=("spare",), population=population(busy={"kind": "busy"}), speed=400)


@pytest.fixture
def client(made: Bench) -> Client:
    return made.client("CHANNEL_CREATE", "BACKGROUND_JOB")


def rows(client: Client) -> list[tuple[str, ...]]:
    lines = client.command("api sofia status").splitlines()[2:-2]
    return [tuple(cell.strip() for cell in line.split("\t")) for line in lines]


def test_profiles_and_gateways_come_from_the_configuration(client: Client) -> None:
    assert rows(client) == [
        ("north", "profile", "sip:mod_sofia@192.0.2.9:5070", "RUNNING (0)"),
        ("north::spare", "gateway", "sip:robot@127.0.0.1:5090", "NOREG"),  # known to the simulator alone
        ("north::a", "gateway", "sip:anna@192.0.2.1", "REGED"),
        ("south", "profile", "sip:mod_sofia@127.0.0.1:5060", "RUNNING (0)"),
    ]
    said = client.command("api sofia status gateway a")
    for row in ("Realm   \t192.0.2.1", "Password\tyes", "PingFreq\t30", "State   \tREGED", "Status  \tUP"):
        assert f"\n{row}\n" in said
    assert "2 profiles 0 aliases" in client.command("api sofia status")
    assert re.search(
        r"north::a\t +sip:anna@192.0.2.1\tREGED\t  0.00\t0/0\t0/0\n", client.command("api sofia status x")
    )
    assert "Total items returned: 0" in client.command("api sofia status profile north reg")


def test_calls_are_named_after_the_profile_of_their_gateway(made: Bench, client: Client) -> None:
    client.originate(line("call", gateway="a"), "job")
    assert client.job("job") == "-ERR USER_BUSY\n"
    assert client.named("CHANNEL_CREATE")[0]["Channel-Name"] == "sofia/north/79990000001"
    assert "sofia_profile_name" in made.cdr("call")["variables"]


def test_a_rescan_adds_what_is_new_and_warns_of_the_rest(made: Bench, client: Client, conf: Path) -> None:
    (conf / "more.xml").write_text(MORE)
    assert client.command("api sofia profile north rescan") == "Reload XML [Success]\n+OK scan complete\n"
    assert "\nProxy   \tsip:192.0.2.2\n" in client.command("api sofia status gateway b")
    assert ("WARNING", "Ignoring duplicate gateway 'a'") in made.logged
    assert client.command("api sofia profile north killgw b") == "+OK gateway marked for deletion.\n"
    assert client.command("api sofia profile north start").endswith("north started successfully\n")
    assert "\nProxy   \tsip:192.0.2.2\n" in client.command("api sofia status gateway b")
    assert client.command("api sofia profile north killgw _all_").startswith("+OK every gateway")
    assert client.command("api sofia profile north gwlist") == "-ERR no reply\n"
    client.originate(line("call", gateway="a"), "job")
    assert client.job("job") == "-ERR INVALID_GATEWAY\n"


def test_a_profile_is_up_for_ten_seconds_before_it_goes(made: Bench, client: Client, conf: Path) -> None:
    (conf / "more.xml").write_text(MORE)
    wait_until(lambda: "restarting" in client.command("api sofia profile north restart"), "ten seconds")
    wait_until(lambda: "north::b" in client.command("api sofia status"), "it is up again")
    assert "must be up for at least 10 seconds" in client.command("api sofia profile north stop")
    wait_until(lambda: "stopping" in client.command("api sofia profile north stop"), "ten seconds more")
    assert client.command("api sofia status gateway a") == "Invalid Gateway!\n"
    assert client.command("api sofia profile north start").endswith("north started successfully\n")
    assert "north::a" in client.command("api sofia status")


def test_what_locks_a_real_switch_for_good_is_pointed_out(made: Bench, client: Client) -> None:
    """mod_sofia.c, cmd_profile: a gateway that does not register is not released."""
    said = client.command("api sofia profile north unregister spare")
    assert said == "-ERR NOREG gateway [spare] can't be unregistered!\n"
    assert made.logged[-1] == (
        "CRIT",
        "a real switch keeps the profile locked now, and never shuts down by itself",
    )


def test_a_gateway_that_is_down_says_so(client: Client) -> None:
    client.command("api prozvon_fault gateway a down")
    said = client.command("api sofia status gateway a")
    assert "\nState   \tFAIL_WAIT\n" in said
    assert "\nStatus  \tDOWN\n" in said
    assert client.command("api sofia profile north gwlist down") == "a "
    assert client.command("api sofia profile north register a") == "+OK\n"
    assert client.command("api sofia profile south rescan").endswith("+OK scan complete\n")
