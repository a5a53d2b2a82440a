"""The base of all parts of the model: a mistake in one key is noted with its place, and the rest goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any, ClassVar, NamedTuple, Self, TypeAlias, TypeVar, cast, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError, core_schema

from orchestrator.scenario.codes import CODES
from orchestrator.scenario.findings import Findings, did_you_mean
from orchestrator.scenario.reader import shape
from orchestrator.scenario.source import Map, Mark, Text, Tree, mark_of, texts_in

# Keys that a later version will know: never taken for a typing mistake
LATER = frozenset({"notify"})


V = TypeVar("V")


def wrong(code: str, message: str, hint: str = "") -> PydanticCustomError:
    """The mistake that a value's own validator raises; it becomes a Problem at the value's place."""
    return PydanticCustomError(code, "{message}", {"message": message, "hint": hint})


def told() -> PydanticCustomError:
    """For a value whose own mistakes are noted already."""
    return PydanticCustomError("told", "the mistakes inside are noted already")


def each(items: Iterable[Any], parse: Callable[[Any], V], findings: Findings) -> list[V]:
    """The good items, parsed; the mistake of each bad one is noted."""
    good: list[V] = []
    for item in items:
        try:
            good.append(parse(item))
        except PydanticCustomError as error:
            said = error.context or {}
            findings.add(error.type, mark_of(item), str(said["message"]), str(said["hint"]))
    return good


def findings_of(info: ValidationInfo) -> Findings:
    """Where mistakes go: the context that `validate` gives to pydantic."""
    return cast(Findings, info.context)


def refuse_if_any(findings: Findings, info: ValidationInfo) -> None:
    """Hand what a value's validator found to the check as a whole; the value itself is then not used."""
    if findings:
        findings_of(info).extend(findings.sorted())
        raise told()


class Part(BaseModel):
    """A mapping of the scenario. Keys with mistakes are left out (see `is_broken`), those required and lost
    are filled from `neutral`, so that what stands beside them is still checked.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=False)

    shorthand: ClassVar[str | None] = None  # the one key that a plain text stands for
    neutral: ClassVar[dict[str, Any]] = {}
    elsewhere: ClassVar[dict[str, str]] = {}  # keys that stand somewhere else -> where

    _raw: Map = PrivateAttr(default_factory=Map.at)
    _broken: frozenset[str] = PrivateAttr(default=frozenset())

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        made = handler(schema)
        if cls.shorthand is None:
            return made
        whole = handler.resolve_ref_schema(made)
        short = whole["properties"][cls.shorthand]
        long = dict(whole)
        whole.clear()
        whole["anyOf"] = [short, long]
        return made

    @property
    def mark(self) -> Mark:
        return self._raw.mark

    def place(self, key: str) -> Mark:
        """Where the value of `key` stands; the part's own place when it is not written."""
        value = self._raw.value(key)
        return mark_of(value) if value is not None else self.mark

    def key_place(self, key: str) -> Mark:
        return self._raw.key_mark(key)

    @property
    def values(self) -> dict[str, Any]:
        """Field -> value. (`dict(part)` fails on a part that has a field called `keys`.)"""
        return {name: getattr(self, name) for name in type(self).model_fields}

    def has(self, key: str) -> bool:
        """Whether the author wrote `key`."""
        return key in self._raw

    def is_broken(self, key: str) -> bool:
        return key in self._broken

    @property
    def has_mistakes(self) -> bool:
        """Whether any key of its own could not be understood."""
        return bool(self._broken)

    def lost_texts(self) -> Iterator[Text]:
        """What stands under keys that could not be understood."""
        for key in self._broken:
            yield from texts_in(self._raw.value(key))

    @model_validator(mode="wrap")
    @classmethod
    def _keep_going(cls, data: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        if isinstance(data, Text) and cls.shorthand is not None and data:
            data = Map.at({Text.at(cls.shorthand, data.mark): data}, data.mark)
        if data == "" and cls.shorthand is not None:
            raise wrong("S111", "nothing stands here")
        if not isinstance(data, Map):
            raise wrong("S103", f"keys and values are expected here, this is {shape(data)}")
        broken: frozenset[str] = frozenset()
        try:
            part = handler(data)
        except ValidationError as error:
            broken = report(error, data, findings_of(info), cls)
            part = _second_try(cls, data, broken, handler)
        part._raw, part._broken = data, broken
        return part


PartT = TypeVar("PartT", bound=Part)


def _second_try(
    cls: type[PartT], data: Map, broken: frozenset[str], handler: ModelWrapValidatorHandler[PartT]
) -> PartT:
    kept = Map.at(((key, value) for key, value in data.items() if key not in broken), data.mark)
    kept.update((Text.at(key, data.mark), value) for key, value in cls.neutral.items() if key in broken)
    try:
        return handler(kept)
    except ValidationError:
        raise told() from None  # a required key is lost: the part as a whole cannot be used


class Broken(NamedTuple):
    """Stands for an item that could not be understood."""

    raw: Tree


class _Tolerate:
    """Makes a list or mapping keep its good items: a bad one becomes `Broken`, its mistakes noted."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        wanted, broken = get_args(source)
        assert broken is Broken  # noqa: S101  # Tolerant is the only way here
        return core_schema.with_info_wrap_validator_function(_or_broken, handler.generate_schema(wanted))


T = TypeVar("T")
Tolerant: TypeAlias = Annotated[T | Broken, _Tolerate()]


def _or_broken(raw: Any, handler: core_schema.ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
    try:
        return handler(raw)
    except ValidationError as error:
        report(error, raw, findings_of(info), None)
        return Broken(raw)


def report(
    error: ValidationError, data: Tree, findings: Findings, model: type[Part] | None
) -> frozenset[str]:
    """Note every mistake of `error` with its place; the names of the top keys that cannot be used."""
    broken: set[str] = set()
    for detail in error.errors(include_url=False):
        key = str(detail["loc"][0]) if detail["loc"] else ""
        broken.add(key)
        if detail["type"] != "told":
            code, mark, message, hint = _translate(detail, key, data, model)
            findings.add(code, mark, message, hint)
    return frozenset(broken)


def _translate(
    detail: ErrorDetails, key: str, data: Tree, model: type[Part] | None
) -> tuple[str, Mark, str, str]:
    """pydantic's word for a mistake -> (code, place, message, hint) in ours."""
    given = detail["input"]
    kind = detail["type"]
    if kind in CODES:
        return kind, mark_of(given), str(detail["ctx"]["message"]), str(detail["ctx"]["hint"])
    if kind == "extra_forbidden" and isinstance(data, Map):
        return _unknown_key(key, data.key_mark(key), model)
    if kind == "missing":
        return "S102", data.mark, f"`{detail['loc'][-1]}` is missing here", ""
    if given == "" or given == []:
        return "S111", mark_of(given), f"`{key}` is empty" if key else "nothing stands here", ""
    wanted = _WANTED[kind]
    return "S103", mark_of(given), f"{wanted} expected here, this is {shape(given)}", ""


# pydantic's types of errors that our models can raise; a test puts odd values everywhere to hold it so
_WANTED = {
    "is_instance_of": "plain text is",
    "list_type": "a list is",
    "dict_type": "keys and values are",
    "too_short": "at least one item is",
}


def _unknown_key(key: str, mark: Mark, model: type[Part] | None) -> tuple[str, Mark, str, str]:
    if model and key in model.elsewhere:
        return "S113", mark, f"`{key}` is a key of {model.elsewhere[key]}", ""
    if key in LATER:
        return "S104", mark, f"`{key}` is not in this version", ""
    if key == "<<":
        return "S101", mark, "`<<` merges nothing here", "share keys with `include:`"
    names = [field.alias or name for name, field in model.model_fields.items()] if model else []
    return "S101", mark, f"unknown key `{key}`", did_you_mean(key, names)
