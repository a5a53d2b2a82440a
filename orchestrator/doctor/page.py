"""docs/doctor.md, written from the catalogue."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.doctor.catalogue import CATALOGUE, CHECKS

_HEAD = """\
# prozvon doctor

Checks every switch of prozvon.yaml (`--switch NAME`: only that one, and again for more) and this machine. Each finding
is one line: its level, what was found, what to do. This page is generated from `orchestrator/doctor/catalogue.py`
(`make docs`); a test holds the two together.

| level | means |
|---|---|
| `ok` | looked at, and fine; its code is the check with `.ok` |
| `note` | worth knowing, or what could not be found out: nothing is guessed |
| `warning` | calls are made, with less than there could be, or something will go wrong later |
| `error` | calls are not made, not heard or not recorded, or strangers can get in |

The exit code is 1 when there is an error, else 0; warnings and notes do not count. `--json` prints a list of objects
with `switch` (`""` for this machine), `code`, `level`, `found` and `todo`; a code never changes its meaning.

The doctor only looks. Every question to a switch is one that changes nothing (`show`, `status`, `xml_locate` and the
like over the event socket), no call is made, and no password is printed. What a switch on another machine has in its
files is known by what it says itself; on this machine its folders and its process are looked at too. A configuration
is shown as the switch would read it now: one that was changed after the start shows before it counts.

Before calls are made, `prozvon call` and each worker ask the same about scripts and dialplan, in some
milliseconds: whoever would be rung by a switch that does not have ours would hear nothing, so nobody is rung there
(`prozvon why` says so), until it is put right.

## What is checked

| check | what is looked at |
|---|---|
"""


def doctor_page() -> str:
    """The page as text: Markdown, one table for each check."""
    return _HEAD + "".join(_lines())


def _lines() -> Iterator[str]:
    for check, what in CHECKS.items():
        yield f"| `{check}` | {what} |\n"
    for check, what in CHECKS.items():
        yield f"\n## {check}\n\n{what[0].upper()}{what[1:]}.\n\n"
        yield "| code | level | what it means | what to do |\n|---|---|---|---|\n"
        for code, entry in CATALOGUE.items():
            if code.partition(".")[0] == check:
                yield f"| `{code}` | {entry.level} | {_cell(entry.means)} | {_cell(_shown(entry.todo))} |\n"


def _shown(todo: str) -> str:
    """Places for values in capitals: `ulimit -n NEEDED`."""
    return todo.format_map(_Capitals())


class _Capitals(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return name.upper()


def _cell(text: str) -> str:
    """Markdown would take `<` for a tag, and `|` for the end of the cell."""
    return text.replace("<", "&lt;").replace("|", "\\|")
