"""The project's settings: `prozvon.yaml` in the project folder, checked, with every path made absolute."""

from __future__ import annotations

import types
from pathlib import Path
from typing import Annotated, Literal, Self, Union, get_args, get_origin

from pydantic import AfterValidator, BaseModel, Field, model_validator

from orchestrator.contacts.numbers import known_region
from orchestrator.domain.disposition import Disposition
from orchestrator.domain.problem import KnownError
from orchestrator.domain.trunk import RestRule
from orchestrator.runtime.settings_parts.agent_settings import agents_path
from orchestrator.runtime.settings_parts.api_settings import ApiPart
from orchestrator.runtime.settings_parts.call_settings import Calls, Inbound
from orchestrator.runtime.settings_parts.hook_settings import Webhook, absolute_hooks, webhook_faults
from orchestrator.runtime.settings_parts.intake_settings import IntakePart, absolute_intake, intake_fault
from orchestrator.runtime.settings_parts.notify_settings import (
    Mailbox,
    MailPart,
    OutboxPart,
    Recordings,
    absolute_notices,
)
from orchestrator.runtime.settings_parts.operator_settings import OperatorsPart
from orchestrator.runtime.settings_parts.service_settings import Service
from orchestrator.runtime.settings_parts.settings_file import Place, read_settings
from orchestrator.runtime.settings_parts.sms_settings import Sms
from orchestrator.runtime.settings_parts.speech_settings import Speech
from orchestrator.runtime.settings_parts.switch_settings import Gateway, HostPort, Name, Rest, Strict, Switch
from orchestrator.runtime.settings_parts.tariff_settings import TariffsPart

FILE_NAME = "prozvon.yaml"


def _region(value: str) -> str:
    if not known_region(value):
        raise ValueError("no region of telephone numbers: write a country code in capitals, such as RU")
    return value


class PerNumber(Strict):
    day: Annotated[int, Field(gt=0)] | None = None
    ever: Annotated[int, Field(gt=0)] | None = None


class Limits(Strict):
    """Caps that hold for a number over all campaigns, whatever a scenario says."""

    per_number: PerNumber = PerNumber()


class Settings(Strict):
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
    speech: Speech = Speech()
    serve_prompts: HostPort | None = None  # where workers serve prompts to switches with `prompts_url`
    mail: MailPart = MailPart()
    mailboxes: dict[Name, Mailbox] = Field(default_factory=dict)
    sms: Sms = Sms()
    collected: Path | None = None  # folder of rows; default: collected in the data folder
    recordings: Recordings = Recordings()
    outbox: OutboxPart = OutboxPart()
    inbound: Inbound = Inbound()
    calls: Calls = Calls()
    agents: Path | None = None  # the agents file; default: agents.yaml beside this one, if it is there
    operators: OperatorsPart = OperatorsPart()
    tariffs: TariffsPart = TariffsPart()  # what calls cost, for reports
    api: ApiPart = ApiPart()
    intake: dict[Name, IntakePart] = Field(default_factory=dict)  # what brings contacts in by itself
    services: dict[Name, Service] = Field(default_factory=dict)  # HTTP services, by the names scenarios use
    webhooks: dict[Name, Webhook] = Field(default_factory=dict)  # what is told to services by itself
    switches: Annotated[dict[Name, Switch], Field(min_length=1)] = Field(
        default_factory=lambda: {"main": Switch(gateways={"main": Gateway()})}
    )

    @model_validator(mode="after")
    def _linked(self) -> Self:
        for name, switch in self.switches.items():
            for other in switch.links:
                if other == name or other not in self.switches:
                    what = "itself" if other == name else f"{other}, which is not here"
                    raise ValueError(f"switches.{name}.links: a link to {what}")
        if fault := intake_fault(self.intake, set(self.services)):
            raise ValueError(fault)
        for fault in webhook_faults(self.webhooks, self.services):
            raise ValueError(fault)
        return self

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

    def rest(self, switch: str, gateway: str) -> RestRule:
        """When this gateway rests; the usual for one that is not there any more."""
        found = self.switches.get(switch)
        rest = found.gateways[gateway].rest if found and gateway in found.gateways else Rest()
        return rest.rule()

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
    model: object = Settings
    for name in place:
        if isinstance(model, type) and issubclass(model, BaseModel):
            field = model.model_fields.get(name)
            model = None if field is None else field.annotation
        elif get_origin(model) is dict:
            model = get_args(model)[1]
        model = _bare(model)
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return []
    return [field.alias or name for name, field in model.model_fields.items()]


def _bare(annotation: object) -> object:
    """An annotation without Annotated and `| None`."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return _bare(next(item for item in get_args(annotation) if item is not type(None)))
    return annotation


def _absolute(settings: Settings, folder: Path) -> Settings:
    return settings.model_copy(
        update={
            "data": folder / settings.data,
            "scenarios": folder / settings.scenarios,
            "agents": agents_path(folder, settings.agents),
            "api": settings.api.absolute(folder),
            "intake": absolute_intake(folder, settings.intake),
            "webhooks": absolute_hooks(folder, settings.webhooks),
            **absolute_notices(folder, settings.mail, settings.mailboxes, settings.collected),
            "services": {
                name: service.model_copy(update={"ca": _under(folder, service.ca)})
                for name, service in settings.services.items()
            },
            "switches": {
                name: _absolute_switch(switch, folder) for name, switch in settings.switches.items()
            },
        }
    )


def _absolute_switch(switch: Switch, folder: Path) -> Switch:
    gateways = {
        name: gateway.model_copy(update={"password_file": _under(folder, gateway.password_file)})
        for name, gateway in switch.gateways.items()
    }
    paths = {
        "root": folder / switch.root,
        "cdr": _under(folder, switch.cdr),
        "password_file": _under(folder, switch.password_file),
    }
    return switch.model_copy(update={**paths, "gateways": gateways})


def _under(folder: Path, path: Path | None) -> Path | None:
    return None if path is None else folder / path
