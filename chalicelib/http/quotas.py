"""Requests a second: a tenant under a storm is told to come back later, and its neighbours notice nothing.

Each container counts a tenant's requests in windows of five seconds. The first :data:`LEASE` of a window are free of
calls, so calm tenants pay nothing; beyond them it takes leases of :data:`LEASE` requests from the tenant's count in the
platform table, which all containers share, until the window's quota is used up (``docs/decisions/quotas.md``).
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock

from chalicelib import clock
from chalicelib.errors import TooManyRequests, Unavailable
from chalicelib.storage.client import METER
from chalicelib.storage.spaces import PLATFORM, Space, platform
from chalicelib.storage.table import ConditionFailed

WINDOW_S = 5
LEASE = 25
_TENANTS_COUNTED = 5_000
_KEPT_S = 3_600


class SpaceBusy(TooManyRequests):
    """All people of a space together ask for more than its quota."""

    code = "space_busy"
    vi = "Không gian đào tạo này đang nhận quá nhiều lượt truy cập. Hãy thử lại sau vài giây."
    en = "This training space receives too many requests at present. Try again in a few seconds."


@dataclass(slots=True)
class _Window:
    number: int  # windows since 1970
    left: int  # requests that pass without asking
    leased: bool = False
    full: bool = False


_windows: dict[str, _Window] = {}
_lock = Lock()


def admit(space: Space) -> None:
    """Let a request of a space pass, if its quota allows: 0 calls for a calm tenant, else 1 WCU for 25 requests.

    Operators' own requests are not counted. Raises: SpaceBusy, to come back when the window is over.
    """
    if space.slug == PLATFORM:
        return
    now = clock.epoch_s()
    number = now // WINDOW_S
    with _lock:
        window = _windows.get(space.slug)
        if window is None or window.number != number:
            window = _begin(space, number)
        if window.left > 0:
            window.left -= 1
            return
        # With the first lease go the free requests before it, so that a small quota is kept to by few containers.
        taken, window.leased = (LEASE if window.leased else 2 * LEASE), True
    if window.full or not _lease(space, window, taken):
        raise SpaceBusy(retry_after_s=(number + 1) * WINDOW_S - now)


def _begin(space: Space, number: int) -> _Window:
    if len(_windows) >= _TENANTS_COUNTED:
        _windows.clear()
    window = _windows[space.slug] = _Window(number, min(LEASE, _limit(space)))
    return window


def _limit(space: Space) -> int:
    return space.quotas.requests_per_second * WINDOW_S


def _lease(space: Space, window: _Window, taken: int) -> bool:
    """Take :data:`LEASE` more requests, one of them for this very request, from the count that containers share."""
    room = _limit(space) - taken
    if room >= 0 and _take(space, window.number, taken, room):
        with _lock:
            window.left += LEASE - 1
        return True
    window.full = True
    return False


def _take(space: Space, number: int, taken: int, room: int) -> bool:
    # Not this request's own doing, so not in its budget: 0.04 WCU for each request of a storm.
    remembered = METER.set(None)
    try:
        platform().table("people").update(
            f"quota#{space.slug}",
            str(number),
            "ADD used :taken SET #ttl = :ttl",
            {":taken": taken, ":room": room, ":ttl": number * WINDOW_S + _KEPT_S},
            names={"#ttl": "ttl"},
            condition="attribute_not_exists(used) OR used <= :room",
            returns="NONE",
        )
    except ConditionFailed:
        return False
    except Unavailable:
        return True  # a count that cannot be kept shuts nobody out
    finally:
        METER.reset(remembered)
    return True


def forget() -> None:
    """Begin to count anew: for tests."""
    _windows.clear()
