"""What every script on a switch must do, whatever happens in it: not raise, and let go of its session."""

from __future__ import annotations

from collections.abc import Callable

from .switch import Session, log

FAULT = "NORMAL_TEMPORARY_FAILURE"


def guarded(session: Session, carry_out: Callable[[], None]) -> None:
    """Carry out; what goes wrong is logged, cut to what the switch can bear, and ends the call."""
    try:
        try:
            carry_out()
        except BaseException as error:  # whatever it is, the channel must be hung up and let go of
            log("err", f"the script failed: {type(error).__name__}: {error}")
            session.unsetInputCallback()
            session.hangup(FAULT)
    except BaseException as error:  # the session itself does not work: nothing more can be done with it
        log("err", f"the session failed: {type(error).__name__}: {error}")
    finally:
        session.destroy()
