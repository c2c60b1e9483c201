"""CSV files that jobs write, in memory that does not grow with them, for who asked to read within a week."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from pydantic import Field

from chalicelib import cells, clock
from chalicelib.http.models import Download, Id, Outbound
from chalicelib.jobs.queue import Job, JobItem, Run
from chalicelib.jobs.routes import JobError
from chalicelib.storage import files, spaces
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

_TELL_EVERY = 10  # slices: well within a job's lease
_LASTING_S = 900
_KEPT = timedelta(days=7)  # the bucket's rules delete the file then


class WrittenFile(Outbound):
    """A file that is being written, or is there to be read."""

    job: Id
    state: Literal["queued", "running", "done", "failed", "cancelled", "expired"] = Field(
        description="`expired`: the file was done and is no longer kept; export anew."
    )
    rows: int = Field(description="Written so far.")
    rows_expected: int | None = Field(description="About so many will be in it.")
    error: JobError | None = None
    download: Download | None = Field(description="Once done: ask again for a fresh address when it has expired.")


@dataclass(frozen=True, slots=True)
class Slice:
    """Lines of a file, how many rows they are, and the cursor after which it goes on; ``None``: it is whole."""

    text: str
    rows: int
    cursor: str | None


@dataclass
class _Writing:
    """A file that is being written. What a checkpoint keeps of it says where to go on after a kill: after the last
    whole piece."""

    name: str
    headings: Sequence[str]
    rows: int = 0
    cursor: str | None = None  # in what is listed
    upload: str | None = None
    pieces: list[str] = field(default_factory=list)  # validators
    whole: bool = False
    _buffer: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        if not self.pieces:
            self._buffer += cells.head(self.headings).encode()

    def add(self, slice_: Slice) -> Item | None:
        """Take over some rows; gives a checkpoint when they filled a piece."""
        self._buffer += slice_.text.encode()
        self.rows, self.cursor, self.whole = self.rows + slice_.rows, slice_.cursor, slice_.cursor is None
        if len(self._buffer) < files.PIECE_BYTES and not (self.whole and self.pieces):
            return None
        self.upload = self.upload or files.begin(self.name, cells.CSV)
        piece = files.put_piece(self.name, self.upload, len(self.pieces) + 1, bytes(self._buffer))
        self.pieces.append(piece)
        self._buffer.clear()
        kept = ("rows", "cursor", "upload", "pieces", "whole")
        return {name: getattr(self, name) for name in kept}

    def finish(self) -> None:
        """Make the file of its pieces, if that was not done before a kill; a small one is written whole."""
        if not self.pieces:
            files.put(self.name, bytes(self._buffer), cells.CSV, temporary=True)
        elif files.head(self.name) is None:
            files.complete(self.name, self.upload or "", self.pieces)


def write(
    space: Space, job: Job, run: Run, headings: Sequence[str], expected: int, slice_: Callable[[str | None], Slice]
) -> None:
    """Write the file of a job slice by slice, from where its checkpoint says that it is; ``expected`` are about how
    many rows there will be. Raises: GoOn, and what ``slice_`` raises."""
    file = _Writing(_file(space, job.id), headings, **job.checkpoint)
    for number in itertools.count(1):
        if file.whole:
            break
        found = slice_(file.cursor)
        checkpoint = file.add(found)
        if checkpoint or number % _TELL_EVERY == 0:
            run.progress(file.rows, max(expected, file.rows), checkpoint)
        if not file.whole:
            run.go_on_if_late()
    file.finish()
    run.progress(file.rows, file.rows)
    run.result = {"rows": file.rows}


def abandon(job: Job, _: Item) -> None:
    """What to do when such a job fails for good."""
    if job.checkpoint.get("upload"):
        files.abandon(_file(spaces.find(job.tenant), job.id), job.checkpoint["upload"])


def told(space: Space, job: JobItem) -> dict[str, Any]:
    """The fields of a :class:`WrittenFile`; its name to be saved under is the payload's ``name``. No call."""
    kept = clock.now() < clock.from_timestamp(job.updated_at) + _KEPT
    done = job.state == "done"
    return {
        "job": job.id,
        "state": "expired" if done and not kept else job.state,
        "rows": job.done or 0,
        "rows_expected": job.total,
        "error": JobError.model_validate(job.error) if job.error else None,
        "download": _download(space, job) if done and kept else None,
    }


def _download(space: Space, job: JobItem) -> Download:
    return Download(
        url=files.address(_file(space, job.id), lasting_s=_LASTING_S, download_as=job.payload["name"]),
        expires_at=clock.now() + timedelta(seconds=_LASTING_S),
    )


def _file(space: Space, job_id: str) -> str:
    return files.key(space, "exports", f"{job_id}.csv")
