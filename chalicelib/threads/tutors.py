"""Who answers at a place: chosen people who take turns; where nobody is chosen, the space's tutors, else its admins."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.courses import catalogue
from chalicelib.errors import refuse_field
from chalicelib.http.requests import Circumstances
from chalicelib.storage.spaces import Space
from chalicelib.threads import handing_on, items, promise, store
from chalicelib.threads.models import Tutor, Tutors


def of_place(space: Space, course: str | None) -> Tutors:
    """Who answers there, by name, to be mentioned: 2 calls when warm. Raises: NotFound."""
    if course is not None:
        catalogue.card(space, course)
    able = promise.in_turn(space, course or items.SPACE)
    return Tutors(items=[Tutor(id=each.id, name=each.name) for each in able])


def choose(space: Space, course: str, people: Sequence[str], circumstances: Circumstances) -> Tutors:
    """Have these people answer a course's questions; what waits there for others is handed on: 9 calls at
    most. Raises: NotFound, InvalidInput."""
    catalogue.card(space, course)
    before = promise.in_turn(space, course)
    if people and len(promise.answering(space, people)) != len(people):
        raise refuse_field(
            "people",
            "may_not_answer",
            "Chỉ chọn được trợ giảng, người soạn hoặc quản trị đang hoạt động.",
            "Only active tutors, authors and admins can be chosen.",
        )
    # Asked for first: who repeats what was cut short between the two finds nobody any more who has left.
    handing_on.order(space, course, {each.id for each in before} - set(people), circumstances)
    store.keep_tutors(space, course, list(people))
    return of_place(space, course)
