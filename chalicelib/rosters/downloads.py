"""Files that are read by whoever manages people, without a token, for a quarter of an hour."""

from __future__ import annotations

from datetime import timedelta

from chalicelib import clock
from chalicelib.errors import Conflict
from chalicelib.http.models import Download
from chalicelib.rosters import rosters, uploads
from chalicelib.storage import files
from chalicelib.storage.spaces import Space

_LASTING_S = 900


class NoRemarks(Conflict):
    """There is nothing to be said about the list, or it is no longer kept."""

    code = "no_remarks"
    vi = "Không có nhận xét nào để tải về: danh sách chưa kiểm tra xong, không có lỗi, hoặc đã quá một tuần."
    en = "There are no remarks to download: the list is not checked yet, is without problems, or is a week old."


def remarks(space: Space, roster_id: str) -> Download:
    """Where the list with a column of remarks is: 1 call. Raises: NotFound, NoRemarks."""
    item = rosters.require(space, roster_id)
    until = uploads.kept_until(item)
    if item.remarked is None or item.job is None or until is None or clock.now() > until:
        raise NoRemarks
    place = files.key(space, "rosters", item.id, item.job, item.remarked)
    stem = item.name.rpartition(".")[0] or item.name
    return address(place, f"{stem} - nhận xét.{item.remarked.rpartition('.')[2]}")


def address(place: str, called: str) -> Download:
    """A fresh address of a file, and how the file is called where it is saved."""
    return Download(
        url=files.address(place, lasting_s=_LASTING_S, download_as=called),
        expires_at=clock.now() + timedelta(seconds=_LASTING_S),
    )
