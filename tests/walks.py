"""A walk over many things in one test, where each would need the same setting: it goes on after what is wrong with one
of them, and in the end tells of all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

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
