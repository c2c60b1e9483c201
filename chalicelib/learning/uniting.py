"""What becomes of two enrolments in one course when the accounts of their learners turn out to be one person's. No I/O.

Nothing done is lost and nothing counts twice: lessons done are united, of two places the newer stays, attempts follow
those of the account that is kept, and a completion is as old as the earlier one.
"""

from __future__ import annotations

from typing import Any

from chalicelib import ids
from chalicelib.learning import items
from chalicelib.storage.items import Item

_AT_LESSON = ("p_", "n_", "b_")


def version_of(kept: Item, other: Item) -> int:
    """The version that both go on with: a completed enrolment stays on its own, else it is the newer."""
    completed = [int(each["v"]) for each in (kept, other) if "fin" in each]
    return max(completed or [int(kept["v"]), int(other["v"])])


def without(item: Item, gone: frozenset[str]) -> Item:
    """An enrolment without what was done in lessons that another version does not carry on."""
    left = {name: value for name, value in item.items() if not (name[:2] in _AT_LESSON and name[2:] in gone)}
    done = set(item.get("done", ())) - gone
    return _present({**left, "done": done or None})


def united(person_id: str, kept: Item | None, other: Item, version: int) -> Item:
    """The one enrolment of the person who is kept, on that version; ``kept`` is theirs, if they had one.

    ``other`` is the enrolment that goes into it.
    """
    both = [each for each in (kept, other) if each]
    newest = max(both, key=lambda each: int(each["seen"]))
    done = {lesson for each in both for lesson in each.get("done", ())}
    active = any(each["st"] == "active" for each in both)
    completed = min((each["fin"] for each in both if "fin" in each), default=None)
    first_due = min((each for each in both if each.get("due")), key=lambda each: str(each["due"]), default=Item())
    course_id = other["sk"].removeprefix(items.PREFIX)
    pk, sk = items.key(person_id, course_id)
    return _present(
        {
            **_at_lessons(both, done),
            "pk": pk,
            "sk": sk,
            "v": version,
            "st": "active" if active else "left",
            "at": min(each["at"] for each in both),
            "fin": completed,
            "seen": newest["seen"],
            "last": newest.get("last"),
            "done": done or None,
            "k": (kept or other).get("k"),
            "nat": other.get("nat") or (kept or {}).get("nat"),
            "g": (kept or other).get("g"),
            "due": first_due.get("due"),
            "by": first_due.get("by"),
            "c": items.index_partition(course_id, ids.shard(person_id, items.SHARDS)),
            "cs": items.index_key(person_id, _state(active, completed)),
        }
    )


def _state(active: bool, completed: int | None) -> str:
    if not active:
        return "left"
    return "active" if completed is None else "completed"


def _at_lessons(both: list[Item], done: set[str]) -> Item:
    """Places (the newer; none in a lesson that is done), numbers of attempts (together), scores (all)."""
    found: dict[str, Any] = {}
    for each in both:
        for name, value in each.items():
            if name[:2] == "p_" and name[2:] not in done:
                found[name] = max(value, found.get(name, 0))
            elif name[:2] == "n_":
                found[name] = value + found.get(name, 0)
            elif name[:2] == "b_":
                found[name] = set(value) | found.get(name, set())
    return found


def _present(item: Item) -> Item:
    return {name: value for name, value in item.items() if value is not None}
