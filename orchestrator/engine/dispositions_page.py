"""docs/dispositions.md, written from the table of causes."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.domain.disposition import Disposition
from orchestrator.engine import breaker
from orchestrator.engine.causes import CAUSES, EXCEPTIONS, SIP

_HEAD = """\
# Dispositions

What an attempt came to is one of eleven words, whatever the network said. This page is generated from
`orchestrator/engine/causes.py` (`make docs`); a test holds the two together.

- An **answered** call is `answered`, or `machine` where the scenario has detection on and a machine took it:
  whatever the hangup cause. But it is `failed` when it was we who failed, before the flow came to a result: the
  script broke or never ran, or the switch cut the call off.
- An unanswered call is looked up by its hangup cause, in the order: the gateway's own word (`causes:` in
  prozvon.yaml, by SIP status first, then by cause), the exceptions, the table. Where the table says *vague*,
  the SIP status decides if it is known.
- A cause that nobody knows is `failed`.
- `lost` and `abandoned` are never said by a cause. `lost`: neither a channel nor a CDR, and no proof that no
  call was made. `abandoned`: answered by a person, and nobody was there within the limit.
- `cancelled` is also what reconciliation says when it is proved that no call was made.

What each disposition leads to is the scenario's business: see [rules.md](rules.md).

A carrier that means something else by a cause is put right for its gateway alone:

```yaml
switches:
  main:
    gateways:
      spare: {causes: {NORMAL_TEMPORARY_FAILURE: failed, "480": rejected}}
```
"""

_TRUNK = """
## What it says of the trunk

A gateway rests after a run of failures of its own ([gateways.md](gateways.md)). An answered call says that the trunk
works; so does one that rang until our ring time was over. Where the gateway's `causes:` speak, the disposition they
give decides by the first table; else the second one comes first. What fails after it rang says nothing.

| disposition | says of the trunk |
|---|---|
"""


def dispositions_page() -> str:
    """The page as text: Markdown, one table for each disposition that a cause can say."""
    parts = [_HEAD]
    for disposition in Disposition:
        rows = [(name, cause) for name, cause in CAUSES.items() if cause.disposition is disposition]
        if rows:
            parts.append(f"\n## `{disposition}`\n\n| hangup cause | why |\n|---|---|\n")
            parts += [f"| `{n}` | {c.why}{' (vague)' if c.is_vague else ''} |\n" for n, c in rows]
    parts.append("\n## Exceptions\n\n| hangup cause | SIP status | disposition | why |\n|---|---|---|---|\n")
    parts += [f"| `{n}` | {sip} | `{c.disposition}` | {c.why} |\n" for (n, sip), c in EXCEPTIONS.items()]
    parts.append(
        "\n## SIP status, where the cause is vague or unknown\n\n| SIP status | disposition |\n|---|---|\n"
    )
    parts += [f"| {status} | `{disposition}` |\n" for status, disposition in SIP.items()]
    return "".join([*parts, *_trunk()])


def _trunk() -> Iterator[str]:
    yield _TRUNK
    yield from (f"| `{d}` | {sign} |\n" for d, sign in breaker.OF_DISPOSITION.items())
    yield "\n| hangup cause | SIP status | says of the trunk | why |\n|---|---|---|---|\n"
    for (cause, status), said in breaker.EXCEPTIONS.items():
        yield f"| `{cause}` | {status} | {said.sign} | {said.why} |\n"
    for cause, said in breaker.SILENT.items():
        after = f"after {breaker.SILENT_MS // 1000} s or more"
        yield f"| `{cause}` | none, 487 | {said.sign} | {after}: {said.why} |\n"
    for status, said in breaker.OF_SIP.items():
        yield f"| vague or unknown | {status} | {said.sign} | {said.why} |\n"
