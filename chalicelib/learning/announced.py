"""A course's learners as those whom an announcement is for: who learns in it or has completed it, not who has left."""

from __future__ import annotations

from chalicelib.courses import catalogue
from chalicelib.learning import enrolments, views
from chalicelib.notifications import addressees
from chalicelib.notifications.addressees import Addressees
from chalicelib.storage.spaces import Space

_COUNTED = 1_000  # each hundred takes two calls
_SLICE = 100


def _page(space: Space, course_id: str, position: str, limit: int) -> tuple[list[str], str]:
    """2 calls for each hundred, and 1 for each shard that has fewer."""
    found, cursor = enrolments.of_course(space, course_id, None, position or None, limit)
    return [each.person_id for each in found if views.state_of(each) != "left"], cursor or ""


def _count(space: Space, course_id: str) -> int:
    found, position = 0, ""
    while True:
        people, position = _page(space, course_id, position, _SLICE)
        found += len(people)
        if not position or found >= _COUNTED:
            return found


addressees.KINDS["course"] = Addressees(catalogue.card, _page, _count, _COUNTED)
