"""The rule of an audience: conditions on what is known of a person, put together by *all*, *any* and *not*.

Support needs are no part of it: an audience travels in tokens and stands in reports, and what is known of a person's
health must not (Law 91/2025; ``docs/decisions/audiences.md``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import (
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    WrapValidator,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from chalicelib import vietnamese
from chalicelib.errors import rule
from chalicelib.http.models import Inbound, line
from chalicelib.people import profile

MOST_CONDITIONS = 40
DEEPEST = 6
MOST_VALUES = 100
MOST_BYTES = 8_000  # as stored: all rules of a space are read at once
EARLIEST, LATEST = 1900, 2100
SOURCES: tuple[str, ...] = profile.Source.__args__  # type: ignore[attr-defined]
_OPS = ("all", "any", "not", "in", "contains", "between", "within", "known")

ListedField = Literal["occupation", "gender", "province", "ward", "position", "app", "source"]
TextField = Literal["ward", "position"]
KnownField = Literal["birth", "gender", "occupation", "province", "ward", "unit", "position", "staff_code"]
Value = Annotated[str, line(profile.TEXT_LENGTH)]
EXAMPLE = {"op": "in", "field": "occupation", "values": ["civil_servant", "public_employee"]}


class AllRule(Inbound):
    """Every one of these holds."""

    op: Literal["all"]
    rules: list[Rule] = Field(min_length=1, max_length=MOST_CONDITIONS, examples=[[EXAMPLE]])


class AnyRule(Inbound):
    """At least one of these holds."""

    op: Literal["any"]
    rules: list[Rule] = Field(min_length=1, max_length=MOST_CONDITIONS, examples=[[EXAMPLE]])


class NotRule(Inbound):
    """This does not hold: also true of a person of whom the field is not known."""

    op: Literal["not"]
    rule: Rule = Field(examples=[EXAMPLE])


class ValueRule(Inbound):
    """The field has one of these values. ``app``: the person came by one of these super-apps. ``source``: one of these
    has told something of the person."""

    op: Literal["in"]
    field: ListedField
    values: list[Value] = Field(min_length=1, max_length=MOST_VALUES, examples=[["civil_servant", "public_employee"]])

    @field_validator("values")
    @classmethod
    def _that_there_are(cls, values: list[str], about: ValidationInfo) -> list[str]:
        field = about.data.get("field")  # not there: it is bad itself
        return [_value(field, each) for each in values] if field else values


class WordRule(Inbound):
    """The field holds one of these words, whatever their capitals and diacritics: ``giam doc`` finds Phó Giám đốc."""

    op: Literal["contains"]
    field: TextField
    words: list[Value] = Field(min_length=1, max_length=MOST_VALUES, examples=[["giám đốc", "trưởng phòng"]])


class YearRule(Inbound):
    """Born in one of these years, both included; one of them may be absent."""

    op: Literal["between"]
    field: Literal["birth_year"]
    first: int | None = Field(default=None, ge=EARLIEST, le=LATEST, examples=[1960])
    last: int | None = Field(default=None, ge=EARLIEST, le=LATEST, examples=[1985])

    @model_validator(mode="after")
    def _has_an_end(self) -> Self:
        if self.first is None and self.last is None:
            raise rule("between_nothing", "Cần ít nhất một năm.", "Give at least one year.", field="first")
        if self.first is not None and self.last is not None and self.first > self.last:
            raise rule("years_reversed", "Năm đầu lớn hơn năm cuối.", "The first year is after the last.", field="last")
        return self


class WithinRule(Inbound):
    """In one of these units, or in one under them."""

    op: Literal["within"]
    field: Literal["unit"]
    units: list[Annotated[str, StringConstraints(pattern=r"^[0-9a-z]{8}(/[0-9a-z]{8}){0,7}$")]] = Field(
        min_length=1, max_length=MOST_VALUES, description="Paths of units.", examples=[["4q2xw7ha"]]
    )


class KnownRule(Inbound):
    """Something is known of the field. ``staff_code``: an organisation has given the person one."""

    op: Literal["known"]
    field: KnownField


RuleKind = ValueRule | AllRule | AnyRule | NotRule | WordRule | YearRule | WithinRule | KnownRule


def _without_tag(value: Any, validate: Any) -> Any:
    """Pydantic puts the union's tag into an error's path; a person's body has no such place, so it is taken out."""
    try:
        return validate(value)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
    raise ValidationError.from_exception_data("rule", [_detail(each) for each in found])


def _detail(error: Any) -> InitErrorDetails:
    context, loc = dict(error.get("ctx") or {}), error["loc"]
    if not loc and error["type"] in ("union_tag_invalid", "union_tag_not_found"):
        loc = ("op",)  # of this very rule; one below it has its place by now
    elif loc and loc[0] in _OPS:
        loc = loc[1:]
    if "vi" in context:
        return InitErrorDetails(type=PydanticCustomError(error["type"], "{en}", context), loc=loc, input=None)
    return InitErrorDetails(type=error["type"], loc=loc, input=None, ctx=context)


Rule = Annotated[RuleKind, Field(discriminator="op"), WrapValidator(_without_tag)]


def _bounded(value: Any, validate: Any) -> Any:
    """A rule of bounded depth and size: what is read on every change of a person stays small."""
    _require_bounded(value)
    kept = validate(value)
    if len(stored(kept).encode()) > MOST_BYTES:
        vi = f"Quy tắc quá dài (tối đa {MOST_BYTES} byte). Hãy dùng ít giá trị hơn, hoặc chọn đơn vị cấp trên."
        raise rule("rule_too_large", vi, f"The rule is too long (at most {MOST_BYTES} bytes): name fewer values.")
    return kept


def _require_bounded(value: Any) -> None:
    level, conditions = [value], 0
    for _ in range(DEEPEST):
        conditions += len(level)
        if conditions > MOST_CONDITIONS:
            vi = f"Quy tắc có quá nhiều điều kiện (tối đa {MOST_CONDITIONS})."
            raise rule("rule_too_large", vi, f"The rule has too many conditions (at most {MOST_CONDITIONS}).")
        level = [below for each in level for below in _below(each)]
        if not level:
            return
    vi = f"Quy tắc lồng nhau quá sâu (tối đa {DEEPEST} tầng)."
    raise rule("rule_too_deep", vi, f"The rule is nested too deeply (at most {DEEPEST} levels).")


def _below(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        if isinstance(value.get("rules"), list):
            yield from value["rules"]
        if "rule" in value:
            yield value["rule"]


WholeRule = Annotated[Rule, WrapValidator(_bounded)]
_read: TypeAdapter[RuleKind] = TypeAdapter(Rule, config=None)


def _value(name: str, text: str) -> str:
    """Raises: PydanticCustomError."""
    if name == "source":
        if text not in SOURCES:
            there = ", ".join(SOURCES)
            raise rule("source_unknown", f"Chỉ có các giá trị: {there}.", f"The values there are: {there}.")
        return text
    return text if name == "app" else profile.parse(name, text)


def stored(kept: RuleKind) -> str:
    """A rule as it is stored: JSON."""
    return kept.model_dump_json(exclude_defaults=True)


def of_stored(text: str) -> RuleKind:
    """The rule of what :func:`stored` gave."""
    return _read.validate_json(text)


def units_of(kept: RuleKind) -> set[str]:
    """The paths of all units that a rule names."""
    if isinstance(kept, WithinRule):
        return set(kept.units)
    if isinstance(kept, AllRule | AnyRule):
        return {path for each in kept.rules for path in units_of(each)}
    return units_of(kept.rule) if isinstance(kept, NotRule) else set()


def folded(text: str) -> str:
    """Free text as *in* compares it: without regard to capitals and spacing."""
    return vietnamese.clean_line(text).casefold()
