"""The project's settings: `prozvon.yaml` in the project folder, checked, with every path made absolute."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from orchestrator.domain.disposition import Disposition
from orchestrator.domain.problem import KnownError

FILE_NAME = "prozvon.yaml"
DEFAULT_PASSWORD = "ClueCon"  # noqa: S105  # FreeSWITCH's own default, known to everybody

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}\Z")
_DIAL = re.compile(r"[A-Za-z0-9_./:@+-]*\{(?:number|digits)\}[A-Za-z0-9_./:@+-]*\Z")


def _name(value: str) -> str:
    if not _NAME.match(value):
        raise ValueError("use 1 to 32 of a-z, 0-9, _ and -, starting with a letter or digit")
    return value


def _dial(value: str) -> str:
    if not _DIAL.match(value):
        raise ValueError(
            "a dial string holds {number} or {digits} once and else only letters, digits and _./:@+-"
        )
    return value


Name = Annotated[str, AfterValidator(_name)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Gateway(_Strict):
    """A SIP trunk: what it takes, and what its hangup causes mean where the carrier lies."""

    cps: Annotated[float, Field(gt=0, le=1000)] = 5.0  # new calls per second
    channels: Annotated[int, Field(gt=0, le=100_000)] = 30  # calls at once
    dial: Annotated[str, AfterValidator(_dial)] | None = None  # default: sofia/gateway/NAME/{number}
    causes: dict[str, Disposition] = {}

    def dial_string(self, name: str) -> str:
        return self.dial or f"sofia/gateway/{name}/{{number}}"


class Switch(_Strict):
    """One FreeSWITCH node, and where what it runs is published."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(gt=0, lt=65536)] = 8021
    password_env: str | None = None
    password_file: Path | None = None
    root: Path = Path("data/switch")
    cdr: Path | None = None  # default: ROOT/cdr
    gateways: dict[Name, Gateway] = Field(default_factory=dict)

    @property
    def cdr_folder(self) -> Path:
        return self.cdr or self.root / "cdr"

    def password(self) -> str:
        """The event socket's password. KnownError when it is nowhere; it is never part of a message."""
        if self.password_env:
            value = os.environ.get(self.password_env)
            if value:
                return value
            raise KnownError(f"the event socket's password is not set: export {self.password_env}=...")
        if self.password_file:
            return _secret(self.password_file)
        return DEFAULT_PASSWORD


def _secret(path: Path) -> str:
    try:
        mode = path.stat().st_mode
        value = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise KnownError(f"cannot read the password file {path}: {error}") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KnownError(f"others can read the password file {path}: chmod 600 {path}")
    if not value:
        raise KnownError(f"the password file {path} is empty")
    return value


class PerNumber(_Strict):
    day: Annotated[int, Field(gt=0)] | None = None
    ever: Annotated[int, Field(gt=0)] | None = None


class Limits(_Strict):
    """Caps that hold for a number over all campaigns, whatever a scenario says."""

    per_number: PerNumber = PerNumber()


class Settings(_Strict):
    """`prozvon.yaml`. Every key has a default; docs/settings.md explains them."""

    project: Name = "prozvon"
    region: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "RU"
    store: str | None = None
    fsync: Literal["everysec", "always"] = "always"
    data: Path = Path("data")
    scenarios: Path = Path("scenarios")
    clock: Literal["real", "simulated"] = "real"
    lease_s: Annotated[float, Field(ge=1, le=300)] = 15.0  # a worker silent for so long is dead
    reconcile_s: Annotated[float, Field(ge=1, le=300)] = (
        15.0  # no channel and no CDR for so long: there was no call
    )
    limits: Limits = Limits()
    switches: dict[Name, Switch] = Field(
        default_factory=lambda: {"main": Switch(gateways={"main": Gateway()})}
    )

    @property
    def clock_file(self) -> Path:
        return self.data / "clock"

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    def causes(self, switch: str, gateway: str) -> dict[str, Disposition]:
        """What this gateway's hangup causes mean, where that differs; empty for one that is not there any more."""
        found = self.switches.get(switch)
        return found.gateways[gateway].causes if found and gateway in found.gateways else {}

    def gateways(self) -> list[tuple[str, str, Gateway]]:
        """(switch name, gateway name, gateway) of every trunk there is."""
        return [
            (s, g, gateway) for s, switch in self.switches.items() for g, gateway in switch.gateways.items()
        ]


def load_settings(folder: Path) -> Settings:
    """The settings of the project in `folder`; defaults when it has no prozvon.yaml. KnownError when broken."""
    folder = folder.resolve()
    if not folder.is_dir():
        raise KnownError(f"no such project folder: {folder}")
    path = folder / FILE_NAME
    raw = _read(path) if path.exists() else {}
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        raise KnownError(_explain(path, error)) from None
    return _absolute(settings, folder)


def _read(path: Path) -> Any:
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise KnownError(f"cannot read {path}: {error}") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        raise KnownError(f"{where}: not YAML: {getattr(error, 'problem', error)}") from None
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        raise KnownError(f"{path}: the settings are a mapping, `project: NAME` and so on")
    return raw


def _explain(path: Path, error: ValidationError) -> str:
    """Every mistake on a line of its own: key path, then what is wrong."""
    lines = []
    for item in error.errors(include_url=False):
        key = ".".join(str(part) for part in item["loc"]) or "settings"
        said = (
            "unknown key" if item["type"] == "extra_forbidden" else item["msg"].removeprefix("Value error, ")
        )
        lines.append(f"{path}: {key}: {said}")
    return "\n".join(lines)


def _absolute(settings: Settings, folder: Path) -> Settings:
    switches = {
        name: switch.model_copy(
            update={
                "root": folder / switch.root,
                "cdr": folder / switch.cdr if switch.cdr else None,
                "password_file": folder / switch.password_file if switch.password_file else None,
            }
        )
        for name, switch in settings.switches.items()
    }
    return settings.model_copy(
        update={
            "data": folder / settings.data,
            "scenarios": folder / settings.scenarios,
            "switches": switches,
        }
    )
