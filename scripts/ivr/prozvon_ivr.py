"""Entry script of calls that come in: `<action application="python" data="prozvon_ivr"/>`.

mod_python3 imports this file anew for every call, so it keeps no state and only finds the interpreter beside it: the
package `callflow`, in a release under a name of that release's own. A call goes on with the package it began with.
"""

import os
import sys

SCRIPTS = os.path.dirname(
    os.path.realpath(__file__)
)  # of the release, while ROOT/current may be switched over
sys.path.insert(0, SCRIPTS)
try:
    from callflow.session import take
finally:
    sys.path.remove(SCRIPTS)


def handler(session, args):
    """Runs one call, or leaves it to the dialplan. `args` is the text after the module name; there is none."""
    del args
    release = os.path.dirname(SCRIPTS)
    releases = os.path.dirname(release)
    take(session, os.path.dirname(releases) if os.path.basename(releases) == "releases" else release, release)
