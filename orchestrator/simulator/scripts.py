"""Runs entry scripts as mod_python3 does: the named module anew for every call, what it imports only once.

Scripts live in a world of their own: modules from the scripts folder are not the host process's, `freeswitch`
is simulated, and `time` runs on the call's own time.
"""

from __future__ import annotations

import builtins
import importlib.util
import sys
import time
import traceback
import types
import weakref
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from greenlet import getcurrent

from orchestrator.simulator.applications import Applications
from orchestrator.simulator.fsapi import NO_SESSION, Environment, Stream
from orchestrator.simulator.leg import Leg
from orchestrator.simulator.own_event import OwnEvent
from orchestrator.simulator.separate import separate
from orchestrator.simulator.session import Runaway, Session, bridge

FATAL_TEXT: Final = 20_000  # characters of an exception's text that crash a real switch

Log = Callable[[str, str], None]


class Scripts:
    """The interpreter of one switch. `zombies` are the legs whose scripts kept their session."""

    def __init__(self, folder: Path, log: Log, now_ms: Callable[[], int]) -> None:
        """`folder` may be reached through a link that is turned elsewhere later, as a deploy does."""
        self._log = log
        self._modules: dict[str, types.ModuleType] = {
            "freeswitch": _freeswitch(log, self._session_of, self._bridge),
            "time": _time(now_ms),
            "sys": _sys(folder),
        }
        self._codes: dict[Path, tuple[tuple[int, int], types.CodeType]] = {}
        self._builtins = {**vars(builtins), "__import__": self._import}
        self.applications: Applications | None = None  # set once, they need each other
        self.others: Others | None = None  # the calls of the switch; likewise
        self.zombies: list[str] = []
        self._opened: dict[Leg, list[weakref.ref[Session]]] = {}  # by the script that lives this leg

    def run(self, leg: Leg, data: str) -> None:
        """`<action application="python" data="module[::function] args"/>` on a leg."""
        handler, args = self._find(data, "handler")
        if handler is None:
            return
        if self.applications is None:
            raise RuntimeError("the interpreter was not given its applications")
        session = Session(leg, self.applications, self._log)
        alive = weakref.ref(session)
        self._call(handler, session, args)
        is_let_go = session.is_destroyed
        del session
        if not is_let_go and alive() is not None:
            self._is_kept(leg)
        for opened in self._opened.pop(leg, ()):
            other = opened()
            if other is not None and other.leg is not None:
                self._is_kept(other.leg)

    def _is_kept(self, leg: Leg) -> None:
        leg.is_zombie = True
        self.zombies.append(leg.channel.uuid)
        self._log(
            "CRIT", f"{leg.channel.uuid}: the script kept its session: the channel is locked for ever\n"
        )

    # Other calls

    def _session_of(self, uuid: str) -> Session:
        """`freeswitch.Session(UUID)`: of a call that is there; or one that is never ready."""
        if not isinstance(uuid, str):
            raise TypeError("in method 'new_Session', argument 1 of type 'char *'")
        if self.applications is None or self.others is None:
            raise RuntimeError("the interpreter was not given the calls of its switch")
        if "/" in uuid:
            raise RuntimeError(
                f"{uuid} would be dialed, and that stops every other call for as long as it rings"
            )
        leg = self.others.live_leg(uuid)
        if leg is None:
            self._log("ERR", f"Could not locate channel type {uuid}\n")
        session = Session(leg, self.applications, self._log)
        living: Leg | None = getattr(getcurrent(), "leg", None)
        if living is not None:
            self._opened.setdefault(living, []).append(weakref.ref(session))
        return session

    def _bridge(self, one: Session, other: Session) -> None:
        """`freeswitch.bridge(one, other)`, in the greenlet of the first."""
        if not isinstance(one, Session) or not isinstance(other, Session):
            raise TypeError("in method 'bridge', argument of type 'CoreSession &'")
        if self.others is None or not bridge(one, other, self.others.join):
            self._log("ERR", "Channels not ready\n")

    def answer(self, data: str, environment: Environment) -> str:
        """`api python module[::function] args`: what its `fsapi` wrote; nothing when it cannot be run."""
        function, args = self._find(data, "fsapi")
        stream = Stream()
        if function is not None:
            self._call(function, NO_SESSION, stream, environment, args)
        return stream.get_data()

    def run_alone(self, data: str) -> None:
        """`api pyrun module[::function] args`: its `runtime(args)`, with neither a session nor an answer."""
        function, args = self._find(data, "runtime")
        if function is not None:
            self._call(function, args)

    def _find(self, data: str, function: str) -> tuple[Callable[..., object] | None, str]:
        """The function that `data` names, or else `function` of its module, imported anew; and the arguments."""
        words = [*separate(data, " ", 2), "", ""]
        name, _, chosen = words[0].partition("::")
        try:
            found: Callable[..., object] = getattr(self._load(name, anew=True), chosen or function)
        except Exception:  # whatever the script's own import raises
            self._log("ERR", f"Error importing module {name}: {traceback.format_exc()}\n")
            return None, ""
        return found, words[1]

    def _call(self, function: Callable[..., object], *arguments: object) -> None:
        try:
            function(*arguments)
        except SystemExit:
            pass
        except (Exception, Runaway) as error:
            text = traceback.format_exc()
            if len(str(error)) > FATAL_TEXT:
                self._log("CRIT", "an exception text over 20 KB crashes a real switch\n")
            self._log("ERR", f"Error calling python script: {text[-4000:]}\n")

    # Importing

    def _import(
        self,
        name: str,
        scope: Mapping[str, Any] | None = None,
        _locals: Mapping[str, Any] | None = None,
        wanted: Sequence[str] | None = (),
        level: int = 0,
    ) -> types.ModuleType:
        package = str((scope or {}).get("__package__") or "")
        full = importlib.util.resolve_name("." * level + name, package) if level else name
        top = full.partition(".")[0]
        if top not in self._modules and self._file(top) is None:
            return builtins.__import__(name, scope, _locals, wanted or (), level)
        module = self._load(full)
        if not wanted:
            return module if level else self._modules[top]
        for attribute in wanted:
            if not hasattr(module, attribute) and self._file(f"{full}.{attribute}") is not None:
                self._load(f"{full}.{attribute}")
        return module

    def _load(self, name: str, *, anew: bool = False) -> types.ModuleType:
        parent, _, tail = name.rpartition(".")
        if parent:
            self._load(parent)
        module = self._modules.get(name)
        if module is not None and not anew:
            return module
        file = self._file(name)
        if file is None:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        module = module or self._new(name, file)
        self._execute(module, file)
        if parent:
            setattr(self._modules[parent], tail, module)
        return module

    def _new(self, name: str, file: Path) -> types.ModuleType:
        module = types.ModuleType(name)
        is_package = file.name == "__init__.py"
        module.__file__ = str(file)
        module.__package__ = name if is_package else name.rpartition(".")[0]
        if is_package:
            module.__path__ = [str(file.parent)]
        module.__dict__["__builtins__"] = self._builtins
        self._modules[name] = module
        return module

    def _execute(self, module: types.ModuleType, file: Path) -> None:
        """Known to `sys.modules` while it runs, for dataclasses look themselves up there."""
        name = module.__name__
        host = sys.modules.get(name)
        sys.modules[name] = module
        try:
            exec(self._code(file), module.__dict__)  # noqa: S102 - running scripts is what this is for
        except BaseException:
            self._modules.pop(name, None)
            raise
        finally:
            if host is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = host

    def _code(self, file: Path) -> types.CodeType:
        real = file.resolve()  # the same path leads to another release after a deploy
        found = real.stat()
        version = (found.st_mtime_ns, found.st_size)
        known = self._codes.get(real)
        if known is None or known[0] != version:
            code = compile(real.read_text("utf-8"), str(file), "exec", dont_inherit=True)
            known = self._codes[real] = (version, code)
        return known[1]

    def _file(self, name: str) -> Path | None:
        """Where a module is: in its package's folder, else in the first of `sys.path` that has it."""
        parent, _, tail = name.rpartition(".")
        folders = getattr(self._modules.get(parent), "__path__", ()) if parent else self._modules["sys"].path
        for folder in folders:
            for file in (Path(folder, tail, "__init__.py"), Path(folder, f"{tail}.py")):
                if file.is_file():
                    return file
        return None


class Others(Protocol):
    """The calls of the switch, as scripts reach them."""

    def live_leg(self, leg_uuid: str) -> Leg | None: ...
    def join(self, caller: Leg, other: Leg, on_key: Callable[[str], bool] | None) -> None: ...


def _freeswitch(
    log: Log, session_of: Callable[[str], Session], bridges: Callable[[Session, Session], None]
) -> types.ModuleType:
    """The module scripts import. What would stall or crash a real switch raises instead."""
    module: Any = types.ModuleType("freeswitch")

    def console_log(level: str, text: str) -> None:
        if not isinstance(level, str) or not isinstance(text, str):
            raise TypeError("in method 'consoleLog', argument of type 'char *' expected")
        log(level.upper(), text)

    def refused(*_arguments: object, **_named: object) -> object:
        raise RuntimeError("this keeps the interpreter's lock and so stops every other call")

    module.consoleLog = module.console_log = console_log
    module.Event = OwnEvent
    module.API = module.EventConsumer = module.msleep = refused
    module.Session, module.bridge = session_of, bridges
    return module  # type: ignore[no-any-return]  # Any, to set attributes on it


def _time(now_ms: Callable[[], int]) -> types.ModuleType:
    """`time` on the leg's own time inside a call, on the switch's clock outside of one."""
    module: Any = types.ModuleType("time")
    module.__dict__.update({name: value for name, value in vars(time).items() if not name.startswith("__")})

    def at_ms() -> int:
        leg: Leg | None = getattr(getcurrent(), "leg", None)
        return now_ms() if leg is None else leg.now_ms

    def sleep(seconds: float) -> None:
        leg: Leg | None = getattr(getcurrent(), "leg", None)
        if leg is not None:
            leg.live_for(round(seconds * 1000))

    module.time = module.monotonic = module.perf_counter = lambda: at_ms() / 1000
    module.time_ns = module.monotonic_ns = module.perf_counter_ns = lambda: at_ms() * 1_000_000
    module.sleep = sleep
    return module  # type: ignore[no-any-return]


def _sys(folder: Path) -> types.ModuleType:
    """`sys` with a path of its own, so that scripts change nothing in the host."""
    module: Any = types.ModuleType("sys")
    module.__dict__.update(vars(sys))
    module.path = [str(folder)]
    return module  # type: ignore[no-any-return]
