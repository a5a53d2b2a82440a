"""Entry script of an agent's feature codes: `<action application="python" data="prozvon_agent"/>`.

mod_python3 imports this file anew for every call, so it keeps no state and only finds the interpreter beside it: the
package `callflow`, in a release under a name of that release's own.
"""

import os
import sys

SCRIPTS = os.path.dirname(
    os.path.realpath(__file__)
)  # of the release, while ROOT/current may be switched over
sys.path.insert(0, SCRIPTS)
try:
    from callflow.agent_codes import obey
finally:
    sys.path.remove(SCRIPTS)


def handler(session, args):
    """Does what the code asks for. `args`: there is none."""
    del args
    release = os.path.dirname(SCRIPTS)
    releases = os.path.dirname(release)
    obey(session, os.path.dirname(releases) if os.path.basename(releases) == "releases" else release, release)
