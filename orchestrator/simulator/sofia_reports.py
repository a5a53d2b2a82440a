"""What `sofia status` prints of profiles and gateways (mod_sofia.c, cmd_status)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from orchestrator.simulator.sofia_parts import Gateway, Profile

if TYPE_CHECKING:
    from orchestrator.simulator.switch import SimulatedSwitch

LINE: Final = "=" * 97 + "\n"


class SofiaReports:
    """Of the profiles that are running."""

    def __init__(self, switch: SimulatedSwitch) -> None:
        self._switch = switch

    def status(self, running: Iterable[Profile]) -> str:
        lines = [f"{'Name':>25}\t   Type\t  {'Data':>40}\tState\n", LINE]
        profiles = list(running)
        for profile in profiles:
            live = f"RUNNING ({self._live(profile)})"
            lines.append(f"{profile.name:>25}\tprofile\t  {profile.url:>40}\t{live}\n")
            for gateway in reversed(profile.gateways.values()):
                key = f"{profile.name}::{gateway.name}"
                lines.append(f"{key:>25}\tgateway\t  {gateway.to:>40}\t{self._state(gateway)}\n")
        return "".join([*lines, LINE, f"{len(profiles)} profile{plural(len(profiles))} 0 aliases\n"])

    def gateways(self, running: Iterable[Profile]) -> str:
        calls, lines, made, failed = self._switch.calls, [], 0, 0
        for profile in running:
            for gateway in reversed(profile.gateways.values()):
                name = gateway.name
                out, bad = calls.made.get(name, 0), calls.failed.get(name, 0)
                made, failed = made + out, failed + bad
                key = f"{profile.name}::{name}"
                lines.append(
                    f"{key:>25}\t{gateway.to:>32}\t{self._state(gateway)}\t{0:6.2f}\t0/0\t{bad}/{out}\n"
                )
        count = len(lines)
        head = f"{'Profile::Gateway-Name':>25}\t{'    Data    ':>32}\tState\tPing Time\tIB Calls(F/T)\tOB Calls(F/T)\n"
        end = f"{count} gateway{plural(count)}: Inbound(Failed/Total): 0/0,Outbound(Failed/Total):{failed}/{made}\n"
        return "".join([head, LINE, *lines, LINE, end])

    def gateway(self, profile: Profile, gateway: Gateway) -> str:
        switch, name = self._switch, gateway.name
        is_up = switch.calls.gateways.get(name) != "down"
        user, domain = gateway.get("username", "FreeSWITCH"), gateway.get("from-domain", gateway.proxy)
        transport = gateway.get("register-transport", "udp")
        ping = gateway.get("ping", "0")
        now_ms = switch.clock.now_ms()
        fields = {
            "Name": name,
            "Profile": profile.name,
            "Scheme": "Digest",
            "Realm": gateway.get("realm", gateway.proxy),
            "Username": user,
            "Password": "yes" if gateway.get("password") else "no",
            "From": f"<sip:{user}@{domain}>",
            "Contact": f"<sip:gw+{name}@{profile.address};transport={transport};gw={name}>",
            "Exten": user,
            "To": gateway.to,
            "Proxy": f"sip:{gateway.proxy}",
            "Context": gateway.get("context", profile.get("context")),
            "Expires": "3600",
            "Freq": "3600",
            "Ping": str(now_ms // 1000 + int(ping)) if int(ping) else "0",
            "PingFreq": ping,
            "PingTime": "0.00",
            "PingState": "0/0/0",
            "State": self._state(gateway),
            "Status": "UP" if is_up else "DOWN",
            "Uptime": f"{(now_ms - gateway.since_ms) // 1000 if is_up else 0}s",
            "CallsIN": "0",
            "CallsOUT": str(switch.calls.made.get(name, 0)),
            "FailedCallsIN": "0",
            "FailedCallsOUT": str(switch.calls.failed.get(name, 0)),
        }
        return LINE + "".join(f"{key:<8}\t{value}\n" for key, value in fields.items()) + LINE

    def profile(self, profile: Profile, more: list[str]) -> str:
        if more[:1] == ["reg"]:
            return f"\nRegistrations:\n{LINE}Total items returned: 0\n{LINE}"
        calls, names = self._switch.calls, list(profile.gateways)
        codecs = profile.get("codec-prefs", "PCMU")
        transports = "udp" if profile.get("bind-params", "").endswith("transport=udp") else "udp,tcp"
        fields = {
            "Name": profile.name,
            "Domain Name": "N/A",
            "Auto-NAT": "false",
            "DBName": profile.get("dbname", f"sofia_reg_{profile.name}"),
            "Pres Hosts": "",
            "Dialplan": profile.get("dialplan", "XML"),
            "Context": profile.get("context", "default"),
            "Challenge Realm": "auto_to",
            "RTP-IP": profile.get("rtp-ip", "127.0.0.1"),
            "SIP-IP": profile.get("sip-ip", "127.0.0.1"),
            "URL": profile.url,
            "BIND-URL": f"{profile.url};transport={transports}",
            "HOLD-MUSIC": "N/A",
            "OUTBOUND-PROXY": "N/A",
            "CODECS IN": profile.get("inbound-codec-prefs", codecs),
            "CODECS OUT": profile.get("outbound-codec-prefs", codecs),
            "TEL-EVENT": profile.get("rfc2833-pt", "101"),
            "DTMF-MODE": profile.get("dtmf-type", "rfc2833"),
            "CNG": "13",
            "SESSION-TO": "0",
            "MAX-DIALOG": "0",
            "MAX-RECV-RPS": "1000",
            "NOMEDIA": "false",
            "LATE-NEG": "false",
            "PROXY-MEDIA": "false",
            "AGGRESSIVENAT": "false",
            "CALLS-IN": "0",
            "FAILED-CALLS-IN": "0",
            "CALLS-OUT": str(sum(calls.made.get(name, 0) for name in names)),
            "FAILED-CALLS-OUT": str(sum(calls.failed.get(name, 0) for name in names)),
            "REGISTRATIONS": "0",
        }
        return LINE + "".join(f"{key:<17}\t{value}\n" for key, value in fields.items())

    def _live(self, profile: Profile) -> int:
        """Calls on a profile."""
        legs = self._switch.calls.live_legs()
        return sum(leg.channel.get("sip_gateway_name") in profile.gateways for leg in legs)

    def _state(self, gateway: Gateway) -> str:
        is_failing = gateway.state == "REGED" and self._switch.calls.gateways.get(gateway.name) == "down"
        return "FAIL_WAIT" if is_failing else gateway.state


def plural(count: int) -> str:
    return "" if count == 1 else "s"
