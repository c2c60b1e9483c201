"""Attempts at quizzes and sittings of assessments in a tenant's learning table; assessments in its courses table.

| item | pk, sk | holds |
|---|---|---|
| attempt | ``learner#<person>``, ``attempt#<course>#<lesson>#<n>`` | an attempt at a quiz |
| sheet | ``learner#<person>``, ``sitting#<assessment>#<n>`` | answers ``a_<k>``, their sequence ``s_<k>``; grade |
| paper | ``learner#<person>``, ``paper#<assessment>#<n>`` | what was drawn; immutable |
| release | ``learner#<person>``, ``release#<assessment>`` | that a tutor lets a person begin; TTL |
| tries | ``learner#<person>``, ``tries#<assessment>#<window>`` | how many codes a person tried; TTL |
| regrade | ``regrading#<job>``, ``c#<person>#<n>`` or ``k#…`` | what another key makes of a sitting; TTL |
| assessment | ``assessments``, ``<assessment>`` | its draft, and what of the newest version lists tell |
| version | ``assessment#<assessment>``, ``version#<n>`` | terms and parts as published; immutable |
| count | ``assessment-count``, ``count`` | how many assessments there are |
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass

from chalicelib import clock
from chalicelib.assessment.keys import (
    index_partition,
    key,
    of_index_key,
    open_key,
    partition,
    place,
    sitting_place,
    sittings,
)
from chalicelib.assessment.keys import paper as paper_key
from chalicelib.assessment.keys import sitting as sitting_key
from chalicelib.assessment.room import Given, Room
from chalicelib.questions.responses import Response
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed, Rows, Table, TransactionFailed, transact

MOST_ASSESSMENTS = 1_000
_REGRADES_KEPT_S = 90 * 86_400  # as long as the job that noted them
_ASSESSMENTS = "assessments"
_COUNT = ("assessment-count", "count")
_UNTIL = {"#until": "until"}  # a word of DynamoDB's own
_OUTCOME = ("st", "v", "sub", "sc", "ok")


@dataclass(frozen=True, slots=True)
class Record:
    """One attempt as stored; times in seconds since the epoch."""

    lesson: str
    number: int
    version: int
    score: int
    passed: bool
    answers: dict[str, Response]
    submitted_at: int
    started_at: int | None


def keep(space: Space, person_id: str, course_id: str, record: Record) -> Record:
    """Write an attempt down under its number, or give what an earlier try wrote there: one PutItem, 1 WCU per KB."""
    pk, sk = key(person_id, course_id, record.lesson, record.number)
    item = {
        "pk": pk,
        "sk": sk,
        "v": record.version,
        "score": record.score,
        "passed": record.passed,
        "answers": record.answers,
        "at": record.submitted_at,
        "began": record.started_at,
    }
    try:
        _table(space).create(item)
    except ConditionFailed as found:
        return _record(found.item or item)
    return record


def find(space: Space, person_id: str, course_id: str, lesson: str, number: int) -> Record | None:
    """One GetItem, 0.5 RCU."""
    item = _table(space).get(*key(person_id, course_id, lesson, number))
    return _record(item) if item else None


def attempts_of(
    space: Space, person_id: str, course_id: str, lesson: str | None, after: tuple[str, int] | None, limit: int
) -> tuple[list[Record], tuple[str, int] | None]:
    """A learner's attempts in a course, or at one quiz of it, and where to go on: one Query.

    Newest first within a quiz; quizzes in descending order of their ids.
    """
    pk, begins = partition(person_id), f"attempt#{course_id}#" + (f"{lesson}#" if lesson else "")
    start = {"pk": pk, "sk": key(person_id, course_id, *after)[1]} if after else None
    rows = _table(space).query(pk, begins_with=begins, after=start, limit=limit, descending=True)
    return [_record(item) for item in rows.items], place(rows.after["sk"]) if rows.after else None


def _record(item: Item) -> Record:
    lesson, number = place(item["sk"])
    return Record(
        lesson=lesson,
        number=number,
        version=item["v"],
        score=item["score"],
        passed=item["passed"],
        answers=item["answers"],
        submitted_at=item["at"],
        started_at=item.get("began"),
    )


def _table(space: Space) -> Table:
    return space.table("learning")


# Assessments, in the courses table


def create_assessment(space: Space, assessment_id: str, facts: Item) -> None:
    """A new assessment, if there are not too many: one transaction, 4 WCU and 2 for each further KB.

    Raises: TransactionFailed when it is there (position 0) or there are too many (1).
    """
    table = _courses(space)
    counting = table.updating(
        *_COUNT, "ADD n :one", {":one": 1, ":most": MOST_ASSESSMENTS}, condition="attribute_not_exists(n) OR n < :most"
    )
    transact([table.creating({"pk": _ASSESSMENTS, "sk": assessment_id, **facts, "v": 1}), counting])


def assessment(space: Space, assessment_id: str) -> Item | None:
    """An assessment as it is now: 1 GetItem, 1 RCU for each 4 KB."""
    return _courses(space).get(_ASSESSMENTS, assessment_id, consistent=True)


def assessments(space: Space, after: str | None, limit: int) -> Rows:
    """A page of a space's assessments, the newest first: 1 Query."""
    start = {"pk": _ASSESSMENTS, "sk": after} if after else None
    return _courses(space).query(_ASSESSMENTS, after=start, limit=limit, descending=True)


def some_assessments(space: Space, assessment_ids: Sequence[str]) -> list[Item]:
    """Those of these assessments that there are, in that order: 1 BatchGetItem a hundred, 0.5 RCU for each 4 KB."""
    found = _courses(space).batch_get([(_ASSESSMENTS, each) for each in assessment_ids])
    return [found[_ASSESSMENTS, each] for each in assessment_ids if (_ASSESSMENTS, each) in found]


def change_assessment(space: Space, assessment_id: str, facts: Item, seen: int) -> Item:
    """Set facts of an assessment in the state that was seen: 1 UpdateItem. Raises: ConditionFailed."""
    expression, values, names = _setting({**facts, "v": seen + 1}, {":seen": seen})
    return _courses(space).update(_ASSESSMENTS, assessment_id, expression, values, names=names, condition="v = :seen")


def publish(space: Space, assessment_id: str, version: int, pack: bytes, facts: Item, seen: int) -> None:
    """Freeze a version and let the assessment have it: one transaction, 2 WCU for each KB.

    Raises: TransactionFailed when it is no longer as it was seen (0), or the version is there (1).
    """
    table = _courses(space)
    expression, values, names = _setting({**facts, "v": seen + 1}, {":seen": seen})
    pointing = table.updating(_ASSESSMENTS, assessment_id, expression, values, names=names, condition="v = :seen")
    transact([pointing, table.creating({"pk": _versions(assessment_id), "sk": f"version#{version:06d}", "pack": pack})])


def lower_end(space: Space, assessment_id: str, version: int, until: int) -> None:
    """That no sitting is open longer than that, if this is the newest version still: 1 UpdateItem."""
    with suppress(ConditionFailed):
        _courses(space).update(
            _ASSESSMENTS,
            assessment_id,
            "SET #ends = :until",
            {":until": until, ":version": version},
            names={"#ends": "ends"},
            condition="live.version = :version AND #ends > :until",
            returns="NONE",
        )


def frozen(space: Space, assessment_id: str, version: int) -> bytes | None:
    """A version as it was frozen: 1 GetItem, 1 RCU for each 4 KB (200 items to draw from take 4)."""
    item = _courses(space).get(_versions(assessment_id), f"version#{version:06d}", consistent=True)
    return None if item is None else bytes(item["pack"])


def _setting(facts: Item, more: Item) -> tuple[str, Item, dict[str, str]]:
    """The expression that sets these facts, its values (and the condition's), and names."""
    sets, values = ", ".join(f"#{name} = :{name}" for name in facts), {f":{name}": each for name, each in facts.items()}
    return f"SET {sets}", values | more, {f"#{name}": name for name in facts}


# Sittings, in the learning table


def sitting(space: Space, person_id: str, assessment_id: str, number: int) -> Item | None:
    """The sheet of a sitting, as of now: 1 GetItem, 1 RCU for each 4 KB."""
    return _table(space).get(*sitting_key(person_id, assessment_id, number), consistent=True)


def paper(space: Space, person_id: str, assessment_id: str, number: int) -> Item | None:
    """The questions of a sitting: 1 GetItem, 1 RCU for each 4 KB (some 50 questions)."""
    return _table(space).get(*paper_key(person_id, assessment_id, number), consistent=True)


def last_sitting(space: Space, person_id: str, assessment_id: str) -> Item | None:
    """One's newest sitting of an assessment: 1 Query, 1 RCU for each 4 KB."""
    found = _table(space).query(
        partition(person_id), begins_with=sittings(assessment_id), descending=True, limit=1, consistent=True
    )
    return found.items[0] if found.items else None


def begin(space: Space, sheet: Item, paper: Item, released: bool) -> None:
    """Put a sheet and its paper, and use up the tutor's release where one is needed: one transaction, 6 WCU or so.

    Raises: TransactionFailed when the number is taken (0 or 1), or nobody released the person (2).
    """
    table = _table(space)
    writes = [table.creating(sheet), table.creating(paper)]
    if released:
        sk, now = f"release#{sitting_place(sheet['sk'])[0]}", {":now": sheet["at"]}
        writes.append(table.deleting(sheet["pk"], sk, condition="#until > :now", values=now, names=_UNTIL))
    transact(writes)


def save_answer(
    space: Space, person_id: str, assessment_id: str, number: int, given: Given, now_s: int, room: Room | None = None
) -> None:
    """Keep one answer, unless a later one is there: 1 UpdateItem, 1 WCU for each KB of the sheet.

    ``w`` counts what was saved, so that nobody grades a sheet without it; ``most`` bounds that. ``left`` is lowered by
    what is written and takes no notice of what that replaces: when it is used up, ``room`` brings it up to what is
    really there. Raises: ConditionFailed, with the sheet found.
    """
    saving = "SET #a = :a, #s = :s, #t = :t"
    condition = "st = :open AND #until >= :now AND nq >= :k AND (attribute_not_exists(#s) OR #s < :s)"
    condition += " AND (attribute_not_exists(most) OR w < most)"  # sheets of an earlier release have no bounds yet
    values = {
        ":a": given.response, ":s": given.sequence, ":t": given.spent_s, ":k": given.question,
        ":now": now_s, ":open": "open", ":one": 1,
    }  # fmt: skip
    if room is None:
        saving = f"{saving} ADD w :one, #left :less"
        condition += " AND (attribute_not_exists(#left) OR #left >= :size)"
        values |= {":less": -given.size, ":size": given.size}
    else:
        saving, condition = f"{saving}, #left = :left ADD w :one", f"{condition} AND w = :w"
        values |= {":left": room.left, ":w": room.w}
    names = {f"#{name}": f"{name}_{given.question}" for name in "ast"} | {"#until": "until", "#left": "left"}
    pk, sk = sitting_key(person_id, assessment_id, number)
    _table(space).update(pk, sk, saving, values, names=names, condition=condition, returns="NONE")


def end_earlier(space: Space, assessment_id: str, person_id: str, number: int, due: int, until: int) -> None:
    """Have an open sitting end at that time, unless it ends earlier anyway: 1 UpdateItem, and 2 WCU for the index."""
    with suppress(ConditionFailed):
        _table(space).update(
            *sitting_key(person_id, assessment_id, number),
            "SET due = :due, #until = :until, cs = :place",
            {":due": due, ":until": until, ":place": open_key(until, person_id, number), ":open": "open"},
            names=_UNTIL,
            condition="st = :open AND #until > :until",
            returns="NONE",
        )


def grade_sitting(space: Space, sheet: Item, facts: Item) -> Item:
    """Close a sheet with its grade, if nothing was saved since it was read: 1 UpdateItem, and 2 WCU for the index.
    Raises: ConditionFailed, with the sheet found."""
    expression, values, names = _setting(facts, {":open": "open", ":seen": sheet["w"]})
    condition = "st = :open AND w = :seen"
    return _table(space).update(sheet["pk"], sheet["sk"], expression, values, names=names, condition=condition)


def regrade_sitting(space: Space, sheet: Item, facts: Item) -> Item:
    """Another grade for a sheet, if it still has the one that was read: 1 UpdateItem. Raises: ConditionFailed."""
    expression, values, names = _setting(facts, {":done": "done", ":keys": sheet["ky"]})
    condition = "st = :done AND ky = :keys"
    return _table(space).update(sheet["pk"], sheet["sk"], expression, values, names=names, condition=condition)


def mark_sitting(space: Space, sheet: Item, mark: str) -> None:
    """Leave a mark in a sheet that is graded, for whoever follows the table's changes: 1 UpdateItem, 1 WCU for each KB.
    Raises: ConditionFailed when it is not there (any more)."""
    table, values = _table(space), {":mark": mark, ":done": "done"}
    table.update(sheet["pk"], sheet["sk"], "SET mark = :mark", values, condition="st = :done", returns="NONE")


def note_regrades(space: Space, regrading_id: str, rows: Sequence[Item]) -> None:
    """What regrading would make of these sittings: 1 BatchWriteItem for 25, 1 WCU each; kept for 90 days."""
    ttl = clock.epoch_s() + _REGRADES_KEPT_S
    _table(space).put_all([{"pk": f"regrading#{regrading_id}", "ttl": ttl, **each} for each in rows])


def regrades(space: Space, regrading_id: str, begins: str, after: str | None, limit: int) -> Rows:
    """What a regrading would change, those whose result changes (``c#``) before the others (``k#``): 1 Query."""
    pk = f"regrading#{regrading_id}"
    return _table(space).query(pk, begins_with=begins, after={"pk": pk, "sk": after} if after else None, limit=limit)


def sittings_of_person(space: Space, person_id: str, begins: str, after: str | None, limit: int) -> Rows:
    """A page of one's sittings, by assessment, or of one assessment (``begins``): 1 Query."""
    start = {"pk": partition(person_id), "sk": after} if after else None
    return _table(space).query(partition(person_id), begins_with=begins, after=start, limit=limit)


def outcomes(space: Space, person_id: str, assessment_id: str) -> list[Item]:
    """What came of one's sittings of an assessment, without papers and answers: 1 Query for each megabyte stored."""
    return _table(space).query_all(
        partition(person_id), begins_with=sittings(assessment_id), consistent=True, attributes=_OUTCOME
    )


def all_sittings(space: Space, person_id: str) -> list[Item]:
    """All of one's sittings: 1 Query for each megabyte. For a merge, not for a request."""
    return _table(space).query_all(partition(person_id), begins_with="sitting#", consistent=True)


def move_sitting(space: Space, sheet: Item, moved: Item, paper: Item) -> bool:
    """Put a sheet and its paper elsewhere and take the old ones away, if nothing has changed the sheet since it was
    read and the new place is free; whether it did: one transaction, 4 WCU for each KB."""
    table = _table(space)
    person_id, (assessment_id, number) = sheet["pk"].removeprefix(partition("")), sitting_place(sheet["sk"])
    old = table.deleting(
        sheet["pk"], sheet["sk"], condition="w = :w AND st = :st", values={":w": sheet["w"], ":st": sheet["st"]}
    )
    gone = table.deleting(*paper_key(person_id, assessment_id, number))
    try:
        transact([table.creating(moved), table.creating(paper), old, gone])
    except TransactionFailed:
        return False
    return True


def listed_sittings(
    space: Space, assessment_id: str, shard: int, between: tuple[str, str], after: str | None, limit: int
) -> tuple[list[str], str | None]:
    """Index keys of an assessment's sittings in one shard, and where to go on: 1 Query of the index, 0.5 RCU for 35."""
    hash_key, start = index_partition(assessment_id, shard), None
    if after:
        person_id, number = of_index_key(after)
        pk, sk = sitting_key(person_id, assessment_id, number)
        start = {"pk": pk, "sk": sk, "c": hash_key, "cs": after}
    rows = _table(space).query(hash_key, index="by-course", between=between, after=start, limit=limit)
    # The index gives its own key with the item's.
    return [str(each["cs"]) for each in rows.items], rows.after["cs"] if rows.after else None


def some_sittings(space: Space, assessment_id: str, places: Sequence[tuple[str, int]]) -> list[Item]:
    """The sheets of these people and numbers, in that order: 1 BatchGetItem a hundred, 0.5 RCU for each 4 KB."""
    wanted = [sitting_key(person_id, assessment_id, number) for person_id, number in places]
    found = _table(space).batch_get(wanted)
    return [found[key] for key in wanted if key in found]


def some_papers(space: Space, assessment_id: str, places: Sequence[tuple[str, int]]) -> dict[tuple[str, int], Item]:
    """The papers of these people and numbers: 1 BatchGetItem a hundred, 0.5 RCU for each 4 KB."""
    wanted = {paper_key(person_id, assessment_id, number): (person_id, number) for person_id, number in places}
    return {wanted[key]: item for key, item in _table(space).batch_get([*wanted]).items()}


def sheets_and_papers(
    space: Space, places: Collection[tuple[str, str, int]]
) -> dict[tuple[str, str, int], tuple[Item, Item]]:
    """Sittings of anybody and any assessment as they are now, each with its paper: 1 BatchGetItem for each fifty, 1 RCU
    for each 4 KB."""
    keys = [make(*place) for place in places for make in (sitting_key, paper_key)]
    found = _table(space).batch_get(keys, consistent=True)
    both = {place: (found.get(sitting_key(*place)), found.get(paper_key(*place))) for place in places}
    return {place: (sheet, paper) for place, (sheet, paper) in both.items() if sheet and paper}


def release(space: Space, person_id: str, assessment_id: str, until: int, by: str) -> None:
    """Let a person begin until then: 1 PutItem. It expires."""
    sk = f"release#{assessment_id}"
    _table(space).put({"pk": partition(person_id), "sk": sk, "until": until, "by": by, "ttl": until})


def count_try(space: Space, person_id: str, assessment_id: str, window: int, most: int, ttl: int) -> None:
    """One more code that a person tries in a window of time: 1 UpdateItem. Raises: ConditionFailed after so many."""
    _table(space).update(
        partition(person_id),
        f"tries#{assessment_id}#{window}",
        "ADD n :one SET #ttl = :ttl",
        {":one": 1, ":most": most, ":ttl": ttl},
        names={"#ttl": "ttl"},
        condition="attribute_not_exists(n) OR n < :most",
    )


def _courses(space: Space) -> Table:
    return space.table("courses")


def _versions(assessment_id: str) -> str:
    return f"assessment#{assessment_id}"
