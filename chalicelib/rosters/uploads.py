"""Where the files of lists are: they arrive by a form, as files of courses do, and are taken from there in the state in
which they were seen. They hold identity numbers in clear, and are deleted after a week."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, BinaryIO, cast

from chalicelib import clock
from chalicelib.courses.uploads import LASTING_S, FileRefused, NotUploaded
from chalicelib.errors import NotFound
from chalicelib.rosters.store import RosterItem
from chalicelib.storage import files
from chalicelib.storage.spaces import Space

MB = 1024 * 1024
MOST_BYTES = 40 * MB  # 100,000 rows of text are about 20
KEPT = timedelta(days=7)
_MARGIN = timedelta(hours=1)
_PIECE = 4 * MB
_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "txt": "text/plain",
    "tsv": "text/tab-separated-values",
}


def content_type(name: str) -> str:
    """The type that a file of this name is uploaded as, whatever a browser takes it for."""
    return _TYPES.get(name.rpartition(".")[2].lower(), "text/csv")


def form(space: Space, roster_id: str, name: str, size: int) -> dict[str, Any]:
    """The form by which a list is uploaded; signing it is local."""
    return files.upload_form(_arrival(space, roster_id), content_type(name), size, lasting_s=LASTING_S)


def put(space: Space, roster_id: str, text: str) -> None:
    """Keep a list that came in a request: one call of S3."""
    files.put(_place(space, roster_id), text.encode(), "text/csv; charset=utf-8", temporary=True)


def take(space: Space, roster_id: str) -> int:
    """Take over what arrived; gives its bytes. 4 calls of S3; repeating it changes nothing.

    Raises: NotUploaded, FileRefused.
    """
    arrived, place = _arrival(space, roster_id), _place(space, roster_id)
    found = files.head(arrived)
    if found is None:
        taken = files.head(place)
        if taken is None:
            raise NotUploaded
        return taken.size
    if not 0 < found.size <= MOST_BYTES:
        raise FileRefused(content_type=f"≤ {MOST_BYTES // MB} MB")
    try:
        files.copy(arrived, place, etag=found.etag, temporary=True)
    except (NotFound, files.Changed):
        raise NotUploaded from None
    files.delete(arrived)
    return found.size


def kept_until(item: RosterItem) -> datetime | None:
    """When the file is deleted; with some time to spare for what begins before."""
    if item.uploaded_at is None:
        return None
    return clock.from_timestamp(item.uploaded_at) + KEPT - _MARGIN


@contextmanager
def opened(space: Space, item: RosterItem) -> Iterator[BinaryIO]:
    """The list as a file on this machine, brought here in pieces: one call of S3 for each four megabytes.

    Raises: NotFound once it is no longer kept.
    """
    place = _place(space, item.id)
    stored = files.head(place)
    if stored is None:
        raise NotFound
    with tempfile.TemporaryFile() as file:
        for start in range(0, stored.size, _PIECE):
            file.write(files.get(place, start=start, length=min(_PIECE, stored.size - start), etag=stored.etag))
        file.seek(0)
        yield cast(BinaryIO, file)


def _arrival(space: Space, roster_id: str) -> str:
    """Where the form puts an upload; nothing there is ever read as a list."""
    return files.key(space, "uploads", roster_id)


def _place(space: Space, roster_id: str) -> str:
    return files.key(space, "rosters", roster_id, "list")
