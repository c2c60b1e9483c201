"""Imports and exports as jobs: a package is read anew by every run, so all that a kill leaves behind can be repeated.

An item's id follows from its job and its place in the package, a picture's from its content: what a first run wrote, a
second one finds. No question is written before all of the package was read and found to fit and has room; an import
that is given up after that has what it wrote taken back by another job.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import BinaryIO, Literal, cast

from chalicelib import clock, ids
from chalicelib.banks import banking, contents, reserving, writing
from chalicelib.banks.contents import Content, Pooled, PoolQuery
from chalicelib.banks.models import ItemContent
from chalicelib.banks.packages import gift_writing, qti_writing, reading, remarks, sheet_writing
from chalicelib.banks.packages.findings import MAX_ITEMS, Finding, PackedPicture, Place, Reading, Tags, Taken
from chalicelib.banks.packages.models import NewQuestionImport, PackageFormat, QuestionTransfer
from chalicelib.banks.packages.qti_dialects import Version
from chalicelib.banks.writing import NewItem
from chalicelib.courses import uploads
from chalicelib.courses.file_types import WORKBOOK
from chalicelib.courses.uploads import NewFile
from chalicelib.errors import NotFound, TooLarge
from chalicelib.http.models import Download
from chalicelib.jobs import queue
from chalicelib.jobs.queue import Job, JobItem, Run
from chalicelib.jobs.routes import JobError
from chalicelib.metering import quotas
from chalicelib.storage import files, spaces
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

IMPORT = "bank.import"
TAKE_BACK = "bank.import.undo"
EXPORT = "bank.export"
MOST_BYTES = 100_000_000  # of a file that is written
_LASTING_S = 900
_KEPT = timedelta(days=7)  # the bucket's rules delete files and remarks then
_AT_ONCE = 50  # questions
_TELL_EVERY = 25  # pictures: well within a job's lease
_NAMED = 80  # characters of a prompt, by which a question is known in a package
_FILES: Mapping[PackageFormat, tuple[str, str]] = {
    "qti-3.0": ("zip", "application/zip"),
    "qti-2.2": ("zip", "application/zip"),
    "qti-2.1": ("zip", "application/zip"),
    "gift": ("txt", "text/plain; charset=utf-8"),
    "csv": ("csv", "text/csv; charset=utf-8"),
    "xlsx": ("xlsx", WORKBOOK),
    "template": ("xlsx", WORKBOOK),
}


class ExportTooLarge(TooLarge):
    """A bank's pictures together are more than one file is to have."""

    code = "export_too_large"
    vi = "Tệp xuất vượt quá {megabytes} MB vì có nhiều hình. Hãy chia ngân hàng thành nhiều phần."
    en = "The file would have more than {megabytes} MB, for its pictures. Divide the bank."


def start_import(space: Space, bank_id: str, new: NewQuestionImport, *, job_id: str, actor: str) -> QuestionTransfer:
    """Have a package read, and unless it is a dry run its questions taken over.

    Raises: NotFound, ArchivedBank, InvalidInput.
    """
    banking.require_in_use(space, bank_id)
    uploads.require_questions(space, new.upload)
    payload = {"bank": bank_id, **new.model_dump()}
    return follow(space, bank_id, queue.enqueue(IMPORT, space.slug, payload, job_id=job_id, actor=actor))


def start_export(space: Space, bank_id: str, form: PackageFormat, *, job_id: str, actor: str) -> QuestionTransfer:
    """Have a bank's questions written into a file. Raises: NotFound, ArchivedBank."""
    banking.require_in_use(space, bank_id)
    payload = {"bank": bank_id, "format": form}
    return follow(space, bank_id, queue.enqueue(EXPORT, space.slug, payload, job_id=job_id, actor=actor))


def follow(space: Space, bank_id: str, job_id: str) -> QuestionTransfer:
    """How far a transfer is. 1 call. Raises: NotFound."""
    job = require(space, bank_id, job_id)
    kept = clock.now() < clock.from_timestamp(job.updated_at) + _KEPT
    done = job.state == "done"
    result = job.result or {}
    direction: Literal["import", "export"] = "import" if job.kind == IMPORT else "export"
    return QuestionTransfer(
        id=job_id,
        bank=bank_id,
        direction=direction,
        state="expired" if done and not kept else job.state,
        dry_run=bool(job.payload.get("dry_run")),
        found=result.get("found", job.total or 0),
        refused=result.get("refused", 0),
        remarked=result.get("remarked", 0),
        transferred=result.get("transferred", 0 if job.state == "failed" else job.done or 0),
        error=JobError.model_validate(job.error) if job.error else None,
        download=_download(space, job) if done and kept and direction == "export" else None,
    )


def require(space: Space, bank_id: str, job_id: str) -> JobItem:
    """A transfer of this bank. Raises: NotFound."""
    job = queue.find(space.slug, job_id)
    if job.kind not in (IMPORT, EXPORT) or job.payload["bank"] != bank_id:
        raise NotFound
    return job


def _download(space: Space, job: JobItem) -> Download:
    form = cast(PackageFormat, job.payload["format"])
    name = f"Câu hỏi - {form} - {clock.vietnam_day().isoformat()}.{_FILES[form][0]}"
    return Download(
        url=files.address(_file(space, job.id, form), lasting_s=_LASTING_S, download_as=name),
        expires_at=clock.now() + timedelta(seconds=_LASTING_S),
    )


def _file(space: Space, job_id: str, form: PackageFormat) -> str:
    return files.key(space, "exports", f"{job_id}.{_FILES[form][0]}")


def _give_up(job: Job, _: Item) -> None:
    payload = {"bank": job.payload["bank"], "import": job.id}
    queue.enqueue(TAKE_BACK, job.tenant, payload, job_id=ids.derived(TAKE_BACK, job.id))


@queue.handles(IMPORT, when_failed=_give_up)
def import_package(job: Job, run: Run) -> None:
    """Read a package, say what is in it, and take its questions over if that is asked for and nothing is against it."""
    space, bank_id = spaces.find(job.tenant), str(job.payload["bank"])
    begun = reserving.is_reserved(space, bank_id, job.id)
    bank = (banking.require if begun else banking.require_in_use)(space, bank_id)
    found = reading.read(uploads.questions(space, job.payload["upload"]), space.slug)
    remarks.put(space, job.id, found.items, found.findings)
    wanted = not job.payload["dry_run"] and (job.payload["only_valid"] or not found.refused)
    if wanted and found.items:
        if not begun:
            writing.require_room(bank, len(found.items))
        _take_pictures(space, found, job.actor, run)
        writing.require_fit(space, [_content(each) for each in found.items])
        reserving.reserve(space, bank_id, job.id, len(found.items))
        _take_items(space, bank_id, job, found, run)
        reserving.keep(space, bank_id, job.id)
    run.result = _result(found.findings, len(found.items) + found.refused, len(found.items) if wanted else 0)


@queue.handles(TAKE_BACK)
def take_back(job: Job, run: Run) -> None:
    """Take back what an import wrote before it was given up: whole, or not at all."""
    given_up = str(job.payload["import"])
    every = [ids.derived(given_up, str(place)) for place in range(1, MAX_ITEMS + 1)]

    def tell(done: int, total: int) -> None:
        run.progress(done, total)
        run.go_on_if_late()

    reserving.take_back(spaces.find(job.tenant), job.payload["bank"], given_up, every, tell)


def _take_pictures(space: Space, found: Reading, actor: str, run: Run) -> None:
    shown = dict.fromkeys(file_id for item in found.items for _, file_id in item.question.pictures())
    missing = shown.keys() - uploads.ready(space, shown).keys()
    quotas.require_room(space, sum(len(found.pictures[file_id].content) for file_id in missing))
    for place, file_id in enumerate(sorted(missing)):
        if place % _TELL_EVERY == 0:
            run.step("pictures")
        picture = found.pictures[file_id]
        facts = {"name": picture.name, "content_type": picture.content_type, "size": len(picture.content)}
        uploads.take_in(space, file_id, NewFile.model_validate(facts), picture.content, actor)
        run.go_on_if_late()


def _take_items(space: Space, bank_id: str, job: Job, found: Reading, run: Run) -> None:
    for start in range(int(job.checkpoint.get("done", 0)), len(found.items), _AT_ONCE):
        some = found.items[start : start + _AT_ONCE]
        writing.add_all(
            space, bank_id, [NewItem(_id(job, each.place), _content(each)) for each in some], job.actor, reserved=True
        )
        done = start + len(some)
        run.progress(done, len(found.items), {"done": done})
        if done < len(found.items):
            run.go_on_if_late()


def _id(job: Job, place: Place) -> str:
    return ids.derived(job.id, str(place.item))


def _content(item: Taken) -> ItemContent:
    return ItemContent(
        question=item.question,
        competences=list(item.tags.competences),
        difficulty=item.tags.difficulty,
        tags=list(item.tags.words),
    )


def _result(findings: list[Finding], found: int, transferred: int) -> Item:
    refused = {each.place.item for each in findings if not each.taken}
    remarked = {each.place.item for each in findings if each.taken} - refused
    return {"found": found, "refused": len(refused), "remarked": len(remarked), "transferred": transferred}


@queue.handles(EXPORT)
def export_bank(job: Job, run: Run) -> None:
    """Write the newest versions of a bank's questions into a file, archived ones left out; each run begins anew."""
    space, form = spaces.find(job.tenant), cast(PackageFormat, job.payload["format"])
    pool = [] if form == "template" else contents.pool(space, PoolQuery(job.payload["bank"]))
    pictures: dict[str, tuple[str, str]] = {}
    with tempfile.TemporaryFile() as file:
        findings = _write(cast(BinaryIO, file), form, _walk(space, pool, pictures, run), _Pictures(pictures))
        size = file.tell()
        if size > MOST_BYTES:
            raise _too_large()
        file.seek(0)
        files.put(_file(space, job.id, form), file.read(), _FILES[form][1], temporary=True)
    remarks.put(space, job.id, (), findings)
    refused = {each.place.item for each in findings if not each.taken}
    run.result = _result(findings, len(pool), len(pool) - len(refused))


def _too_large() -> ExportTooLarge:
    return ExportTooLarge(megabytes=MOST_BYTES // 1_000_000)


def _write(file: BinaryIO, form: PackageFormat, items: Iterator[Taken], pictures: _Pictures) -> list[Finding]:
    match form:
        case "gift":
            return gift_writing.write(file, items)
        case "csv":
            return sheet_writing.write_csv(file, items)
        case "xlsx":
            return sheet_writing.write_workbook(file, items)
        case "template":
            sheet_writing.write_template(file)
            return []
    return qti_writing.write(file, items, pictures, cast(Version, form.removeprefix("qti-")))


def _walk(space: Space, pool: list[Pooled], pictures: dict[str, tuple[str, str]], run: Run) -> Iterator[Taken]:
    """The bank's questions, a hundred at a time; where their pictures are is noted on the way."""
    for start in range(0, len(pool), 100):
        some = pool[start : start + 100]
        found = contents.contents(space, [each.ref for each in some])
        for number, each in enumerate(some, start + 1):
            content = found[each.ref]
            pictures |= {file_id: (content.prefix, kind) for file_id, kind in content.pictures.items()}
            yield _taken(number, each, content)
        run.progress(min(start + 100, len(pool)), len(pool))


def _taken(number: int, pooled: Pooled, content: Content) -> Taken:
    name = " ".join(content.question.prompt.split())[:_NAMED]
    question = content.question.model_copy(update={"id": None})
    return Taken(Place(number, name), question, Tags(pooled.competences, pooled.difficulty, pooled.tags))


class _Pictures:
    """The content of pictures as they are asked for: one call of S3 each. Raises: ExportTooLarge."""

    def __init__(self, places: Mapping[str, tuple[str, str]]) -> None:
        self._places, self._bytes = places, 0

    def __call__(self, file_id: str) -> PackedPicture | None:
        prefix, content_type = self._places[file_id]
        try:
            content = files.get(uploads.key(prefix, file_id))
        except NotFound:
            return None
        self._bytes += len(content)
        if self._bytes > MOST_BYTES:
            raise _too_large()
        return PackedPicture(file_id, content_type, content)
