"""Whether a switch with the gateways of a scenario is ready for its calls, asked before anything is launched."""

from __future__ import annotations

from orchestrator.domain.plan import DialPlan
from orchestrator.domain.problem import KnownError
from orchestrator.esl.connection import Connection
from orchestrator.esl.errors import AccessDenied, AuthFailed, ReplyTimeout
from orchestrator.esl.protocol import EslError
from orchestrator.esl.timeouts import Timeouts
from orchestrator.runtime.settings import Settings
from orchestrator.runtime.settings_parts.switch_settings import Switch
from orchestrator.runtime.switches.preflight import ready_fault

TIMEOUTS = Timeouts(connect_s=3.0, greeting_s=3.0, auth_s=3.0)
ASK_S = 3.0  # for each answer


def require_switch(settings: Settings, plan: DialPlan, *, ask_s: float = ASK_S) -> None:
    """KnownError, with what is wrong with each, when none of the switches with the plan's gateways is ready."""
    wanted = {share.name for share in plan.gateways}
    faults = []
    for name, switch in settings.switches.items():
        if wanted & switch.gateways.keys():
            fault = _fault(switch, wanted, ask_s)
            if fault is None:
                return
            faults.append(f"{name}: {fault}")
    if faults:
        raise KnownError(f"no switch of this scenario is ready: {'; '.join(faults)}")


def _fault(switch: Switch, gateways: set[str], ask_s: float) -> str | None:
    """What is wrong with the switch, and what to do; None when calls from it would reach our script."""
    address = f"{switch.host}:{switch.port}"
    connection = Connection(switch.host, switch.port, switch.password(), timeouts=TIMEOUTS)
    try:
        connection.connect()
        fault = ready_fault(connection, switch, gateways=gateways, timeout_s=ask_s)
    except AuthFailed:
        return f"{address} does not take the password: look at `password_env:` or `password_file:` in prozvon.yaml"
    except AccessDenied:
        return f"{address} takes no connections from here: see apply-inbound-acl in its event_socket.conf"
    except ReplyTimeout:
        return f"{address} takes connections and answers nothing: see its log, or start it anew"
    except EslError as error:
        return f"{error} (start it, or mend prozvon.yaml; `prozvon switch simulate` is one for trying out)"
    finally:
        connection.close()
    return fault and f"{fault} (`prozvon doctor` looks at everything)"
