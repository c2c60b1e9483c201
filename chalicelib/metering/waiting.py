"""Uploads that are announced and not there yet. Whoever gets a form may use it without ever reporting completion, so
forms count before anything is there (``docs/decisions/quotas.md``): all of a space's in one item of a week.

| item | pk, sk | holds |
|---|---|---|
| a week's forms | ``waiting``, ``<week>`` (the space's table of courses) | how many wait, and their bytes together |
"""

from __future__ import annotations

from chalicelib import clock
from chalicelib.errors import Conflict
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import Write

# For as long as the bucket keeps what nobody completes (``infra/cloud/storage.py``), it counts as announced.
WEEK_S = 7 * 24 * 3600
# Forms of a week that may wait for their files: an office's work of many days, and small beside what one is billed for.
MOST_WAITING = 2_000


class UploadsWaiting(Conflict):
    """More is announced than the space may have on the way."""

    code = "uploads_waiting"
    vi = "Quá nhiều tệp đã khai báo mà chưa tải lên xong. Hãy tải lên và báo hoàn tất, hoặc thử lại sau vài ngày."
    en = "Too many files are announced and not completed. Upload and complete them, or try again in some days."


def one_more(space: Space, size: int, created_at: str, room: int) -> Write:
    """Count an upload of ``size`` bytes that is announced, in the transaction that notes it: 2 WCU. It fails where no
    more may wait, or all together would be larger than ``room`` (``quotas.require_room``)."""
    week = _week(created_at)
    return space.table("courses").updating(
        "waiting",
        str(week),
        "ADD waiting :one, waiting_bytes :size SET #ttl = :ttl",
        {":one": 1, ":size": size, ":ttl": (week + 2) * WEEK_S, ":most": MOST_WAITING, ":room": room - size},
        names={"#ttl": "ttl"},
        condition="attribute_not_exists(pk) OR (waiting < :most AND waiting_bytes <= :room)",
    )


def no_more(space: Space, size: int, created_at: str) -> Write:
    """Count it no more, in the transaction that takes it over or refuses it; ``size`` is what was announced: 2 WCU."""
    values = {":one": -1, ":size": -size}
    return space.table("courses").updating(
        "waiting", str(_week(created_at)), "ADD waiting :one, waiting_bytes :size", values
    )


def _week(created_at: str) -> int:
    return int(clock.from_timestamp(created_at).timestamp()) // WEEK_S
