"""What a rehearsed call is told when it asks the world outside: by services, and by queues."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from callflow.moves import Consult
from orchestrator.runtime.rehearsal.rehearsed_flow import service_path
from orchestrator.scenario.rehearsal_answers import QueueAnswer, ServiceAnswer

FETCH = "fetch"
QUEUE_JOIN, LINE_JOIN, LINE_HERE = "queue_join", "line_join", "line_here"


class NoAnswerGiven(Exception):  # noqa: N818  # told to the author of the test
    """A service is asked of which nobody said what it answers. The text is `service/path`."""


@dataclass(slots=True)
class RehearsedAnswers:
    """services: `service/path`, or a service -> its answers in turn. queues: name -> what the caller is told."""

    services: Mapping[str, tuple[ServiceAnswer, ...]]
    queues: Mapping[str, QueueAnswer]
    _asked: Counter[str] = field(default_factory=Counter)

    def to(self, consult: Consult, *, is_free: bool = False) -> tuple[dict[str, object] | None, float]:
        """The answer, and the seconds it takes. is_free: an agent of the queue is. Raises NoAnswerGiven."""
        if consult.what == FETCH:
            answer = self._service(service_path(consult))
            slow_s = consult.timeout_s if answer.why == "slow" else 0.0
            return fetched(consult, answer), slow_s
        queue = self.queues.get(str(consult.body.get("queue", "")), QueueAnswer())
        if queue.is_down:
            return None, 0.0 if consult.quiet else consult.timeout_s
        if queue.why and consult.what in (QUEUE_JOIN, LINE_JOIN):
            return {"ok": False, "why": queue.why}, 0.0
        told: dict[str, object] = {"ok": True, "position": queue.position, "wait_s": None}
        return (told | {"free": is_free} if consult.what in (LINE_JOIN, LINE_HERE) else told), 0.0

    def _service(self, path: str) -> ServiceAnswer:
        key = path if path in self.services else path.partition("/")[0]
        answers = self.services.get(key)
        if not answers:
            raise NoAnswerGiven(path)
        self._asked[key] += 1
        return answers[min(self._asked[key], len(answers)) - 1]


def fetched(consult: Consult, answer: ServiceAnswer) -> dict[str, object]:
    """What the flow gets for a service's answer: only the fields that it speaks of."""
    if answer.is_ok:
        wanted = consult.body.get("fields", ())
        names = [name for name in wanted if isinstance(name, str)] if isinstance(wanted, list | tuple) else []
        fields = {name: answer.fields[name][:256] for name in names if name in answer.fields}
        return {"ok": True, "status": answer.status, "fields": fields}
    return {"ok": False, "status": answer.status, "why": answer.why or "refused"}
