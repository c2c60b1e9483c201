"""Lists as people see them."""

from __future__ import annotations

from typing import Any

from chalicelib import clock
from chalicelib.courses.uploads import UploadForm
from chalicelib.jobs.queue import JobItem
from chalicelib.jobs.routes import JobError
from chalicelib.rosters import uploads
from chalicelib.rosters.models import (
    ListColumn,
    MappedColumn,
    Roster,
    RosterMapping,
    RosterProgress,
    RowCounts,
    Understood,
)
from chalicelib.rosters.store import RosterItem
from chalicelib.storage.items import Item


def roster(item: RosterItem, job: JobItem | None, form: dict[str, Any] | None) -> Roster:
    """A list; with the job that works on it, how far that is."""
    checkpoint = (job.checkpoint or {}) if job else {}
    counts = checkpoint.get("counts", item.counts)
    return Roster(
        id=item.id,
        name=item.name,
        size=item.size,
        state=item.state,
        overwrite_edits=bool(item.overwrite),
        understood=_understood(item.understood) if item.understood else None,
        counts=_counts(counts) if counts else None,
        progress=_progress(job, checkpoint) if job else None,
        has_remarks=item.remarked is not None,
        error=JobError.model_validate(item.error) if item.error else None,
        upload=UploadForm(**form) if form else None,
        job=item.job,
        created_at=clock.from_timestamp(item.created_at),
        updated_at=clock.from_timestamp(item.updated_at),
        kept_until=uploads.kept_until(item),
    )


def _counts(kept: Item) -> RowCounts:
    return RowCounts(
        created=kept["created"],
        changed=kept["changed"],
        unchanged=kept["unchanged"],
        conflicts=kept["conflict"],
        refused=kept["refused"],
        new_units=kept["new_units"],
        problems=kept["problems"],
    )


def _understood(kept: Item) -> Understood:
    return Understood(**_read(kept), columns=[ListColumn.model_validate(each) for each in kept["columns"]])


def mapping(kept: Item, samples: list[list[str]]) -> RosterMapping:
    """How a list was understood, with what stands in its columns, as far as that is kept."""
    columns = [
        MappedColumn(**each, samples=samples[place] if place < len(samples) else [])
        for place, each in enumerate(kept["columns"])
    ]
    return RosterMapping(**_read(kept), columns=columns)


def _read(kept: Item) -> Item:
    found = {name: kept[name] for name in ("encoding", "delimiter", "sheet", "header_row")}
    return found | {"header_by": kept.get("header_by") or ("heading" if kept["header_row"] else "nothing")}


def _progress(job: JobItem, checkpoint: Item) -> RosterProgress:
    """Rows so far, and at which rate: since the first of them was begun, waiting included."""
    rows = int(checkpoint.get("rows", 0))
    took_s = clock.from_timestamp(job.updated_at).timestamp() - checkpoint.get("began", 0)
    rate = rows / max(took_s, 1) if rows else None
    left = max((job.total or rows) - rows, 0)
    return RosterProgress(
        rows=rows,
        rows_expected=job.total,
        rows_per_s=round(rate, 1) if rate else None,
        seconds_left=round(left / rate) if rate else None,
    )
