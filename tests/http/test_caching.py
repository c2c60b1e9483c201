"""What a container remembers: bounded, fresh for as long as it says, never older than what it was told to forget."""

from __future__ import annotations

from chalicelib import clock
from chalicelib.http.caching import Remembered


def test_the_least_recently_used_goes_first_by_weight() -> None:
    remembered: Remembered[str, str] = Remembered(10, weigh=len)
    remembered.keep("a", "12345")
    remembered.keep("b", "1234")
    assert remembered.get("a", lambda: "anew") == "12345"
    remembered.keep("c", "12345")
    assert remembered.get("a", lambda: "anew") == "12345"
    assert remembered.get("b", lambda: "new") == "new"


def test_an_entry_is_asked_for_anew_after_its_time() -> None:
    remembered: Remembered[str, int] = Remembered(10, fresh_s=60)
    clock.set_source(lambda: 1_000.0)
    assert remembered.get("a", lambda: 1) == 1
    clock.set_source(lambda: 1_059.9)
    assert remembered.get("a", lambda: 2) == 1
    clock.set_source(lambda: 1_060.0)
    assert remembered.get("a", lambda: 2) == 2


def test_what_was_read_before_a_change_is_not_kept_after_it() -> None:
    remembered: Remembered[str, str] = Remembered(10)

    def overtaken() -> str:
        remembered.forget("a")  # another thread changed it and forgot it while this one was reading
        return "before the change"

    assert remembered.get("a", overtaken) == "before the change"
    assert remembered.get("a", lambda: "after") == "after"
    assert remembered.get("a", lambda: "again") == "after"
