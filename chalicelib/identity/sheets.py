"""Sheets of activation codes: a job prints slips for those of a list, of a unit or of the space who have not come in.

A code is derived anew whenever it is printed, so a sheet can be printed again until its codes are used. The files are
gone after a week; whoever has them has the codes, so each address to read one from is good for a quarter of an hour.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from chalicelib import clock
from chalicelib.errors import Conflict, NotFound, PreconditionFailed
from chalicelib.http.permissions import MANAGE_PEOPLE
from chalicelib.identity import activation, mail, slips
from chalicelib.identity.code_models import NewSheet, Sheet, SheetDownload, SheetFormat
from chalicelib.identity.slips import Slip
from chalicelib.jobs import queue
from chalicelib.jobs.queue import Job, Run
from chalicelib.jobs.routes import JobError
from chalicelib.people import directory, persons, units
from chalicelib.people.directory import Wanted
from chalicelib.people.identifiers import Identifier
from chalicelib.people.person import Person
from chalicelib.storage import files, spaces
from chalicelib.storage.spaces import Space

PRINT = "activation.print"
# Slips in a file: what is printed in one go, and drawn well within a job's lease (3 ms each).
MOST: dict[SheetFormat, int] = {"pdf": 2_000, "xlsx": 10_000}
_TYPES: dict[SheetFormat, str] = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_SLICE = 100
_RACES = 3
_LASTING_S = 900
_KEPT = timedelta(days=7)  # the bucket's rules delete the files then

# Of a list, unknown here, by its id: the next ids of its people after a position, and the position after those.
Chooser = Callable[[Space, str, str], tuple[list[str], str]]
_choosers: dict[str, Chooser] = {}


class ListUnready(Conflict):
    """Who is on a list is known once it is taken over."""

    code = "list_unready"
    vi = "Danh sách này chưa được nạp xong nên chưa có mã để in. Hãy nạp danh sách trước."
    en = "This list is not taken over yet, so there are no codes to print. Commit it first."


def chooses(kind: str) -> Callable[[Chooser], Chooser]:
    """Declare who knows the people of that kind of list. A position that is empty is the beginning, and the end.

    A chooser raises NotFound and ListUnready.
    """

    def declare(chooser: Chooser) -> Chooser:
        _choosers[kind] = chooser
        return chooser

    return declare


def start(space: Space, new: NewSheet, *, job_id: str, actor: str) -> Sheet:
    """Have sheets printed. Raises: NotFound (no such list or unit), ListUnready."""
    kind, which = new.chosen
    if kind == "unit":
        units.names_of(space, str(which))
    elif kind in _choosers:
        _choosers[kind](space, str(which), "")
    payload = {"chosen": kind, "which": which, "format": new.format}
    return follow(space, queue.enqueue(PRINT, space.slug, payload, job_id=job_id, actor=actor))


def follow(space: Space, job_id: str) -> Sheet:
    """How far the sheets are, and once they are done fresh addresses. 1 call. Raises: NotFound."""
    job = queue.find(space.slug, job_id)
    if job.kind != PRINT:
        raise NotFound
    kept = clock.now() < clock.from_timestamp(job.updated_at) + _KEPT
    done = job.state == "done"
    form: SheetFormat = job.payload["format"]
    counts: list[int] = (job.result or {}).get("files", []) if done and kept else []
    return Sheet(
        job=job_id,
        state="expired" if done and not kept else job.state,
        format=form,
        slips=job.done or 0,
        files=[_download(space, job_id, form, number, count) for number, count in enumerate(counts, 1)],
        error=JobError.model_validate(job.error) if job.error else None,
    )


def _download(space: Space, job_id: str, form: SheetFormat, number: int, count: int) -> SheetDownload:
    name = f"Mã kích hoạt - {clock.vietnam_day().isoformat()} - {number}.{form}"
    return SheetDownload(
        slips=count,
        url=files.address(_file(space, job_id, form, number), lasting_s=_LASTING_S, download_as=name),
        expires_at=clock.now() + timedelta(seconds=_LASTING_S),
    )


def _file(space: Space, job_id: str, form: SheetFormat, number: int) -> str:
    return files.key(space, "sheets", f"{job_id}-{number}.{form}")


@dataclass
class _Printing:
    """How far a job is: where in the list it goes on, and how many slips each file has. Its checkpoint."""

    position: str = ""
    files: list[int] = field(default_factory=list)
    whole: bool = False


@queue.handles(PRINT, shown_to=MANAGE_PEOPLE)
def print_sheets(job: Job, run: Run) -> None:
    """Print, a file after the other, in memory that does not grow: 2 calls or so for each hundred people."""
    space, form = spaces.find(job.tenant), job.payload["format"]
    printing = _Printing(**job.checkpoint)
    while not printing.whole:
        found, printing.position = _gathered(space, job, printing, run)
        printing.whole = not printing.position
        if found:
            content = slips.pages(mail.name_of(space), found) if form == "pdf" else slips.workbook(found)
            name = _file(space, job.id, form, len(printing.files) + 1)
            files.put(name, content, _TYPES[form], temporary=True)
            printing.files.append(len(found))
        done = sum(printing.files)
        run.progress(done, done, asdict(printing))
        if not printing.whole:
            run.go_on_if_late()
    run.result = {"files": printing.files}


def _gathered(space: Space, job: Job, printing: _Printing, run: Run) -> tuple[list[Slip], str]:
    """The slips of the next file, and where the one after it begins (empty at the end)."""
    found: list[Slip] = []
    position, most, done = printing.position, MOST[job.payload["format"]], sum(printing.files)
    while True:
        people, position = _people(space, job.payload, position)
        found += _slips(space, [person for person in people if person.status == "invited"])
        run.progress(done + len(found), done + len(found))
        if not position or len(found) + _SLICE > most:
            return found, position


def _people(space: Space, payload: dict[str, Any], position: str) -> tuple[list[Person], str]:
    kind, which = payload["chosen"], payload["which"]
    if kind in ("unit", "all"):
        wanted = Wanted(unit=which) if kind == "unit" else Wanted(status="invited")
        return directory.page(space, wanted, position, _SLICE)
    ids, after = (which, "") if kind == "people" else _choosers[kind](space, which, position)
    found = persons.many(space, ids)
    return [found[each] for each in ids if each in found], after


def _slips(space: Space, people: list[Person]) -> list[Slip]:
    """What is printed for them; whoever has no code yet gets one, whoever has nothing to type no slip."""
    reached = [(_with_code(space, person), login) for person in people if (login := activation.login_of(person))]
    names = units.named(space, {person.unit for person, _ in reached if person.unit})
    page, made = activation.page(space), []
    for person, login in reached:
        code = activation.code_of(space, person)
        if code:
            unit = tuple(names.get(person.unit or "", ()))
            shown = _written(login)
            typed = "" if login.kind == "national_id" else shown
            made.append(Slip(unit, person.name, shown, typed, activation.shown(code), page))
    return made


def _written(identifier: Identifier) -> str:
    """As its owner writes it: nobody types +84."""
    return f"0{identifier.value[3:]}" if identifier.kind == "phone" else identifier.shown


def _with_code(space: Space, person: Person) -> Person:
    for _ in range(_RACES):
        if person.status != "invited" or person.activation:
            return person
        try:
            return persons.change(space, person, person.with_new_code())
        except PreconditionFailed:
            person = persons.get(space, person.id, consistent=True)
    return person
