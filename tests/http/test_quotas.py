"""A tenant under a storm is told to come back; its neighbour on the same machine notices nothing."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib import clock
from chalicelib.errors import Unavailable
from chalicelib.http import quotas
from chalicelib.http.quotas import LEASE, WINDOW_S
from chalicelib.storage import client, spaces
from tests.api import Reply
from tests.emulated import Cloud
from tests.factories import OpenedSpace, forget_space, open_space, operator
from tests.spending import spending

AT = 1_800_000_001  # the second second of a window
A_SECOND = 20
IN_A_WINDOW = A_SECOND * WINDOW_S


@pytest.fixture(autouse=True)
def _one_moment(aws: Cloud) -> Iterator[None]:
    clock.set_source(lambda: AT)
    quotas.forget()
    yield
    clock.set_source(None)


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
    item = spaces.platform().table("people").get(f"quota#{space.slug}", str(AT // WINDOW_S))
    return item["used"] if item else 0


def ask(space: OpenedSpace, times: int = 1) -> list[Reply]:
    """The learner's dashboard, so often."""
    learner = space.learner
    return [learner.get(space.at("/me/enrolments")) for _ in range(times)]


def test_a_storm_on_one_tenant_leaves_its_neighbour_alone() -> None:
    stormy, calm = limited(A_SECOND), open_space()
    ask(calm)
    with ThreadPoolExecutor(8) as threads, spending() as spent:
        storms = [threads.submit(ask, stormy, 40) for _ in range(7)]
        neighbours = threads.submit(ask, calm, LEASE - 5).result()
        replies = [reply for storm in storms for reply in storm.result()]
    refused = [reply for reply in replies if reply.status == 429]
    # Threads that lease at once may leave the first requests of the window uncounted.
    assert IN_A_WINDOW <= len(replies) - len(refused) <= IN_A_WINDOW + LEASE
    for reply in refused:
        reply.refused(429, "space_busy")
        assert reply.headers["retry-after"] == "4"
    assert {reply.status for reply in neighbours} == {200}
    spent.lines = [line for line in spent.lines if line["tenant"] == calm.slug]
    assert len(spent.lines) == LEASE - 5
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
    clock.set_source(lambda: AT + WINDOW_S)
    ask(space)[-1].ok(200)


def test_containers_share_one_count() -> None:
    space = limited(A_SECOND)
    passed = 0
    for _ in range(3):
        quotas.forget()  # another container
        passed += sum(reply.status == 200 for reply in ask(space, IN_A_WINDOW))
    # Each may answer its first requests of a window without asking.
    assert IN_A_WINDOW <= passed <= IN_A_WINDOW + 2 * LEASE


@pytest.mark.parametrize("a_second", [1, 4, 5, 9, 10, 12])
def test_a_small_quota_is_never_exceeded_by_one_container(a_second: int) -> None:
    space = limited(a_second)
    passed = sum(reply.status == 200 for reply in ask(space, 100))
    assert a_second * WINDOW_S - LEASE < passed <= a_second * WINDOW_S


def test_a_calm_tenant_is_not_even_counted() -> None:
    space = open_space()
    ask(space, LEASE)
    assert counted(space) == 0
    ask(space)
    assert counted(space) == 2 * LEASE


def test_whoever_is_refused_need_not_be_known() -> None:
    """The quota is looked at before the token: a storm of strangers costs as little."""
    space = limited(1)
    ask(space, WINDOW_S)
    space.learner.as_("forged").get(space.at("/me/enrolments")).refused(429, "space_busy")


def test_operators_are_not_counted() -> None:
    caller = operator()
    assert {caller.get("/tenants").status for _ in range(2 * LEASE)} == {200}


def test_a_count_that_cannot_be_kept_shuts_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    space = limited(A_SECOND)
    ask(space, LEASE)
    table = spaces.platform().table("people").name
    call = client.call

    def throttled(operation: str, request: dict[str, object]) -> dict[str, object]:
        if request.get("TableName") == table and operation == "UpdateItem":
            raise Unavailable
        return call(operation, request)

    monkeypatch.setattr(client, "call", throttled)
    assert {reply.status for reply in ask(space, IN_A_WINDOW)} == {200}
