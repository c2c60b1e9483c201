"""A course's learners as a file: at once when they are few, else written piece by piece by a job."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import timedelta
from typing import cast

from chalicelib import clock
from chalicelib.courses import catalogue
from chalicelib.errors import Conflict, NotFound
from chalicelib.http.models import Download
from chalicelib.jobs import queue
from chalicelib.jobs.queue import Job, Run
from chalicelib.jobs.routes import JobError
from chalicelib.learning import enrolments
from chalicelib.learning.models import State
from chalicelib.reports import learners, spreadsheets, store
from chalicelib.reports.figures import ACTIVE, ENROLMENTS, LEFT
from chalicelib.reports.models import Export
from chalicelib.storage import files, spaces
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

EXPORT = "report.export"
MOST_AT_ONCE = 1_000
_SLICE = 100
_TELL_EVERY = 10  # slices: well within a job's lease
_LASTING_S = 900
_KEPT = timedelta(days=7)  # the bucket's rules delete the file then


class TooManyRows(Conflict):
    """More learners than an answer holds."""

    code = "too_many_rows"
    vi = "Khoá học có hơn {most} học viên. Hãy tạo tệp bằng chức năng xuất báo cáo (POST …/exports)."
    en = "The course has more than {most} learners. Have a file written: POST …/exports."


def at_once(space: Space, course_id: str, state: State | None) -> str:
    """The whole file: 4 calls or so for each hundred learners. Raises: NotFound, TooManyRows."""
    catalogue.card(space, course_id)
    text, number = [spreadsheets.head()], 0
    for slice_ in enrolments.walk(space, course_id, state):
        number += len(slice_)
        if number > MOST_AT_ONCE:
            raise TooManyRows(most=MOST_AT_ONCE)
        text.append(spreadsheets.rows(learners.named(space, slice_)))
    return "".join(text)


def start(space: Space, course_id: str, state: State | None, *, job_id: str, actor: str) -> Export:
    """Enqueue the writing of the file. Raises: NotFound."""
    title = catalogue.card(space, course_id).title
    payload = {"course": course_id, "state": state, "name": spreadsheets.file_name(title)}
    return follow(space, queue.enqueue(EXPORT, space.slug, payload, job_id=job_id, actor=actor))


def follow(space: Space, job_id: str) -> Export:
    """How far a file is, and once it is done a fresh address. 1 call. Raises: NotFound."""
    job = queue.find(space.slug, job_id)
    if job.kind != EXPORT:
        raise NotFound
    kept = clock.now() < clock.from_timestamp(job.updated_at) + _KEPT
    done = job.state == "done"
    return Export(
        job=job_id,
        course=job.payload["course"],
        state="expired" if done and not kept else job.state,
        rows=job.done or 0,
        rows_expected=job.total,
        error=JobError.model_validate(job.error) if job.error else None,
        download=_download(space, job_id, job.payload["name"]) if done and kept else None,
    )


def _download(space: Space, job_id: str, name: str) -> Download:
    return Download(
        url=files.address(_file(space, job_id), lasting_s=_LASTING_S, download_as=name),
        expires_at=clock.now() + timedelta(seconds=_LASTING_S),
    )


def _file(space: Space, job_id: str) -> str:
    return files.key(space, "exports", f"{job_id}.csv")


def _abandon(job: Job, _: Item) -> None:
    if job.checkpoint.get("upload"):
        files.abandon(_file(spaces.find(job.tenant), job.id), job.checkpoint["upload"])


@dataclass
class _Writing:
    """A file that is being written. What a checkpoint keeps of it says where to go on after a kill: after the last
    whole piece."""

    name: str
    rows: int = 0
    cursor: str | None = None  # in the course's learners
    upload: str | None = None
    pieces: list[str] = field(default_factory=list)  # validators
    whole: bool = False
    _buffer: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        if not self.pieces:
            self._buffer += spreadsheets.head().encode()

    def add(self, text: str, rows: int, cursor: str | None) -> Item | None:
        """Take over some rows, after which the file goes on at ``cursor``; a checkpoint when that filled a piece."""
        self._buffer += text.encode()
        self.rows, self.cursor, self.whole = self.rows + rows, cursor, cursor is None
        if len(self._buffer) < files.PIECE_BYTES and not (self.whole and self.pieces):
            return None
        self.upload = self.upload or files.begin(self.name, spreadsheets.CONTENT_TYPE)
        piece = files.put_piece(self.name, self.upload, len(self.pieces) + 1, bytes(self._buffer))
        self.pieces.append(piece)
        self._buffer.clear()
        kept = ("rows", "cursor", "upload", "pieces", "whole")
        return {name: getattr(self, name) for name in kept}

    def finish(self) -> None:
        """Make the file of its pieces, if that was not done before a kill; a small one is written whole."""
        if not self.pieces:
            files.put(self.name, bytes(self._buffer), spreadsheets.CONTENT_TYPE, temporary=True)
        elif files.head(self.name) is None:
            files.complete(self.name, self.upload or "", self.pieces)


@queue.handles(EXPORT, when_failed=_abandon)
def export(job: Job, run: Run) -> None:
    """Write the file, in memory that does not grow with it: 4 calls or so for each hundred learners."""
    space, course_id = spaces.find(job.tenant), str(job.payload["course"])
    state = cast(State | None, job.payload.get("state"))
    expected = _expected(store.course_totals(space, course_id), state)
    writing = _Writing(_file(space, job.id), **job.checkpoint)
    for slice_ in itertools.count(1):
        if writing.whole:
            break
        found, cursor = enrolments.of_course(space, course_id, state, writing.cursor, _SLICE)
        checkpoint = writing.add(spreadsheets.rows(learners.named(space, found)), len(found), cursor)
        if checkpoint or slice_ % _TELL_EVERY == 0:
            run.progress(writing.rows, max(expected, writing.rows), checkpoint)
        if not writing.whole:
            run.go_on_if_late()
    writing.finish()
    run.progress(writing.rows, writing.rows)
    run.result = {"rows": writing.rows}


def _expected(totals: Item, state: State | None) -> int:
    """About how many rows there will be: the counters lag a little."""
    every, active, left = (int(totals.get(name, 0)) for name in (ENROLMENTS, ACTIVE, LEFT))
    if state is None:
        return every
    return {"active": active, "left": left, "completed": every - active - left}[state]
