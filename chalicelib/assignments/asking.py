"""What a course needs to know of whoever opens it: asked one field at a time, then, and never at the door."""

from __future__ import annotations

from collections.abc import Collection

from pydantic import Field

from chalicelib.audiences.profile_models import ProfileField
from chalicelib.courses import catalogue
from chalicelib.http.models import Id, Outbound, Query
from chalicelib.people import persons, profile
from chalicelib.storage.spaces import Space


class NextField(Outbound):
    """What to ask next, if anything."""

    field: ProfileField | None = Field(description="Null: the course has nothing (more) to ask.")
    remaining: int = Field(description="How many fields are still to be asked, this one among them.")


class NextQuery(Query):
    """For which course, and what the person would rather not say today."""

    course: Id
    skip: str = Field(
        default="",
        max_length=100,
        pattern=r"^([a-z]+(,[a-z]+)*)?$",
        examples=["birth,gender"],
        description="Fields that the person has passed over, parted by commas; nobody must answer.",
    )


def next_field(space: Space, person_id: str, course_id: str, passed_over: Collection[str]) -> NextField:
    """The first field that the course needs, the space asks for, the person has not told and not passed over: 1 call.

    Raises: NotFound.
    """
    from chalicelib.audiences import profiles  # a home imports this module, and asks nothing

    asks = catalogue.card(space, course_id).asks
    known = persons.get(space, person_id).profile if asks else {}
    wanted = profiles.asked(space) if asks else ()
    open_ = [name for name in asks if name in wanted and name not in known and name not in passed_over]
    first = ProfileField.of(profile.FIELDS[open_[0]], asked=True) if open_ else None
    return NextField(field=first, remaining=len(open_))
