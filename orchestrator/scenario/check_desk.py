"""Cross checks of what agents see: the script that they read from, and the columns in it."""

from __future__ import annotations

from orchestrator.scenario.desk import SCRIPT_MAX
from orchestrator.scenario.draft import Draft, names_in_script
from orchestrator.scenario.files_beside import beside, path_of
from orchestrator.scenario.findings import meant
from orchestrator.scenario.flow import noted
from orchestrator.scenario.source import Mark


def check_desk(draft: Draft) -> None:
    """Reads the script first: what stands in it is used."""
    desk = draft.model.desk
    if desk is None:
        return
    if desk.script is not None:
        text = beside(desk.script, draft.folder, SCRIPT_MAX, draft.findings)
        draft.script = text or ""
        _check_names(draft, str(path_of(desk.script)))
    if not desk.has("script") and not desk.has("outcomes"):
        draft.findings.add("S550", desk, "the desk shows nothing", "add `script`, `outcomes`, or both")
    if not draft.has_agents and "flow" not in draft.lost:
        where = draft.model.key_place("desk")
        draft.findings.add("S550", where, "nobody ever sees this: no call comes to agents")


def _check_names(draft: Draft, file: str) -> None:
    if {"contact", "flow"} & draft.lost:
        return
    known = {*draft.contact, *draft.given, *draft.variables, *draft.vouched}
    for name, line in names_in_script(draft.script):
        if noted(name) not in known and name not in known:
            what = "a contact column nor a variable" if draft.contact else "set nor known otherwise"
            hint = meant(name, known)
            draft.findings.add("S209", Mark(file, line, 1), f"`{name}` is neither {what}", hint)
