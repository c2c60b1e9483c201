"""Requests a second: whoever asks too much is told to come back later, and its neighbours notice nothing.

A tenant's requests are counted in windows of five seconds, and so are those that are of no space, by the address that
asks and all together. What is counted is one item of the platform table, from which each container takes leases of some
requests until the window's quota is used up. A few requests a minute pass in each container without a call, so calm
tenants pay nothing; while a tenant is busy, none does (``docs/decisions/quotas.md``).
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock

from chalicelib import clock, ids
from chalicelib.errors import TooManyRequests, Unavailable
from chalicelib.http.addresses import network
from chalicelib.storage.client import METER
from chalicelib.storage.spaces import PLATFORM, Space, platform
from chalicelib.storage.table import ConditionFailed

WINDOW_S = 5
LEASE = 25
FREE = 50
# Outside of any space: operators, their way in, the descriptions of the API; and guesses at spaces that are not there.
ADDRESS_A_SECOND = 100
PLATFORM_A_SECOND = 500
_LEAST_LEASE = 5
_WINDOWS_A_MINUTE = 60 // WINDOW_S
_COUNTED = 5_000
_KEPT_S = 3_600


class SpaceBusy(TooManyRequests):
    """All people of a space together ask for more than its quota."""

    code = "space_busy"
    vi = "Không gian đào tạo này đang nhận quá nhiều lượt truy cập. Hãy thử lại sau vài giây."
    en = "This training space receives too many requests at present. Try again in a few seconds."


class PlatformBusy(TooManyRequests):
    """Outside of any space, one address or all together ask for too much."""

    code = "platform_busy"
    vi = "Hệ thống đang nhận quá nhiều lượt truy cập từ địa chỉ của bạn, hoặc nói chung. Hãy thử lại sau vài giây."
    en = "The platform receives too many requests from your address, or altogether. Try again in a few seconds."


@dataclass(frozen=True, slots=True)
class _Limit:
    """How many requests of a window may pass of all that are counted under one key."""

    key: str
    requests: int

    @property
    def free(self) -> int:
        """How many of a minute pass in each container without asking: a hundredth of a window's, so that a thousand
        containers let a small quota be exceeded by less than itself."""
        return min(FREE, self.requests // 100)

    @property
    def lease(self) -> int:
        """The most that is taken at once: a twentieth, so that what containers keep for themselves is little of it."""
        return min(LEASE, max(1, self.requests // 20))


@dataclass(slots=True)
class _Window:
    """What one container has of a window."""

    number: int  # windows since 1970
    free: int  # requests that pass without asking until the minute is over
    before: int = 0  # passed in the window before
    passed: int = 0
    uncounted: int = 0  # of these, free ones that no lease has counted yet
    left: int = 0  # leased, not used yet
    full: bool = False

    def let_pass(self) -> bool:
        """Whether a request passes without asking."""
        if self.left > 0:
            self.left -= 1
        elif self.free > 0 and not self.full:
            self.free -= 1
            self.uncounted += 1
        else:
            return False
        self.passed += 1
        return True

    def leasing(self, limit: _Limit) -> tuple[int, int]:
        """How many requests to lease, as many again as it was asked for lately, and the free ones to count with them:
        so a small quota is kept by few containers, and little lies unused in many."""
        free, self.uncounted = self.uncounted, 0
        return min(limit.lease, max(_LEAST_LEASE, self.passed, self.before)), free


_windows: dict[str, _Window] = {}  # those whose window began longest ago first
_lock = Lock()


def admit(space: Space, address: str) -> None:
    """Let a request of a space pass, if its quota allows: 0 calls for a calm tenant, else 1 WCU for up to 25 requests.

    What is of no space (``platform()``) is counted by the ``address`` that asks, and all together.

    Raises: SpaceBusy, PlatformBusy, to come back when the window is over.
    """
    if not space.is_platform:
        _admit(_Limit(space.slug, space.quotas.requests_per_second * WINDOW_S), SpaceBusy)
        return
    # A fingerprint: the table of counts is no list of who asks from where.
    asking = f"address#{ids.fingerprint(network(address))[:32]}"
    _admit(_Limit(asking, ADDRESS_A_SECOND * WINDOW_S), PlatformBusy)
    _admit(_Limit(PLATFORM, PLATFORM_A_SECOND * WINDOW_S), PlatformBusy)


def _admit(limit: _Limit, busy: type[TooManyRequests]) -> None:
    now = clock.epoch_s()
    number = now // WINDOW_S
    with _lock:
        window = _windows.get(limit.key)
        if window is None or window.number != number:
            window = _begin(limit, number, window)
        if window.let_pass():
            return
        size, free = window.leasing(limit)
    if window.full or not _lease(limit, window, size, free):
        raise busy(retry_after_s=(number + 1) * WINDOW_S - now)


def _begin(limit: _Limit, number: int, last: _Window | None) -> _Window:
    _windows.pop(limit.key, None)
    if len(_windows) >= _COUNTED:
        del _windows[next(iter(_windows))]
    _windows[limit.key] = window = _following(limit, number, last)
    return window


def _following(limit: _Limit, number: int, last: _Window | None) -> _Window:
    """The window after ``last``: nothing is free while it is busy, and what was free of a minute is so once."""
    if last is None:
        return _Window(number, limit.free)
    at_once = last.number == number - 1
    before = last.passed if at_once else 0
    if before > limit.free or (at_once and last.full):
        return _Window(number, 0, before)
    is_same_minute = last.number // _WINDOWS_A_MINUTE == number // _WINDOWS_A_MINUTE
    return _Window(number, last.free if is_same_minute else limit.free, before)


def _lease(limit: _Limit, window: _Window, size: int, free: int) -> bool:
    """Take so many more requests, one of them for this very request, from the count that containers share; with them
    go the free ones that were not counted yet."""
    room = limit.requests - size - free
    if room >= 0 and _take(limit.key, window.number, size + free, room):
        with _lock:
            window.left += size - 1
            window.passed += 1
        return True
    window.full = True
    return False


def _take(key: str, number: int, taken: int, room: int) -> bool:
    # Not this request's own doing, so not in its budget: 0.04 WCU for each request of a storm. Not sent again where it
    # may have been counted: a lease too few lets 25 requests pass, one too many would shut them out, and being exact
    # costs twice.
    remembered = METER.set(None)
    try:
        platform().table("people").update(
            f"quota#{key}",
            str(number),
            "ADD used :taken SET #ttl = :ttl",
            {":taken": taken, ":room": room, ":ttl": number * WINDOW_S + _KEPT_S},
            names={"#ttl": "ttl"},
            condition="attribute_not_exists(used) OR used <= :room",
            returns="NONE",
            resend=False,
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
