"""A walk over many things in one test, where each would need the same setting: it goes on after what is wrong with one
of them, and in the end tells of all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

T = TypeVar("T")
Step = Callable[[object], AbstractContextManager[None]]


@contextmanager
def walking() -> Iterator[Step]:
    """``with walking() as step: … with step(name): …``. Raises: ExceptionGroup, of whatever a step's block raised."""
    wrong: list[Exception] = []

    @contextmanager
    def step(name: object) -> Iterator[None]:
        try:
            yield
        except Exception as found:
            found.add_note(f"at {name}")
            wrong.append(found)

    yield step
    if wrong:
        raise ExceptionGroup(f"{len(wrong)} steps of the walk are wrong", wrong)


def over(things: Sequence[T], name: Callable[[T], str]) -> Callable[[Callable[[T], None]], Callable[[], None]]:
    """Makes of a test of one thing, which asks for no setting at all, the one test of all these."""

    def of_all(test: Callable[[T], None]) -> Callable[[], None]:
        def walk() -> None:
            with walking() as step:
                for thing in tuple(things):
                    with step(name(thing)):
                        test(thing)

        # Not as functools.wraps does: pytest would ask for what the test of one takes.
        walk.__name__, walk.__doc__, walk.__module__ = test.__name__, test.__doc__, test.__module__
        return walk

    return of_all
