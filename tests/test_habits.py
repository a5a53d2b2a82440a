"""The project's habits, checked: documented commands, settings and keys; files of a size that can be read."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import get_origin

import pytest
from pydantic import BaseModel

from orchestrator.cli.reference import cli_reference
from orchestrator.runtime.export import COLUMNS
from orchestrator.runtime.settings import Settings
from orchestrator.runtime.settings_parts.notify_settings import Mailbox, MailPart, OutboxPart, Recordings, Sms
from orchestrator.runtime.settings_parts.service_settings import Service, ServiceRest
from orchestrator.runtime.settings_parts.speech_settings import Speech
from orchestrator.runtime.settings_parts.switch_settings import Gateway, Profile, Rest, Switch

HERE = Path(__file__).resolve().parent.parent
DOCS = HERE / "docs"
MAX_LINES = 400


def _tracked(*patterns: str) -> list[Path]:
    out = subprocess.run(
        ["git", "ls-files", *patterns], cwd=HERE, capture_output=True, text=True, check=False
    )
    if out.returncode:
        pytest.skip("not a git checkout")
    return [HERE / line for line in out.stdout.splitlines() if (HERE / line).exists()]


def test_the_command_line_reference_is_up_to_date() -> None:
    assert (DOCS / "cli.md").read_text(encoding="utf-8") == cli_reference(), "run `make docs`"


def _is_a_part(annotation: object) -> bool:
    """Whether a key of prozvon.yaml holds other keys."""
    return get_origin(annotation) is dict or (
        isinstance(annotation, type) and issubclass(annotation, BaseModel)
    )


@pytest.mark.parametrize(
    "key",
    [
        *(k for k, field in Settings.model_fields.items() if not _is_a_part(field.annotation)),
        *(f"mail.{field.alias or k}" for k, field in MailPart.model_fields.items()),
        *(f"mailboxes.NAME.{k}" for k in Mailbox.model_fields),
        *(f"sms.{k}" for k in Sms.model_fields if k != "send"),
        "sms.send.NAME",
        *(f"recordings.{k}" for k in Recordings.model_fields),
        *(f"outbox.{k}" for k in OutboxPart.model_fields),
        *(f"speech.{k}" for k in Speech.model_fields if k != "voices"),
        "speech.voices.LANGUAGE",
        *(f"switches.NAME.{k}" for k in Switch.model_fields if k not in ("gateways", "profiles", "port")),
        *(f"switches.NAME.profiles.NAME.{k}" for k in Profile.model_fields),
        *(f"switches.NAME.gateways.NAME.{k}" for k in Gateway.model_fields if k != "rest"),
        *(f"switches.NAME.gateways.NAME.rest.{k}" for k in Rest.model_fields),
        *(f"services.NAME.{k}" for k in Service.model_fields if k != "rest"),
        *(f"services.NAME.rest.{k}" for k in ServiceRest.model_fields),
        "calls.keep_days",
        "operators.lease_s",
        "operators.keep_days",
        "limits.per_number.day",
        "limits.per_number.ever",
    ],
)
def test_every_setting_is_documented(key: str) -> None:
    assert f"`{key}`" in (DOCS / "settings.md").read_text(encoding="utf-8")


def test_every_export_column_is_documented() -> None:
    text = (DOCS / "export.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \| (.*?) \|$", text, re.M) == list(COLUMNS.items())


def test_every_runtime_dependency_has_its_reason() -> None:
    config = (HERE / "setup.cfg").read_text(encoding="utf-8")
    block = config.split("install_requires =")[1].split("\n\n")[0]
    names = re.findall(r"^\s+([a-z0-9-]+)", block, re.M)
    text = (DOCS / "dependencies.md").read_text(encoding="utf-8")
    assert names
    assert [name for name in names if f"| {name} |" not in text] == []


def test_files_stay_readable() -> None:
    long = {
        str(path.relative_to(HERE)): lines
        for path in _tracked("*.py", "*.lua")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MAX_LINES
    }
    assert long == {}


def test_no_path_of_one_machine_is_committed() -> None:
    pattern = re.compile(r"/work/|/root/|/home/\w+/")
    found = [
        str(path.relative_to(HERE))
        for path in _tracked()
        if path.suffix in {".py", ".md", ".yaml", ".cfg", ".toml", ".lua", ".j2"}
        and path.name != "test_habits.py"
        and pattern.search(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert found == []


def test_links_in_documents_lead_somewhere() -> None:
    broken: list[str] = []
    for path in _tracked("*.md"):
        targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
        local = [target for target in targets if "://" not in target]
        broken += [f"{path.relative_to(HERE)}: {t}" for t in local if not (path.parent / t).exists()]
    assert broken == []
