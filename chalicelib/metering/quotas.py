"""Storage and people: what a tenant may have, looked at where more of it begins (``docs/decisions/quotas.md``).

Both figures are counted behind the requests, and kept by a container for a minute: a tenant may get a little beyond its
quota, which harms nobody. Requests a second are counted at the gate (``http/quotas.py``).
"""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.errors import Conflict
from chalicelib.http.caching import Remembered
from chalicelib.metering import store
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import FRESH_S, Space

GB = 2**30
_TENANTS_KEPT = 5_000


class StorageFull(Conflict):
    """The files of the space would be more than its quota."""

    code = "storage_full"
    vi = "Không gian đã dùng {used} trên {quota} GB dung lượng tệp. Hãy xoá bớt tệp, hoặc xin đơn vị vận hành tăng."
    en = "The space uses {used} of its {quota} GB for files. Remove files, or ask the platform's operators for more."


class SpaceFull(Conflict):
    """The space has as many learners as it may have."""

    code = "space_full"
    vi = "Không gian đã đủ {quota} học viên theo hạn mức. Hãy liên hệ đơn vị quản lý để được tăng hạn mức."
    en = "The space has the {quota} learners that its quota allows. Ask the organisation that runs it for more."


@dataclass(frozen=True, slots=True)
class Stored:
    """What a tenant stores: measured at ``at`` (milliseconds since 1970; ``None``: never), and files confirmed since
    then."""

    items_bytes: int
    files_bytes: int
    files: int
    at: int | None


_stored: Remembered[str, Stored] = Remembered(_TENANTS_KEPT, fresh_s=FRESH_S)
_learners: Remembered[str, int] = Remembered(_TENANTS_KEPT, fresh_s=FRESH_S)


def stored_of(item: Item | None) -> Stored:
    """What a kept item says is stored."""
    item = item or {}
    return Stored(
        items_bytes=item.get("items_bytes", 0),
        files_bytes=item.get("files_bytes", 0) + item.get("added_bytes", 0),
        files=item.get("files", 0) + item.get("added_files", 0),
        at=item.get("at"),
    )


def require_room(space: Space, size: int) -> int:
    """Refuse an upload of ``size`` bytes that the space has no room for: 0 calls when warm, else 0.5 RCU.

    Gives how many bytes there is room for.

    Raises: StorageFull.
    """
    files_bytes = _stored.get(space.slug, lambda: stored_of(store.stored(space.slug))).files_bytes
    quota = space.quotas.storage_gb
    if files_bytes + size > quota * GB:
        raise StorageFull(used=f"{files_bytes / GB:.1f}", quota=quota)
    return quota * GB - files_bytes


def confirmed(space: Space, size: int) -> None:
    """A file of ``size`` bytes is there from now on: 2 WCU."""
    store.confirmed(space.slug, size)
    _stored.forget(space.slug)


def nothing_stored(slug: str) -> None:
    """A tenant's tables and files are gone: from now on it costs nothing. 1 WCU."""
    store.forget_stored(slug)
    _stored.forget(slug)


def require_place(space: Space) -> None:
    """Refuse one more learner than the space may have: 0 calls when warm, else 0.5 RCU.

    Raises: SpaceFull.
    """
    if not space.is_platform and not places_left(space):
        raise SpaceFull(quota=space.quotas.people)


def places_left(space: Space) -> int:
    """How many more learners the space may have, as counted up to a minute ago: 0 calls when warm, else 0.5 RCU."""
    return max(space.quotas.people - learners(space), 0)


def learners(space: Space) -> int:
    """How many learners the space has, as counted up to a minute ago: 0 calls when warm, else 0.5 RCU."""
    return _learners.get(space.slug, lambda: store.learners(space.slug))
