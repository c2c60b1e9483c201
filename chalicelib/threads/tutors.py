"""Who answers at a place: chosen people who take turns; where nobody is chosen, the space's tutors, else its admins."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.courses import catalogue
from chalicelib.errors import refuse_field
from chalicelib.storage.spaces import Space
from chalicelib.threads import items, promise, store
from chalicelib.threads.models import Tutor, Tutors


def of_place(space: Space, course: str | None) -> Tutors:
    """Who answers there, by name, to be mentioned: 2 calls when warm. Raises: NotFound."""
    if course is not None:
        catalogue.card(space, course)
    chosen = store.tutors(space, course or items.SPACE)
    for people in (chosen, promise.holders(space, "tutor"), promise.holders(space, "admin")):
        able = promise.answering(space, people) if people else []
        if able:
            return Tutors(items=[Tutor(id=each.id, name=each.name) for each in able])
    return Tutors(items=[])


def choose(space: Space, course: str, people: Sequence[str]) -> Tutors:
    """Have these people answer a course's questions: 3 calls. Raises: NotFound, InvalidInput."""
    catalogue.card(space, course)
    if people and len(promise.answering(space, people)) != len(people):
        raise refuse_field(
            "people",
            "may_not_answer",
            "Chỉ chọn được trợ giảng, người soạn hoặc quản trị đang hoạt động.",
            "Only active tutors, authors and admins can be chosen.",
        )
    store.keep_tutors(space, course, list(people))
    return of_place(space, course)
