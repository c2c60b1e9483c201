"""Which competences a course teaches, and up to which level. What frameworks there are is not for courses to know:
whoever keeps them says here whether a code is one of theirs (the staff's operations import every feature)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, Field, StringConstraints

from chalicelib.errors import Fault, InvalidInput, rule
from chalicelib.http.models import Inbound

MOST_COMPETENCES = 10
MOST_LEVEL = 10
CODE_PATTERN = r"^[0-9A-Za-z][0-9A-Za-z.-]{0,11}$"
FrameworkId = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{1,38}[a-z0-9]$"), Field(examples=["digcomp-2.2"])
]
CompetenceCode = Annotated[str, StringConstraints(pattern=CODE_PATTERN), Field(examples=["4.2"])]


class TaughtCompetence(Inbound):
    """A competence (or a whole area) that a course teaches."""

    framework: FrameworkId
    code: CompetenceCode
    level: int = Field(ge=1, le=MOST_LEVEL, description="The level that who completes it has.", examples=[3])


def _once_each(found: list[TaughtCompetence]) -> list[TaughtCompetence]:
    if len({(each.framework, each.code) for each in found}) < len(found):
        raise rule("repeated", "Danh sách có mục bị lặp lại.", "The list repeats an entry.")
    return found


TaughtCompetences = Annotated[
    list[TaughtCompetence],
    AfterValidator(_once_each),
    Field(max_length=MOST_COMPETENCES, examples=[[{"framework": "digcomp-2.2", "code": "4.2", "level": 3}]]),
]
Check = Callable[[Sequence[TaughtCompetence]], Sequence[Fault]]
C = TypeVar("C", bound=Check)
_checks: list[Check] = []


def checks(function: C) -> C:
    """Declare what knows which competences there are; it names those that there are not."""
    _checks.append(function)
    return function


def require_known(taught: Sequence[TaughtCompetence] | None) -> None:
    """0 calls when none are named. Raises: InvalidInput, naming each that no framework has."""
    faults = [fault for check in _checks if taught for fault in check(taught)]
    if faults:
        raise InvalidInput(faults=faults)


def teaches(stored: Sequence[dict[str, Any]], framework: str | None, code: str | None) -> bool:
    """Whether one of a course's competences is asked for; an area's code stands for all of the area."""
    return any(
        framework in (None, each["framework"])
        and (code is None or each["code"] == code or each["code"].startswith(f"{code}."))
        for each in stored
    )
