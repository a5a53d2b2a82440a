"""The log of the switch when all is done: it complains of nothing but what this suite provoked. Runs last."""

from __future__ import annotations

import re

from tests.conformance.desk import Switch

PROVOKED = {
    r"sofia\.c:\d+ MSG Thread \d+ Started": "a notice of its own, in the wrong words",
    r"sofia\.c:\d+ Ping failed down with code 503 .*": "gateway `down`",
    r"sofia\.c:\d+ Ignoring duplicate gateway '\w+'": "rescans: what is there already is told",
    r"sofia\.c:\d+ No Such Profile 'nosuch'": "a profile that is not there is started",
    r"mod_sofia\.c:\d+ Error Creating Session": "throttles",
    r"mod_sofia\.c:\d+ Invalid Profile": "a dial string that leads nowhere",
    r"mod_sofia\.c:\d+ Invalid Gateway '(nosuch|fresh)'": "gateways that are not there",
    r"mod_sofia\.c:\d+ Gateway 'down' is down!": "gateway `down`",
    r"mod_dialplan_xml\.c:\d+ Context nosuch not found": "a context that is not there",
    r"mod_python3\.c:\d+ (Error|Python Error|Module does not|No module) .*": "scripts that fail on purpose",
    r"mod_http_cache\.c:\d+ .*nosuch\.wav.*": "a file that is not there",
    r"switch_ivr_originate\.c:\d+ sofia/out/\+7999\d+ Error Playing File!": "leaving in a whisper",
    r"switch_core_session\.c:\d+ Throttle Error! \d+": "sessions per second",
    r"switch_core_session\.c:\d+ Over Session Limit! 1": "a full switch",
    r"switch_core_session\.c:\d+ Duplicate UUID!": "an id in use",
    r"switch_core_session\.c:\d+ The system cannot create any outbound sessions at this time\.": "paused",
    r"switch_core_session\.c:\d+ Could not locate channel type nosuch": "a dial string that leads nowhere",
    r"switch_core_session\.c:\d+ Could not locate channel type (none|[0-9a-f-]{36})": "legs that are gone",
    r"freeswitch_python\.cpp:\d+ session is not initalized": "legs that are gone, to a script",
    r"switch_cpp\.cpp:\d+ prozvon: a caller from another switch did not meet an agent: gone": "the same, by a link",
    r"switch_ivr_async\.c:\d+ Only 1 of the same file per channel please!": "a tone while there is one",
    r"switch_core_db\.c:\d+ SQLite is BUSY, sane=29\d \[.*\]": "channels are written while they are asked for",
    r"switch_time\.c:\d+ Over Session Rate of (3|100)!": "sessions per second",
    r"switch_cpp\.cpp:\d+ prozvon: program f{32} cannot be read: FileNotFoundError": "a program that is not there",
}


def test_the_switch_complains_of_nothing_that_was_not_done_on_purpose(switch: Switch) -> None:
    known = [re.compile(pattern) for pattern in PROVOKED]
    assert [
        line for line in switch.log_warnings() if not any(one.fullmatch(line.strip()) for one in known)
    ] == []
