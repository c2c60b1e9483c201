"""Enrolments with their progress in a tenant's learning table: one function for each access pattern.

An enrolment is ONE item, kept under 1 KB for 200 lessons so that recording progress is one write unit: attribute names
are short, lessons have ids of one or two characters, and what belongs to one lesson is an attribute of its own, so that
no two devices write the same one. The index keys change only when someone enrols, leaves, returns or completes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chalicelib.learning import items
from chalicelib.learning.merging import Enrolment, Report, Submission
from chalicelib.people.keys import AUDIENCES
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import Table, Write

_MAX_FORGOTTEN = 100  # attributes of gone lessons that one move removes: an expression has a limit of 300 operators


def get(space: Space, person_id: str, course_id: str, *, consistent: bool = False) -> Enrolment | None:
    """One GetItem, 0.5 RCU (1 when consistent)."""
    item = _table(space).get(*items.key(person_id, course_id), consistent=consistent)
    return items.of_item(item) if item else None


def enrolments_of(
    space: Space, person_id: str, after_course: str | None, limit: int
) -> tuple[list[Enrolment], str | None]:
    """A learner's enrolments and the course after which to go on: one Query, 0.5 RCU for each 4 KB."""
    pk = items.partition(person_id)
    after = {"pk": pk, "sk": items.PREFIX + after_course} if after_course else None
    rows = _table(space).query(pk, begins_with=items.PREFIX, after=after, limit=limit)
    more = rows.after["sk"].removeprefix(items.PREFIX) if rows.after else None
    return [items.of_item(item) for item in rows.items], more


def at_home(space: Space, person_id: str) -> tuple[dict[str, int], list[Enrolment]]:
    """A learner's audiences, each with the time since when (epoch seconds), and their enrolments: one Query, 0.5 RCU
    for each 4 KB; of more than a megabyte, a thousand courses, only the first."""
    rows = _table(space).query(items.partition(person_id), begins_with=items.HOME)
    since: dict[str, int] = {}
    if rows.items and rows.items[0]["sk"] == AUDIENCES:
        since = rows.items[0].get("since", {})
    return since, [items.of_item(each) for each in rows.items if each["sk"].startswith(items.PREFIX)]


def create(space: Space, enrolment: Enrolment) -> None:
    """One PutItem, 2 WCU (item and index). Raises: ConditionFailed, with the enrolment that is there."""
    _table(space).create(items.new(enrolment))


def come_back(space: Space, enrolment: Enrolment, now_ms: int) -> Enrolment:
    """Make an enrolment active that was left: one UpdateItem, 3 WCU. Raises: ConditionFailed."""
    state = "active" if enrolment.completed_at is None else "completed"
    item = _table(space).update(
        *items.key(enrolment.person_id, enrolment.course_id),
        "SET st = :active, cs = :cs, seen = :seen",
        {":active": "active", ":left": "left", ":cs": items.index_key(enrolment.person_id, state), ":seen": now_ms},
        condition="st = :left",
    )
    return items.of_item(item)


def leave(space: Space, person_id: str, course_id: str) -> None:
    """One UpdateItem, 3 WCU: progress stays. One that is due cannot be left before it is completed.

    Raises: ConditionFailed, with what is there.
    """
    _table(space).update(
        *items.key(person_id, course_id),
        "SET st = :left, cs = :cs",
        {":active": "active", ":left": "left", ":cs": items.index_key(person_id, "left")},
        condition="st = :active AND (attribute_not_exists(due) OR attribute_exists(fin))",
        returns="NONE",
    )


def advance(space: Space, person_id: str, course_id: str, report: Report, versions: Sequence[int]) -> Enrolment:
    """Merge a report that is the newest, for someone on one of these versions: one UpdateItem, 1 WCU.

    Nothing of the enrolment is read before: being enrolled, the version and the order in time are its condition.
    Since every place is older than ``seen``, a report newer than ``seen`` has the newest place too.
    Raises: ConditionFailed, with the enrolment as it is.
    """
    lesson = report.lesson
    pinned = {f":v{version}": version for version in versions}
    values: Item = {":active": "active", ":seen": report.at_ms, ":lesson": lesson, **pinned}
    expression = "SET seen = :seen, #last = :lesson"
    if report.done:
        expression += f" REMOVE p_{lesson} ADD done :done"
        values[":done"] = {lesson}
    elif report.place is not None:
        expression += f", p_{lesson} = :place"
        values[":place"] = report.place
    item = _table(space).update(
        *items.key(person_id, course_id),
        expression,
        values,
        names={"#last": "last"},
        condition=f"st = :active AND v IN ({', '.join(pinned)}) AND seen <= :seen",
    )
    return items.of_item(item)


def add_late(space: Space, enrolment: Enrolment, report: Report) -> Enrolment:
    """Merge a report that is older than what ``enrolment`` (just read) has: one UpdateItem, 1 WCU.

    The pointer stays. A place is written or forgotten only while it is older than the report.
    Raises: ConditionFailed when the enrolment changed meanwhile in a way that matters.
    """
    lesson = report.lesson
    values: Item = {":active": "active", ":v": enrolment.version}
    condition = "st = :active AND v = :v"
    if report.done:
        expression = "ADD done :done"
        values[":done"] = {lesson}
        if enrolment.places.get(lesson, -1) <= report.forgets_up_to:
            expression += f" REMOVE p_{lesson}"
            condition += f" AND (attribute_not_exists(p_{lesson}) OR p_{lesson} <= :place)"
            values[":place"] = report.forgets_up_to
    else:
        expression = f"SET p_{lesson} = :place"
        condition += (
            f" AND (attribute_not_exists(p_{lesson}) OR p_{lesson} < :place)"
            " AND (attribute_not_exists(done) OR NOT contains(done, :lesson))"
        )
        values |= {":place": report.place, ":lesson": lesson}
    place = items.key(enrolment.person_id, enrolment.course_id)
    item = _table(space).update(*place, expression, values, condition=condition)
    return items.of_item(item)


def finish(space: Space, enrolment: Enrolment, now_s: int) -> Enrolment:
    """Complete an enrolment, once for ever: one UpdateItem, 3 WCU (the index entry moves).

    Raises: ConditionFailed, with the enrolment as it is: completed by someone else, left, or moved to another version.
    """
    item = _table(space).update(
        *items.key(enrolment.person_id, enrolment.course_id),
        "SET fin = :now, cs = :cs",
        {
            ":now": now_s,
            ":cs": items.index_key(enrolment.person_id, "completed"),
            ":v": enrolment.version,
            ":active": "active",
        },
        condition="attribute_not_exists(fin) AND v = :v AND st = :active",
    )
    return items.of_item(item)


def count_attempt(space: Space, person_id: str, course_id: str, submission: Submission) -> Enrolment:
    """Count a graded attempt, unless its key was counted last or none is left: one UpdateItem, 1 WCU.

    Scores are a set of numbers, because DynamoDB can unite sets but cannot keep a maximum: the best is its greatest.
    Raises: ConditionFailed, with the enrolment as it is.
    """
    lesson = submission.lesson
    values: Item = {
        ":active": "active",
        ":v": submission.version,
        ":seen": submission.at_ms,
        ":lesson": lesson,
        ":key": submission.key,
        ":scope": submission.key_scope,
        ":one": 1,
        ":score": {submission.score},
    }
    condition = "st = :active AND v = :v AND (attribute_not_exists(k) OR NOT begins_with(k, :scope))"
    if submission.allowed is not None:
        condition += f" AND (attribute_not_exists(n_{lesson}) OR n_{lesson} < :allowed)"
        values[":allowed"] = submission.allowed
    expression = f"SET seen = :seen, #last = :lesson, k = :key ADD n_{lesson} :one, b_{lesson} :score"
    if submission.passed:
        expression += ", done :done"
        values[":done"] = {lesson}
    item = _table(space).update(
        *items.key(person_id, course_id), expression, values, names={"#last": "last"}, condition=condition
    )
    return items.of_item(item)


def move(space: Space, enrolment: Enrolment, version: int, gone: Iterable[str]) -> Enrolment:
    """Pin an enrolment to another version, dropping the lessons that are ``gone`` there: one UpdateItem, 1 WCU.

    The gone lessons are subtracted from what is done, not the rest written: what a device reports meanwhile stays.
    Raises: ConditionFailed, with the enrolment as it is.
    """
    lessons = set(gone)
    kept = [f"{prefix}{lesson}" for lesson in sorted(lessons) for prefix in _present(enrolment, lesson)]
    expression = "SET v = :to"
    values: Item = {":to": version, ":v": enrolment.version, ":active": "active"}
    if kept:
        expression += " REMOVE " + ", ".join(kept[:_MAX_FORGOTTEN])
    if lessons:
        expression += " DELETE done :gone"
        values[":gone"] = lessons
    item = _table(space).update(
        *items.key(enrolment.person_id, enrolment.course_id),
        expression,
        values,
        condition="v = :v AND st = :active AND attribute_not_exists(fin)",
    )
    return items.of_item(item)


def learners_of(
    space: Space, course_id: str, shard: int, state: str | None, after: str | None, limit: int
) -> tuple[list[str], str | None]:
    """Ids of a course's learners in one shard, in one state or in all, and where to go on: one Query of the index,
    0.5 RCU for each 4 KB (about 35 of them)."""
    hash_key = items.index_partition(course_id, shard)
    start = None
    if after:
        pk, sk = items.key(after[2:], course_id)
        start = {"pk": pk, "sk": sk, "c": hash_key, "cs": after}
    begins = items.STATES[state] if state else ""
    rows = _table(space).query(hash_key, begins_with=begins, index="by-course", after=start, limit=limit)
    return [item["pk"].removeprefix("learner#") for item in rows.items], rows.after["cs"] if rows.after else None


def creating(space: Space, enrolment: Enrolment) -> Write:
    """The put of a new enrolment inside a transaction: 3 WCU with the index."""
    return _table(space).creating(items.new(enrolment))


def requiring(space: Space, enrolment: Enrolment, due: str | None, by: str, now_ms: int) -> Write:
    """Give an enrolment, as it was read, another deadline (or none), keeping what was required before, and make it
    active if it was left: inside a transaction, 2 WCU, 4 where the index entry moves."""
    was = {"due": enrolment.due, "by": enrolment.required_by, "back": None if enrolment.active else now_ms}
    kept = {name: value for name, value in was.items() if value is not None}
    facts: Item = {"by": by, "due": due, "was": kept or None}
    if not enrolment.active:
        facts |= {"st": "active", "cs": items.index_key(enrolment.person_id, "active"), "seen": now_ms}
    return _as_read(space, enrolment, facts)


def releasing(space: Space, enrolment: Enrolment) -> Write:
    """Give an enrolment, as it was read, back what was required of it before the order that requires it now: inside a
    transaction, 2 WCU, 4 for who had left and has done nothing since."""
    before = enrolment.before
    facts: Item = {"due": before.due if before else None, "by": before.by if before else None, "was": None}
    if before and before.back_ms == enrolment.seen_ms:
        facts |= {"st": "left", "cs": items.index_key(enrolment.person_id, "left")}
    return _as_read(space, enrolment, facts)


def forgetting_before(space: Space, enrolment: Enrolment) -> Write:
    """Forget what was required of an enrolment, as it was read, before: inside a transaction, 2 WCU."""
    return _as_read(space, enrolment, {"was": None})


def removing(space: Space, enrolment: Enrolment) -> Write:
    """Take away an enrolment, as it was read, of who has done nothing in it: inside a transaction, 4 WCU."""
    held, values, names = _read(enrolment)
    held += ["attribute_not_exists(#last)", "attribute_not_exists(done)"]
    return _table(space).deleting(
        *items.key(enrolment.person_id, enrolment.course_id),
        condition=" AND ".join(held),
        values=values,
        names=names | {"#last": "last"},
    )


def _as_read(space: Space, enrolment: Enrolment, facts: Item) -> Write:
    """The setting of these facts (``None`` takes one away) on the condition that what was read still holds."""
    held, values, names = _read(enrolment)
    given = {name: value for name, value in facts.items() if value is not None}
    gone = [f"#{name}" for name in facts if name not in given]
    sets = [f"#{name} = :to_{name}" for name in given]
    expression = (f"SET {', '.join(sets)} " if sets else "") + (f"REMOVE {', '.join(gone)}" if gone else "")
    return _table(space).updating(
        *items.key(enrolment.person_id, enrolment.course_id),
        expression.strip(),
        values | {f":to_{name}": value for name, value in given.items()},
        names=names | {f"#{name}": name for name in facts},
        condition=" AND ".join(held),
    )


def _read(enrolment: Enrolment) -> tuple[list[str], Item, dict[str, str]]:
    """The condition that an enrolment is not completed, and required and active as it was read: its parts, values,
    names."""
    state = "active" if enrolment.active else "left"
    seen: Item = {"st": state, "due": enrolment.due, "by": enrolment.required_by}
    if not enrolment.active or enrolment.before:
        seen["seen"] = enrolment.seen_ms
    held = [f"#{name} = :{name}" if value else f"attribute_not_exists(#{name})" for name, value in seen.items()]
    values = {f":{name}": value for name, value in seen.items() if value is not None}
    return [*held, "attribute_not_exists(fin)"], values, {f"#{name}": name for name in seen}


def batch(space: Space, course_id: str, person_ids: Sequence[str], *, consistent: bool = False) -> list[Enrolment]:
    """These learners' enrolments in one course, in that order: one BatchGetItem for each hundred, 0.5 RCU apiece (1
    when ``consistent``)."""
    keys = [items.key(person_id, course_id) for person_id in person_ids]
    found = _table(space).batch_get(keys, consistent=consistent)
    return [items.of_item(found[each]) for each in keys if each in found]


def mark_days(space: Space, active: Iterable[tuple[str, str]]) -> None:
    """Note that these learners were active on these days in Vietnam: one BatchWriteItem for each 25, 1 WCU each.

    A mark says nothing but that it is there, so putting it again changes nothing.
    """
    _table(space).put_all({"pk": items.partition(person_id), "sk": f"day#{day}"} for person_id, day in active)


def _present(enrolment: Enrolment, lesson: str) -> list[str]:
    parts = (("p_", enrolment.places), ("n_", enrolment.attempts), ("b_", enrolment.scores))
    return [prefix for prefix, kept in parts if lesson in kept]


def _table(space: Space) -> Table:
    return space.table("learning")
