"""The project's settings: `prozvon.yaml` in the project folder, checked, with every path made absolute."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from orchestrator.contacts.numbers import known_region
from orchestrator.domain.disposition import Disposition
from orchestrator.domain.problem import KnownError
from orchestrator.engine.classify import is_override_key
from orchestrator.runtime.settings_file import Place, read_settings

FILE_NAME = "prozvon.yaml"
DEFAULT_PASSWORD = "ClueCon"  # noqa: S105  # FreeSWITCH's own default, known to everybody

# What no cause can mean: the first two are said by an answer, the others by the queue and by reconciling.
_NEVER_SAID = (Disposition.ANSWERED, Disposition.MACHINE, Disposition.ABANDONED, Disposition.LOST)

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}\Z")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
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


def _region(value: str) -> str:
    if not known_region(value):
        raise ValueError("no region of telephone numbers: write a country code in capitals, such as RU")
    return value


def _variable(value: str) -> str:
    if not _VARIABLE.match(value):
        raise ValueError("the name of an environment variable: letters, digits and _")
    return value


def _cause(value: str) -> str:
    if not is_override_key(value):
        raise ValueError(
            "neither a hangup cause (docs/dispositions.md has them all) nor a SIP status of 300 to 699"
        )
    return value


def _meaning(value: Disposition) -> Disposition:
    if value in _NEVER_SAID:
        raise ValueError(f"no cause means `{value}`")
    return value


Name = Annotated[str, AfterValidator(_name)]
Cause = Annotated[str, AfterValidator(_cause)]
Meaning = Annotated[Disposition, AfterValidator(_meaning)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Gateway(_Strict):
    """A SIP trunk: what it takes, and what its hangup causes mean where the carrier lies."""

    cps: Annotated[float, Field(gt=0, le=1000)] = 5.0  # new calls per second
    channels: Annotated[int, Field(gt=0, le=100_000)] = 30  # calls at once
    dial: Annotated[str, AfterValidator(_dial)] | None = None  # default: sofia/gateway/NAME/{number}
    causes: dict[Cause, Meaning] = {}

    def dial_string(self, name: str) -> str:
        return self.dial or f"sofia/gateway/{name}/{{number}}"


class Switch(_Strict):
    """One FreeSWITCH node, and where what it runs is published."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(gt=0, lt=65536)] = 8021
    password_env: Annotated[str, AfterValidator(_variable)] | None = None
    password_file: Path | None = None
    root: Path = Path("data/switch")
    cdr: Path | None = None  # default: ROOT/cdr
    gateways: dict[Name, Gateway] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_password(self) -> Self:
        if self.password_env and self.password_file:
            raise ValueError("password_env and password_file: only one of them can be meant")
        return self

    @property
    def cdr_folder(self) -> Path:
        return self.cdr or self.root / "cdr"

    def password(self) -> str:
        """The event socket's password. KnownError when it is nowhere; it is never part of a message."""
        if self.password_env:
            value = os.environ.get(self.password_env, "")
            if not value:
                raise KnownError(f"the event socket's password is not set: export {self.password_env}=...")
            return _one_line(value, f"the password in {self.password_env}")
        if self.password_file:
            return _secret(self.password_file)
        return DEFAULT_PASSWORD


def _secret(path: Path) -> str:
    try:
        mode = path.stat().st_mode
        value = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise KnownError(f"cannot read the password file {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise KnownError(f"the password file {path} is not UTF-8 text") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KnownError(f"others can read the password file {path}: chmod 600 {path}")
    if not value:
        raise KnownError(f"the password file {path} is empty")
    return _one_line(value, f"the password file {path}")


def _one_line(value: str, what: str) -> str:
    """A password goes to the switch as a line: a line break in it would be a second command."""
    if not value.isprintable():
        raise KnownError(f"{what} holds more than one line, or a control character")
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
    region: Annotated[str, AfterValidator(_region)] = "RU"
    store: str | None = Field(default=None, repr=False)  # may hold a password
    fsync: Literal["everysec", "always"] = "always"
    data: Path = Path("data")
    scenarios: Path = Path("scenarios")
    clock: Literal["real", "simulated"] = "real"
    lease_s: Annotated[float, Field(ge=1, le=300)] = 15.0  # a worker silent for so long is dead
    reconcile_s: Annotated[float, Field(ge=1, le=300)] = (
        15.0  # no channel and no CDR for so long: there was no call
    )
    limits: Limits = Limits()
    switches: Annotated[dict[Name, Switch], Field(min_length=1)] = Field(
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
    return _absolute(read_settings(folder / FILE_NAME).validated(Settings, _keys), folder)


def _keys(place: Place) -> list[str]:
    """The keys there may be at a place of the file."""
    models: dict[int, type[BaseModel]] = {0: Settings, 2: Switch, 4: Gateway}
    if place[:1] == ("limits",):
        models = {1: Limits, 2: PerNumber}
    model = models.get(len(place))
    return list(model.model_fields) if model else []


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
