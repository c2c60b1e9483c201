"""Who storms, a tenant or an address, is told to come back; its neighbour on the same machine notices nothing."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib import clock
from chalicelib.errors import Unavailable
from chalicelib.http import quotas
from chalicelib.http.quotas import FREE, LEASE, WINDOW_S
from chalicelib.storage import client, spaces
from tests.api import Api, Reply
from tests.emulated import Cloud
from tests.factories import OpenedSpace, forget_space, open_space
from tests.spending import spending

AT = 1_800_000_001  # the second second of a window
A_SECOND = 20
IN_A_WINDOW = A_SECOND * WINDOW_S
MOST_LEASED = IN_A_WINDOW // 20


@pytest.fixture(autouse=True)
def _one_moment(aws: Cloud) -> Iterator[None]:
    now_is(AT)
    quotas.forget()
    yield
    clock.set_source(None)


def now_is(moment: int) -> None:
    """It is that second since 1970."""
    clock.set_source(lambda: moment)


def limited(requests_per_second: int) -> OpenedSpace:
    """A space with that quota."""
    space = open_space()
    spaces.platform().table("people").update(
        *spaces.registry_key(space.slug), "SET quotas = :q", {":q": {"requests_per_second": requests_per_second}}
    )
    forget_space(space.slug)
    return space


def counted(space: OpenedSpace) -> int:
    """How many requests of the present window all containers have taken from the quota."""
    item = spaces.platform().table("people").get(f"quota#{space.slug}", str(clock.epoch_s() // WINDOW_S))
    return item["used"] if item else 0


def ask(space: OpenedSpace, times: int = 1) -> list[Reply]:
    """The learner's dashboard, so often."""
    learner = space.learner
    return [learner.get(space.at("/me/enrolments")) for _ in range(times)]


class Containers:
    """So many containers of the function, which take turns: each remembers its own windows, and all share one count."""

    def __init__(self, number: int) -> None:
        self.each: list[dict[str, Any]] = [{} for _ in range(number)]

    def ask(self, space: OpenedSpace) -> bool:
        """Whether the next container lets a learner's request pass."""
        quotas._windows = mine = self.each.pop(0)
        self.each.append(mine)
        return ask(space)[0].status == 200


def test_a_storm_on_one_tenant_leaves_its_neighbour_alone() -> None:
    stormy, calm = limited(A_SECOND), open_space()
    ask(calm)
    with ThreadPoolExecutor(8) as threads, spending() as spent:
        storms = [threads.submit(ask, stormy, 40) for _ in range(7)]
        neighbours = threads.submit(ask, calm, FREE - 5).result()
        replies = [reply for storm in storms for reply in storm.result()]
    refused = [reply for reply in replies if reply.status == 429]
    # Threads that lease at once may leave the free request of the minute uncounted.
    assert IN_A_WINDOW - MOST_LEASED < len(replies) - len(refused) <= IN_A_WINDOW + 1
    for reply in refused:
        reply.refused(429, "space_busy")
        assert reply.headers["retry-after"] == "4"
    assert {reply.status for reply in neighbours} == {200}
    spent.lines = [line for line in spent.lines if line["tenant"] == calm.slug]
    assert len(spent.lines) == FREE - 5
    spent.within_budget()
    assert counted(calm) == 0


def test_what_is_refused_costs_no_calls() -> None:
    space = limited(A_SECOND)
    ask(space, IN_A_WINDOW + 1)
    with spending() as spent:
        replies = ask(space, 20)
    assert {reply.status for reply in replies} == {429}
    assert {line["calls"] for line in spent.lines} == {0}


def test_the_next_window_is_open_again() -> None:
    space = limited(A_SECOND)
    assert ask(space, IN_A_WINDOW + 1)[-1].status == 429
    now_is(AT + WINDOW_S)
    ask(space)[-1].ok(200)


@pytest.mark.parametrize("a_second", [1, 20, 100])
def test_many_containers_keep_to_one_quota(a_second: int) -> None:
    space, containers = limited(a_second), Containers(7)
    passed = sum(containers.ask(space) for _ in range(a_second * WINDOW_S + 50 * len(containers.each)))
    in_a_window = a_second * WINDOW_S
    # Each may let its free requests of the minute pass, and keep of a lease what nobody asks it for.
    assert in_a_window - len(containers.each) * LEASE < passed <= in_a_window + 7 * (in_a_window // 100)


def test_while_a_space_is_busy_nothing_is_free() -> None:
    """The minute's end brings no free requests to a storm, and brings them to whoever has calmed down."""
    space, containers = limited(40), Containers(3)
    last = AT // 60 * 60 + 55
    for begins, most in ((last, 200 + 3 * 2), (last + 5, 200), (last + 10, 200)):
        now_is(begins)
        assert sum(containers.ask(space) for _ in range(250)) <= most
        assert counted(space) <= 200
    now_is(last + 65)
    assert [containers.ask(space) for _ in range(6)] == [True] * 6
    assert counted(space) == 0


def test_what_is_free_of_a_minute_is_free_once() -> None:
    space, containers = limited(100), Containers(1)
    minute = AT // 60 * 60
    for at in range(minute, minute + 60, WINDOW_S):
        now_is(at)
        assert containers.ask(space)
        assert (counted(space) > 0) == (at - minute >= 5 * WINDOW_S)


@pytest.mark.parametrize("a_second", [1, 4, 5, 9, 10, 12, 100])
def test_a_quota_is_never_exceeded_by_one_container(a_second: int) -> None:
    space = limited(a_second)
    passed = sum(reply.status == 200 for reply in ask(space, a_second * WINDOW_S + 20))
    assert a_second * WINDOW_S - LEASE < passed <= a_second * WINDOW_S


def test_the_smallest_quota_is_kept_exactly() -> None:
    space, containers = limited(1), Containers(4)
    assert sum(containers.ask(space) for _ in range(40)) == WINDOW_S


def test_a_calm_tenant_is_not_even_counted() -> None:
    space = open_space()
    ask(space, FREE)
    assert counted(space) == 0
    ask(space)
    assert counted(space) == FREE + LEASE


def test_whoever_is_refused_need_not_be_known() -> None:
    """The quota is looked at before the token: a storm of strangers costs as little."""
    space = limited(1)
    ask(space, WINDOW_S)
    space.learner.as_("forged").get(space.at("/me/enrolments")).refused(429, "space_busy")


def test_who_asks_for_no_space_is_counted_by_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quotas, "ADDRESS_A_SECOND", 2)
    here, elsewhere = Api(address="203.0.113.1"), Api(address="203.0.113.2")
    assert [here.get("/health").status for _ in range(11)] == [200] * 10 + [429]
    reply = here.get("/health")
    reply.refused(429, "platform_busy")
    assert reply.headers["retry-after"] == "4"
    elsewhere.get("/health").ok()


def test_who_guesses_at_spaces_is_counted_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quotas, "ADDRESS_A_SECOND", 2)
    guessing, space = Api(address="203.0.113.3"), open_space()
    assert [guessing.get(f"/spaces/khong-co-{n}").status for n in range(11)] == [404] * 10 + [429]
    guessing.get(space.at("")).ok()  # the school behind that address learns on


def test_who_asks_for_no_space_is_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quotas, "PLATFORM_A_SECOND", 2)
    space = open_space()
    now_is(AT + 60)  # nothing of before
    statuses = [Api(address=f"203.0.113.{10 + n}").get("/health").status for n in range(12)]
    assert statuses == [200] * 10 + [429] * 2
    ask(space)[0].ok()


def test_no_address_is_written_down() -> None:
    quotas.admit(spaces.platform(), "203.0.113.77")
    assert not [key for key in quotas._windows if "203.0.113" in key]


def test_a_count_that_cannot_be_kept_shuts_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    space = limited(A_SECOND)
    ask(space, LEASE)
    table = spaces.platform().table("people").name
    call = client.call

    def throttled(operation: str, request: dict[str, object], **more: Any) -> dict[str, object]:
        if request.get("TableName") == table and operation == "UpdateItem":
            raise Unavailable
        return call(operation, request, **more)

    monkeypatch.setattr(client, "call", throttled)
    assert {reply.status for reply in ask(space, IN_A_WINDOW)} == {200}
