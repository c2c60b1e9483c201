"""Where tests stand: outside of the walls between tenants, as whoever holds the keys of the whole account.

So a test may prepare and inspect any space by calling verbs and stores. What it sends through the API, the queue or a
stream acts for one space there, as in the cloud.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextvars import Context
from typing import Any, TypeVar

from chalicelib.storage import acting
from chalicelib.storage.acting import Acting, Crosses
from chalicelib.storage.names import PLATFORM

T = TypeVar("T")


class _Every(frozenset[str]):
    def __contains__(self, name: object) -> bool:
        return True

    def issuperset(self, names: Iterable[object]) -> bool:
        return True


class _Outside(Acting):
    def may_turn_to(self, slug: str, crosses: Crosses | None) -> bool:
        return True

    def is_for(self, slug: str) -> bool:
        return True

    def may_read(self, key: str) -> bool:
        return True

    def may_write(self, key: str) -> bool:
        return True


def stand_outside() -> None:
    """From now on, this thread reaches every space; a thread begun by a test says so for itself."""
    acting._ACTING.set(_Outside(PLATFORM, None, None, _Every()))


def as_nobody(run: Callable[..., T], *arguments: Any) -> T:
    """Run as a process does that has just begun: on nobody's behalf."""
    return Context().run(run, *arguments)


def on_behalf(slug: str, run: Callable[..., T], *arguments: Any) -> T:
    """Run as the program does for one space, begun by nobody else."""

    def acting_for_it() -> T:
        with acting.on_behalf_of(slug):
            return run(*arguments)

    return as_nobody(acting_for_it)
