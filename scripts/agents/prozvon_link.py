"""Entry script of a caller whom another switch of ours brings: `<action application="python" data="prozvon_link"/>`.

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
    from callflow.joining import meet
finally:
    sys.path.remove(SCRIPTS)


def handler(session, args):
    """Joins the leg that the number names, which is parked here. `args`: there is none."""
    del args
    meet(session)
