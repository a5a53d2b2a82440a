"""Writes the generated references in docs/: the command line here, scenarios and problems by their own modules."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from orchestrator.cli.root import COMMANDS, root
from orchestrator.doctor.page import doctor_page
from orchestrator.engine.dispositions_page import dispositions_page
from orchestrator.runtime import metrics
from orchestrator.runtime.outbox import payloads_page
from orchestrator.scenario import reference
from orchestrator.store.keys import refreshed
from orchestrator.web.app import document as openapi

HEAD = """# Command line

Generated from the commands themselves (`make docs`). Exit codes: 0 ok, 1 known problem, 2 usage, 3 bug,
130 interrupted. Data goes to standard output, talk to standard error.

"""


def cli_reference() -> str:
    """docs/cli.md: every command's own help, in the order of the alphabet."""
    return HEAD + "\n".join(_sections(root, "prozvon"))


def _sections(command: click.Command, path: str) -> Iterator[str]:
    settings: dict[str, Any] = {**root.context_settings, "terminal_width": 100}  # as when they are given
    context = click.Context(command, info_name=path, **settings)
    yield f"## {path}\n\n```\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        names = sorted(COMMANDS) if command is root else sorted(command.commands)
        for name in names:
            found = command.get_command(context, name)
            assert found is not None  # noqa: S101  # the group named it
            yield from _sections(found, f"{path} {name}")


def write_all(docs: Path) -> None:
    """Write every generated reference below `docs`."""
    (docs / "cli.md").write_text(cli_reference(), encoding="utf-8")
    (docs / "doctor.md").write_text(doctor_page(), encoding="utf-8")
    (docs / "dispositions.md").write_text(dispositions_page(), encoding="utf-8")
    keys = docs / "keys.md"
    keys.write_text(refreshed(keys.read_text(encoding="utf-8")), encoding="utf-8")
    for name, content in payloads_page.documents().items():
        (docs / name).write_text(content, encoding="utf-8")
    page = docs / "metrics.md"
    page.write_text(metrics.refreshed(page.read_text(encoding="utf-8")), encoding="utf-8")
    (docs / "schema" / "openapi.json").write_text(openapi(), encoding="utf-8")
    reference.write_all(docs)


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
