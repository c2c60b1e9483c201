"""The people of a space as a list that can be uploaded again, and then changes nothing.

It bears the accounts' ids, since not everybody has another identifier, and of identity numbers the last digits, which
reading takes for "unchanged".
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from heapq import merge
from itertools import islice
from typing import BinaryIO, cast

from chalicelib import clock
from chalicelib.errors import NotFound
from chalicelib.http.permissions import MANAGE_PEOPLE
from chalicelib.jobs import queue
from chalicelib.jobs.queue import Job, Run
from chalicelib.jobs.routes import JobError
from chalicelib.people import directory, entries, units
from chalicelib.people.person import Person
from chalicelib.rosters import downloads
from chalicelib.rosters.models import ListFormat, PeopleExport
from chalicelib.rosters.reading.rows import Field
from chalicelib.storage import files, spaces
from chalicelib.storage.spaces import Space

EXPORT = "people.export"
_KEPT = timedelta(days=7)  # the bucket's rules delete the file then
_SLICE = 200
PAGE = 2_000  # rows: well within a job's lease
_IDENTIFIERS: tuple[Field, ...] = ("staff_code", "national_id", "email", "phone")
_FACTS: tuple[Field, ...] = ("birth", "gender", "position", "province", "ward", "occupation")
# As many as reading tells apart; whoever is in a unit deeper down is listed without it, which leaves it as it is.
_UNITS = ("Đơn vị cấp trên", "Đơn vị cấp 1", "Đơn vị cấp 2", "Đơn vị cấp 3")


def start(space: Space, form: ListFormat, *, job_id: str, actor: str) -> PeopleExport:
    """Enqueue the writing of the list."""
    return follow(space, queue.enqueue(EXPORT, space.slug, {"format": form}, job_id=job_id, actor=actor))


def follow(space: Space, job_id: str) -> PeopleExport:
    """How far the list is, and once it is done a fresh address. 1 call. Raises: NotFound."""
    job = queue.find(space.slug, job_id)
    if job.kind != EXPORT:
        raise NotFound
    kept = clock.now() < clock.from_timestamp(job.updated_at) + _KEPT
    done, form = job.state == "done", str(job.payload["format"])
    called = f"Người dùng - {clock.from_timestamp(job.created_at).astimezone(clock.VIETNAM).date().isoformat()}.{form}"
    return PeopleExport(
        job=job_id,
        state="expired" if done and not kept else job.state,
        rows=job.done or 0,
        error=JobError.model_validate(job.error) if job.error else None,
        download=downloads.address(_file(space, job_id, form), called) if done and kept else None,
    )


@dataclass
class _Reached:
    """How far an export is: what its checkpoint keeps. ``after`` is the place in the list of people of the last one who
    was read, ``whole`` whether that was the last of all."""

    rows: int = 0
    pages: int = 0
    after: str = ""
    whole: bool = False


@queue.handles(EXPORT, shown_to=MANAGE_PEOPLE)
def export(job: Job, run: Run) -> None:
    """Write the list, in memory that does not grow with it. People are read into pages, and after a kill, or in a fresh
    invocation, from the last page on; the file is made of them at once, after a kill from its beginning, at most as
    often as any job is tried. Whoever is renamed meanwhile may be missing, or there twice.

    1 Query for each two hundred people, 1 BatchGetItem for units that this container does not know, 2 calls of S3 for
    each two thousand people.
    """
    space, reached = spaces.find(job.tenant), _Reached(**job.checkpoint)
    if not reached.whole:
        _read(space, job, run, reached)
    _write(space, job, run, reached)
    run.progress(reached.rows, reached.rows)
    run.result = {"rows": reached.rows}


def _read(space: Space, job: Job, run: Run, reached: _Reached) -> None:
    rows = _rows(space, reached.after)
    while page := list(islice(rows, PAGE)):
        content = json.dumps([row for _, row in page], ensure_ascii=False, separators=(",", ":"))
        files.put(_page(space, job.id, reached.pages + 1), content.encode(), "application/json", temporary=True)
        reached.rows, reached.pages, reached.after = reached.rows + len(page), reached.pages + 1, page[-1][0]
        run.progress(reached.rows, reached.rows, asdict(reached))
        run.go_on_if_late()
    reached.whole = True
    run.progress(reached.rows, reached.rows, asdict(reached))


def _write(space: Space, job: Job, run: Run, reached: _Reached) -> None:
    from chalicelib.rosters import remarked  # with all that spreadsheets need

    form = str(job.payload["format"])
    with tempfile.TemporaryFile() as made:
        file = cast(BinaryIO, made)
        sheet = remarked.WorkbookSheet(file) if form == "xlsx" else remarked.TextSheet(file, ",")
        try:
            sheet.add(_headings())
            for number in range(1, reached.pages + 1):
                for row in json.loads(files.get(_page(space, job.id, number))):
                    sheet.add(row)
                run.progress(reached.rows, reached.rows)  # it still lives
        finally:
            sheet.close()
        remarked.send(file, _file(space, job.id, form), sheet.content_type)


def _headings() -> list[str]:
    from chalicelib.rosters.reading.headings import HEADING

    fields: tuple[Field, ...] = ("person", "name", *_IDENTIFIERS, *_FACTS)
    return [*(HEADING[field] for field in fields), *_UNITS]


def _rows(space: Space, after: str) -> Iterator[tuple[str, list[str]]]:
    """Everyone after that place, in the order of a Vietnamese list of names, each with their own."""
    parts = (_part(space, shard, after) for shard in range(entries.SHARDS))
    everyone = merge(*parts, key=_place)
    while some := list(islice(everyone, _SLICE)):
        named = units.named(space, {person.unit for person in some if person.unit})
        for person in some:
            yield _place(person), _row(person, named.get(person.unit or "", []))


def _place(person: Person) -> str:
    return entries.main(person)[1]


def _part(space: Space, shard: int, after: str) -> Iterator[Person]:
    while True:
        found, after = directory.walk(space, shard, after, _SLICE)
        yield from found
        if not after:
            return


def _row(person: Person, names: list[str]) -> list[str]:
    from chalicelib.rosters.reading.cells import outgoing

    known = {each.kind: each.value for each in reversed(person.identifiers)}
    told = {name: fact.value for name, fact in person.profile.items()}
    cells = [person.id, person.name]
    cells += [outgoing(field, known.get(field, "")) if field in known else "" for field in _IDENTIFIERS]
    cells += [outgoing(field, told[field]) if field in told else "" for field in _FACTS]
    # One name twice on the way down would be read once.
    shown = names if len(names) <= len(_UNITS) and len(set(names)) == len(names) else []
    return [*cells, *shown, *[""] * (len(_UNITS) - len(shown))]


def _file(space: Space, job_id: str, form: str) -> str:
    return files.key(space, "exports", f"{job_id}.{form}")


def _page(space: Space, job_id: str, number: int) -> str:
    return files.key(space, "exports", job_id, f"people-{number:05d}.json")
