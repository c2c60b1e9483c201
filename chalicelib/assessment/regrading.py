"""What corrected keys make of sittings that are over: first listed, then applied, exactly as listed.

The dry run writes down for each sitting what it would become and by which keys it was marked so far. Applying it holds
each sitting against those, so nobody is changed twice and nobody otherwise than was shown: one that was graded anew
meanwhile is left alone and counted. What follows (credentials, webhooks) follows from the table's stream.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from chalicelib import clock, ids
from chalicelib.assessment import definitions, grades, keys, papers, results, store
from chalicelib.assessment.sitting_models import Regrade
from chalicelib.banks.contents import Ref
from chalicelib.errors import Conflict, NotFound
from chalicelib.http import paging
from chalicelib.http.models import Page, PageQuery
from chalicelib.http.permissions import READ_LEARNERS
from chalicelib.jobs import queue
from chalicelib.jobs.queue import Job, JobItem, Run
from chalicelib.notifications import telling
from chalicelib.storage import spaces
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed

TRY, APPLY = "assessment.regrade-try", "assessment.regrade"
_CHANGED, _KEYS_ALONE = "c#", "k#"
_SLICE = 100


class RegradingUnready(Conflict):
    """What is to be applied is not listed yet, or could not be."""

    code = "regrading_unready"
    vi = "Bản chấm thử chưa xong hoặc đã hỏng. Hãy đợi, hoặc chấm thử lại."
    en = "The dry run is not done, or failed. Wait for it, or begin another."


def begin(space: Space, assessment_id: str, regrading_id: str, actor_id: str) -> str:
    """Have it listed who would change: 2 calls; gives the job's id. Raises: NotFound."""
    definitions.find(space, assessment_id)
    return queue.enqueue(TRY, space.slug, {"assessment": assessment_id}, job_id=regrading_id, actor=actor_id)


def apply(space: Space, assessment_id: str, regrading_id: str, actor_id: str) -> str:
    """Have what was listed applied, once: 2 calls; gives the job's id. Raises: NotFound, RegradingUnready."""
    if _dry_run(space, assessment_id, regrading_id).state != "done":
        raise RegradingUnready
    payload = {"assessment": assessment_id, "regrading": regrading_id}
    job_id = ids.derived(APPLY, space.slug, regrading_id)
    return queue.enqueue(APPLY, space.slug, payload, job_id=job_id, actor=actor_id)


def changes(space: Space, assessment_id: str, regrading_id: str, query: PageQuery) -> Page[Regrade]:
    """A page of who changes from what to what: 2 calls. Raises: NotFound, BadCursor."""
    _dry_run(space, assessment_id, regrading_id)
    after = str(paging.decode(query.cursor, str)[0]) if query.cursor else None
    rows = store.regrades(space, regrading_id, _CHANGED, after, query.limit)
    found = [_shown(each) for each in rows.items]
    return Page[Regrade](items=found, next=paging.encode(rows.after["sk"]) if rows.after else None)


@queue.handles(TRY, shown_to=READ_LEARNERS)
def try_out(job: Job, run: Run) -> None:
    """List what would change: some 6 calls for each hundred sittings; in constant memory."""
    space, assessment_id = spaces.find(job.tenant), job.payload["assessment"]
    at = {"cursor": "", "looked": 0, "changed": 0, "flipped": 0, "whole": False, **job.checkpoint}
    known: dict[Ref, int] = {}
    for sheets, cursor in _rest(space, assessment_id, at):
        rows = list(_regrades(space, assessment_id, sheets, known))
        store.note_regrades(space, job.id, rows)
        changed = [each for each in rows if each["sk"].startswith(_CHANGED)]
        at = {
            "cursor": cursor or "",
            "looked": at["looked"] + len(sheets),
            "changed": at["changed"] + len(changed),
            "flipped": at["flipped"] + sum(each["was_ok"] != each["ok"] for each in changed),
            "whole": cursor is None,
        }
        run.progress(at["looked"], at["looked"] + (not at["whole"]), at)
        run.go_on_if_late()
    run.result = {name: at[name] for name in ("looked", "changed", "flipped")}


def _rest(space: Space, assessment_id: str, at: Mapping[str, object]) -> Iterator[tuple[list[Item], str | None]]:
    if not at["whole"]:
        yield from results.walk(space, assessment_id, str(at["cursor"]) or None)


def _regrades(space: Space, assessment_id: str, sheets: Sequence[Item], known: dict[Ref, int]) -> Iterator[Item]:
    places = {(grades.person_of(each), keys.sitting_place(each["sk"])[1]): each for each in sheets}
    found = store.some_papers(space, assessment_id, list(places))
    drawn = {place: papers.of_item(item) for place, item in found.items()}
    unknown = {ref for paper in drawn.values() for ref in paper.refs} - known.keys()
    known |= papers.key_revisions(space, drawn.values(), unknown)
    for place, paper in drawn.items():
        row = _regrade(space, places[place], [replace(ref, key=known[ref]) for ref in paper.refs])
        if row:
            yield row


def _regrade(space: Space, sheet: Item, refs: Sequence[Ref]) -> Item | None:
    if [ref.key for ref in refs] == sheet["ky"]:
        return None
    grade = grades.graded(space, sheet, refs)
    differs = (grade["sc"], grade["ok"]) != (sheet["sc"], sheet["ok"])
    _, number = keys.sitting_place(sheet["sk"])
    return {
        "sk": f"{_CHANGED if differs else _KEYS_ALONE}{grades.person_of(sheet)}#{number:04d}",
        "was": sheet["sc"], "was_ok": sheet["ok"], "was_ky": sheet["ky"],
        "at": clock.epoch_s(), **grade,
    }  # fmt: skip


@queue.handles(APPLY, shown_to=READ_LEARNERS)
def apply_listed(job: Job, run: Run) -> None:
    """Grade anew as listed: 2 calls for each sitting. Repeating it changes and tells nothing twice."""
    space, assessment_id = spaces.find(job.tenant), job.payload["assessment"]
    at = {"after": "", "applied": 0, "left": 0, "whole": False, **job.checkpoint}
    while not at["whole"]:
        rows = store.regrades(space, job.payload["regrading"], "", at["after"] or None, _SLICE)
        applied = sum(_apply(space, assessment_id, job.payload["regrading"], each) for each in rows.items)
        at = {
            "after": rows.after["sk"] if rows.after else "",
            "applied": at["applied"] + applied,
            "left": at["left"] + len(rows.items) - applied,
            "whole": rows.after is None,
        }
        run.progress(at["applied"], at["applied"] + (not at["whole"]), at)
        run.go_on_if_late()
    run.result = {"applied": at["applied"], "left": at["left"]}


def _apply(space: Space, assessment_id: str, regrading_id: str, row: Item) -> bool:
    person_id, number = _whose(row)
    pk, sk = keys.sitting(person_id, assessment_id, number)
    facts = {name: row[name] for name in ("sc", "ok", "mk", "ky")}
    try:
        sheet = store.regrade_sitting(space, {"pk": pk, "sk": sk, "ky": row["was_ky"]}, facts)
    except ConditionFailed as found:
        if found.item is None or any(found.item.get(name) != value for name, value in facts.items()):
            return False  # it moved, or was graded by other keys since
        sheet = found.item
    if row["was"] != row["sc"]:
        _tell(space, sheet, regrading_id, row)
    return True


def _tell(space: Space, sheet: Item, regrading_id: str, row: Item) -> None:
    assessment_id, number = keys.sitting_place(sheet["sk"])
    title = grades.terms_of(space, sheet).title
    params = {"title": title, "before": f"{row['was']}%", "after": f"{row['sc']}%"}
    link = f"/assessments/{assessment_id}/sittings/{number}"
    key, at = f"{regrading_id}#{number}", int(row["at"])
    telling.tell(space, [grades.person_of(sheet)], "sitting.regraded", key, at=at, link=link, params=params)


def _dry_run(space: Space, assessment_id: str, regrading_id: str) -> JobItem:
    found = queue.find(space.slug, regrading_id)
    if found.kind != TRY or found.payload["assessment"] != assessment_id:
        raise NotFound
    return found


def _whose(row: Item) -> tuple[str, int]:
    _, person_id, number = row["sk"].split("#")
    return person_id, int(number)


def _shown(row: Item) -> Regrade:
    person_id, number = _whose(row)
    return Regrade(
        person=person_id,
        number=number,
        score_before=row["was"],
        score=row["sc"],
        passed_before=row["was_ok"],
        passed=row["ok"],
    )
