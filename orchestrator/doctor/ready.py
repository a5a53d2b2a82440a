"""Whether a call on this switch would reach our script, and its end be on record: else nobody may be rung there."""

from __future__ import annotations

from orchestrator.doctor.dialplan import Dialplan, Route
from orchestrator.doctor.hello import Hello, NoHello

DEPLOY = "run `prozvon deploy`"
NO_PYTHON = (
    'the switch has no mod_python3: install it, put <load module="mod_python3"/> into its modules.conf.xml '
    "(`prozvon switch init` writes one that has it) and start the switch anew"
)


def hello_fault(hello: Hello | NoHello, *, root: str | None, prompts_by_url: bool) -> str | None:
    """What keeps calls from our scripts, and what to do; None when nothing does.

    root: the folder the settings name, with links resolved; None when that is not known here (another machine).
    """
    if isinstance(hello, NoHello):
        if not hello.has_python:
            return NO_PYTHON
        said = (
            f" (it says {hello.said!r})" if hello.said and not hello.said.startswith("-ERR no reply") else ""
        )
        return f"our scripts do not answer on the switch{said}: {DEPLOY}; if it stays so, its log says why"
    if hello.fault:
        return f"release {hello.release} on the switch is broken ({hello.fault}): {DEPLOY}"
    if root is not None and hello.root != root:
        return (
            f"the switch runs scripts from {hello.root}, and prozvon.yaml says root {root}: "
            f"put `root:` right, or {DEPLOY} and start the switch with PYTHONPATH={root}/current/scripts"
        )
    if hello.cdr.is_writable is False:
        return (
            f"the switch cannot write CDRs to {hello.cdr.path}: give the folder to the user it runs as"
            f"{_user(hello)}; without CDRs nobody knows afterwards who was called"
        )
    for name, folder in (("programs", hello.programs), ("prompts", hello.prompts)):
        if folder.is_readable is False and not (name == "prompts" and prompts_by_url):
            where = folder.path or f"{hello.root}/{name}"
            return (
                f"the switch cannot read {where}: let the user it runs as{_user(hello)} read it, or {DEPLOY}"
            )
    return None


def dialplan_fault(dialplan: Dialplan) -> str | None:
    """What keeps an originated call from our extension, and what to do; None when nothing certainly does."""
    match dialplan.route:
        case Route.MISSING:
            return f"our dialplan is not on the switch: {DEPLOY}"
        case Route.OTHER:
            return (
                f"the extension {dialplan.by!r} of the context prozvon takes our calls: "
                "give the switch's own extensions a context of another name"
            )
        case Route.UNREADABLE:
            return f"the switch does not show its dialplan: {DEPLOY}"
    return None


def _user(hello: Hello) -> str:
    return f" ({hello.user})" if hello.user else ""
