"""Where measured skills stand in the learning table, and what their short attributes mean. No I/O.

The state, one item for each framework in which somebody was measured (``learner#<person>``, ``skills#<framework>``):

| attribute | meaning |
|---|---|
| ``fw`` | the framework's id |
| ``lv`` | for each area that was measured the newest level, by the area's code: ``{"1": 3, "4": 5}``, never empty |
| ``first`` | for each of the same areas the level that was measured first |
| ``at`` | when the newest of its sittings was submitted, in seconds since the epoch |
| ``g`` | the audiences that the learner is in, parted by spaces, as enrolments have them (``learning/grouping.py``); |
|       | absent while there are none, and until the first change of the item has been seen |

A measurement, one item for each sitting (``learner#<person>``, ``skill#<framework>#<submitted>#<assessment>#<n>``):

| attribute | meaning |
|---|---|
| ``fw``, ``at`` | as above, of this sitting |
| ``lv`` | for each measured area ``[level, low, high, questions]``: the 80 % interval in levels |
| ``few`` | for each area with too few questions, how many there were; absent when there is none |

A state is there if and only if a measurement of the framework has an area in its ``lv``.
"""

from __future__ import annotations

from chalicelib.storage.items import Item

STATE = "skills#"
MEASUREMENT = "skill#"
MOST_AREAS = 12  # of a framework: what a person's state holds, and what of it figures count
MOST_LEVELS = 10


def partition(person_id: str) -> str:
    """Where everything of one learner is."""
    return f"learner#{person_id}"


def person_of(pk: str) -> str:
    """Whose partition it is."""
    return pk.removeprefix(partition(""))


def state(person_id: str, framework_id: str) -> tuple[str, str]:
    """Where somebody's levels in a framework are."""
    return partition(person_id), STATE + framework_id


def measurement(person_id: str, framework_id: str, submitted: int, assessment_id: str, number: int) -> tuple[str, str]:
    """Where what one sitting measured is: the newest comes last."""
    return partition(person_id), f"{measurements(framework_id)}{submitted:011d}#{assessment_id}#{number:04d}"


def measurements(framework_id: str) -> str:
    """What the sort keys of one's measurements in a framework begin with."""
    return f"{MEASUREMENT}{framework_id}#"


def of_measurement(sort_key: str) -> tuple[str, int, str, int]:
    """The framework of a measurement, when its sitting was submitted, the assessment and the sitting's number."""
    _, framework_id, submitted, assessment_id, number = sort_key.split("#")
    return framework_id, int(submitted), assessment_id, int(number)


def levels(item: Item) -> dict[str, int]:
    """The newest level of each measured area, of a state."""
    return {str(area): int(level) for area, level in item["lv"].items()}
