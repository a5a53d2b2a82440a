"""Population files: read, checked, and every mistake named with its line."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import BaseModel, ValidationError

from orchestrator.domain.problem import KnownError, Problem
from orchestrator.simulator.chance import MeanAndDeviation, MedianAndSigma, Spread
from orchestrator.simulator.population import CalleeKind, NumberRule, Phone, Population, Sound

SHIPPED: Final = Path(__file__).parent / "populations"


def check_population(text: str, file: str) -> tuple[Population | None, list[Problem]]:
    """The population in `text`, or everything that is wrong with it, each with its line."""
    try:
        node = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, col = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        return None, [Problem(file=file, line=line, col=col, code="U001", message=str(error.problem))]
    except yaml.reader.ReaderError as error:
        return None, [Problem(file=file, line=0, col=0, code="U001", message=error.reason)]
    problems = list(_duplicates(node, file))
    data = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - BaseLoader makes text and nothing else
    try:
        population = Population.model_validate(data)
    except ValidationError as error:
        problems += [_as_problem(detail, node, file) for detail in error.errors()]
        return None, sorted(problems)
    return (population if not problems else None), problems


def load_population(name_or_path: str | Path) -> Population:
    """A shipped population by name, or one from a file. KnownError when it is missing or wrong."""
    path = Path(name_or_path)
    shipped = SHIPPED / f"{name_or_path}.yaml"
    if path.suffix not in (".yaml", ".yml") and shipped.is_file():
        path = shipped
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        names = ", ".join(sorted(file.stem for file in SHIPPED.glob("*.yaml")))
        raise KnownError(f"no population {name_or_path}: {error} (shipped: {names})") from error
    population, problems = check_population(text, str(path))
    if population is None:
        raise KnownError("; ".join(str(problem) for problem in problems))
    return population


def _duplicates(node: yaml.Node | None, file: str) -> list[Problem]:
    found: list[Problem] = []
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                found.append(_problem(key, file, "U003", f"`{key.value}` stands here twice"))
            seen.add(key.value)
            found += _duplicates(value, file)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            found += _duplicates(item, file)
    return found


def _problem(node: yaml.Node | None, file: str, code: str, message: str, hint: str = "") -> Problem:
    if node is None:
        return Problem(file=file, line=0, col=0, code=code, message="the file is empty")
    mark = node.start_mark
    return Problem(file=file, line=mark.line + 1, col=mark.column + 1, code=code, message=message, hint=hint)


def _as_problem(detail: Any, root: yaml.Node | None, file: str) -> Problem:
    place = [step for step in detail["loc"] if step != "[key]"]
    node = _node_at(root, place)
    where = ".".join(str(step) for step in place) or "the file"
    if detail["type"] == "extra_forbidden":
        hint = difflib.get_close_matches(str(place[-1]), _names_beside(place[:-1]), 1)
        message = f"unknown key `{place[-1]}`"
        return _problem(node, file, "U002", message, f"did you mean `{hint[0]}`?" if hint else "")
    return _problem(node, file, "U004", f"{where}: {detail['msg'].removeprefix('Value error, ')}")


def _node_at(node: Any, place: list[Any]) -> Any:
    for step in place:
        if isinstance(node, yaml.MappingNode):
            pair = next((pair for pair in node.value if pair[0].value == str(step)), None)
            if pair is None:
                return node
            last = step == place[-1]
            node = pair[0] if last and not isinstance(pair[1], yaml.ScalarNode) else pair[1]
            if last and isinstance(pair[1], yaml.ScalarNode):
                return pair[0]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
    return node


def _names_beside(place: list[Any]) -> list[str]:
    if not place:
        return list(Population.model_fields)
    if place[0] == "numbers":
        return list(NumberRule.model_fields)
    if len(place) == 2:
        return list((Phone if place[0] == "agents" else CalleeKind).model_fields)
    if place[2] in ("sound", "voicemail_sound") and len(place) == 3:
        return list(Sound.model_fields)
    models: dict[object, type[BaseModel]] = {"gamma": MeanAndDeviation, "lognormal": MedianAndSigma}
    return list(models.get(place[-1], Spread).model_fields)
