"""Entry script of originated calls: `<action application="python" data="prozvon_robocall"/>`.

mod_python3 imports this file anew for every call, so it keeps no state and only finds the interpreter, the
package `callflow` beside it in <root>/scripts.
"""

import os
import sys

SCRIPTS = os.path.dirname(os.path.abspath(__file__))
if SCRIPTS not in sys.path:
    sys.path.append(SCRIPTS)

from callflow.session import handle  # noqa: E402  # only found through the line above


def handler(session, args):
    """Runs one call. `args` is the text after the module name in the dialplan; there is none."""
    del args
    handle(session, os.path.dirname(SCRIPTS))
