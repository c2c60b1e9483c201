"""What sittings say of skills is written down by reacting to them: repeatably, in any order, and anew whenever one is
graded anew, moves to another account, or is gone.

It goes in two steps, each a reaction of its own. A sitting makes a measurement; a measurement makes its person's
states. Nothing else writes either, and changes of one person come one after the other: so nothing runs into anything.
What was taken before its assessment was declared is brought up by a job that marks the sheets. Both steps look at
things as they are now, not as the change had them: a batch that comes again, late or in halves, changes nothing twice
and brings nothing old back.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection

from chalicelib import logs
from chalicelib.assessment import evidence
from chalicelib.assessment.evidence import Evidence, Place
from chalicelib.errors import NotFound
from chalicelib.jobs.streams import reacts
from chalicelib.learning import grouping
from chalicelib.skills import folding, keys, reference, store
from chalicelib.storage.changes import Batch
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

grouping.COUNTED.append(keys.STATE)  # states count for the audiences that their learner is in


@reacts
def follow_grades(space: Space, batch: Batch) -> None:
    """Measure what was graded: 0 calls for a batch of other things."""
    places = {place for change in batch.changes if (place := evidence.place_of(change))}
    if places:
        _measure(space, places)


@reacts
def follow_measurements(space: Space, batch: Batch) -> None:
    """Whoever was measured gets their states: for each 1 Query, and 1 write for each state that changes."""
    changed = [each.pk for each in batch.changes if each.sk.startswith(keys.MEASUREMENT)]
    for pk in dict.fromkeys(changed):
        _settle(space, keys.person_of(pk))


def _measure(space: Space, places: Collection[Place]) -> None:
    """Write down what these sittings measure now: 1 call when their assessments measure nothing. Else 1 for each fifty
    sittings, for each person 1 Query, and 1 write for each measurement that changes."""
    measures = store.some_measures(space, {assessment for _, assessment, _ in places})
    wanted = {place for place in places if place[1] in measures}
    found = evidence.of(space, wanted) if wanted else {}
    by_person: dict[str, list[Item]] = defaultdict(list)
    for place in sorted(wanted):
        item = _measurement(found.get(place), measures[place[1]])
        by_person[place[0]] += [item] if item else []
    for person_id, items in by_person.items():
        touched = {place[1:] for place in wanted if place[0] == person_id}
        rows = store.measured(space, person_id)
        before = {row["sk"]: row for row in rows if keys.of_measurement(row["sk"])[2:] in touched}
        _replace(space, before, {item["sk"]: item for item in items})


def _measurement(found: Evidence | None, measure: Item) -> Item | None:
    """What a sitting measures: nothing when it is gone, or was submitted after its assessment ceased to measure."""
    if found is None or found.submitted > measure.get("ended", found.submitted):
        return None
    try:
        framework = reference.find(measure["fw"])
    except NotFound as error:  # one framework must not hold up all changes
        logs.event("framework.missing", level=logging.ERROR, framework=measure["fw"], error=error)
        return None
    return folding.measured(framework.content, found)


def _settle(space: Space, person_id: str) -> None:
    rows = store.of_person(space, person_id, consistent=True)
    measurements = [row for row in rows if row["sk"].startswith(keys.MEASUREMENT)]
    kept = folding.kept(measurements)
    _replace(space, {row["sk"]: row for row in measurements}, {row["sk"]: row for row in kept})
    before = {row["sk"]: row for row in rows if row["sk"].startswith(keys.STATE)}
    _replace(space, before, folding.states(person_id, kept))


def _replace(space: Space, before: dict[str, Item], after: dict[str, Item]) -> None:
    """1 write for each item that differs."""
    for sk, item in after.items():
        if sk not in before or not folding.same(before[sk], item):
            store.keep(space, item)
    for sk, item in before.items():
        if sk not in after:
            store.remove(space, item["pk"], sk)
