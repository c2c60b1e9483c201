"""What sittings say of skills is written down by reacting to them: repeatably, in any order, and anew whenever one is
graded anew, moves to another account, or is gone.

A reaction looks at the sittings as they are now, not as the change had them: a batch that comes again, late or in
halves, therefore changes nothing twice and brings nothing old back.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Mapping

from chalicelib import logs
from chalicelib.assessment import evidence
from chalicelib.assessment.evidence import Evidence, Place
from chalicelib.errors import NotFound
from chalicelib.jobs.streams import reacts
from chalicelib.skills import folding, keys, reference, store
from chalicelib.storage.changes import Batch
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space


@reacts
def measure(space: Space, batch: Batch) -> None:
    """Measure what was graded: 0 calls for a batch of other things, 1 for sittings of assessments that measure nothing.

    Else 1 for each fifty sittings, and for each person 1 Query and 1 write for each measurement and state that changes.
    """
    places = {place for change in batch.changes if (place := evidence.place_of(change))}
    measures = store.some_measures(space, {assessment for _, assessment, _ in places}) if places else {}
    places = {place for place in places if place[1] in measures}
    found = evidence.of(space, places) if places else {}
    by_person: dict[str, list[Place]] = defaultdict(list)
    for place in sorted(places):
        by_person[place[0]].append(place)
    for person_id, theirs in by_person.items():
        _measure(space, person_id, theirs, found, measures)


def _measure(
    space: Space,
    person_id: str,
    places: Collection[Place],
    found: Mapping[Place, Evidence],
    measures: Mapping[str, Item],
) -> None:
    rows = store.of_person(space, person_id, consistent=True)
    before = {row["sk"]: row for row in rows if row["sk"].startswith(keys.MEASUREMENT)}
    old_states = {row["sk"]: row for row in rows if row["sk"].startswith(keys.STATE)}
    touched = {(assessment, number) for _, assessment, number in places}
    after = {sk: row for sk, row in before.items() if keys.of_measurement(sk)[2:] not in touched}
    for place in places:
        item = _measurement(found.get(place), measures[place[1]])
        if item is not None:
            after[item["sk"]] = item
    after = {row["sk"]: row for row in folding.kept(after.values())}
    store.write(
        space,
        (row for sk, row in after.items() if sk not in before or not folding.same(before[sk], row)),
        ((row["pk"], sk) for sk, row in before.items() if sk not in after),
    )
    states = folding.states(person_id, list(after.values()))
    for sk, state in states.items():
        if sk not in old_states or not folding.same(old_states[sk], state):
            store.keep_state(space, state)
    store.write(space, (), ((row["pk"], sk) for sk, row in old_states.items() if sk not in states))


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
