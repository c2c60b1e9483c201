"""What a warm container remembers: immutable things by size, changing things for a while. Always bounded."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from chalicelib import clock

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_all: WeakSet[Remembered[Any, Any]] = WeakSet()


def forget_everything() -> None:
    """Empty every map of this process: for tests, whose accounts must not meet."""
    for remembered in list(_all):
        remembered.clear()


class Remembered(Generic[K, V]):
    """A bounded map, the least recently used dropped first; entries may carry a time after which they are asked for
    anew.

    Keys must name the tenant whenever the value is a tenant's: the map is shared by all requests of the container.
    """

    def __init__(self, size: int, *, fresh_s: float | None = None, weigh: Callable[[V], int] = lambda value: 1) -> None:
        self._entries: OrderedDict[K, tuple[float, int, V]] = OrderedDict()
        self._size = size
        self._fresh_s = fresh_s
        self._weigh = weigh
        self._weight = 0
        self._forgotten = 0  # how often something was
        self._lock = Lock()
        _all.add(self)

    def get(self, key: K, make: Callable[[], V]) -> V:
        """The value kept under ``key``, or what ``make`` gives (two callers at once may both make it).

        What was being made while something was forgotten may have been read before the change that made it be
        forgotten: it is given to who asked, and not kept.
        """
        with self._lock:
            kept = self._entries.get(key)
            if kept and clock.epoch_ms() < kept[0]:
                self._entries.move_to_end(key)
                return kept[2]
            forgotten = self._forgotten
        value = make()
        self._keep(key, value, forgotten)
        return value

    def peek(self, key: K) -> V | None:
        """The value kept under ``key``, if there is one that is fresh."""
        with self._lock:
            kept = self._entries.get(key)
            return kept[2] if kept and clock.epoch_ms() < kept[0] else None

    def keep(self, key: K, value: V) -> None:
        """Remember ``value`` from now on."""
        self._keep(key, value, None)

    def _keep(self, key: K, value: V, forgotten: int | None) -> None:
        until = clock.epoch_ms() + self._fresh_s * 1000 if self._fresh_s is not None else float("inf")
        weight = self._weigh(value)
        with self._lock:
            if forgotten is not None and forgotten != self._forgotten:
                return
            self._drop(key)
            self._entries[key] = (until, weight, value)
            self._weight += weight
            while self._weight > self._size and self._entries:
                self._drop(next(iter(self._entries)))

    def forget(self, key: K) -> None:
        """Ask anew next time."""
        with self._lock:
            self._forgotten += 1
            self._drop(key)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._forgotten += 1
            self._entries.clear()
            self._weight = 0

    def _drop(self, key: K) -> None:
        entry = self._entries.pop(key, None)
        if entry:
            self._weight -= entry[1]


def etag(content: str | bytes) -> str:
    """A strong validator (RFC 9110, 8.8.3) of a representation's bytes."""
    data = content.encode() if isinstance(content, str) else content
    return f'"{hashlib.blake2b(data, digest_size=12).hexdigest()}"'


def matches(header: str, current: str) -> bool:
    """Whether an ``If-Match`` or ``If-None-Match`` list names the current validator (weakly compared) or is ``*``."""
    candidates = [each.strip().removeprefix("W/") for each in header.split(",")]
    return "*" in candidates or current.removeprefix("W/") in candidates
