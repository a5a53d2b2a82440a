"""Keys of what brings contacts in by itself: drop folders and polled sources."""

from __future__ import annotations

from orchestrator.store.key import FOR_EVER, Key

INTAKE_KEYS: tuple[Key, ...] = (
    Key(
        pattern="intake:INTAKE",
        type="hash",
        life=FOR_EVER,
        holds="token (fencing: grows with each round), by (who has it), step (its last write), worker, campaign; of a "
        "polled source cursor (JSON) and due_at; at, why and fails of the last round; `n WHAT` counts of all rounds",
    ),
    Key(
        pattern="intake:INTAKE:lease",
        type="string",
        life="the round's lease, in real time",
        holds="token; there while somebody works on it",
    ),
    Key(
        pattern="intake:INTAKE:files",
        type="hash",
        life="an entry until its file is in `done` or `failed`",
        holds="name of a file in `taken` -> how far it was loaded (JSON)",
    ),
    Key(
        pattern="intake:INTAKE:withdrawn",
        type="zset",
        life="an entry until it is to be called again; the latest hundred thousand",
        holds="external ids that the source said not to call any more; score: epoch ms",
    ),
    Key(
        pattern="intake:INTAKE:errors",
        type="list",
        life="the latest thousand",
        holds="what could not be taken, the newest first (JSON)",
    ),
)
