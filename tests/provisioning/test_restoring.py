"""While a space's tables are restored nobody enters it, and nobody resumes, closes or restores it a second time."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from chalicelib import clock, ids
from chalicelib.http.endpoint import OPERATIONS, Operation
from chalicelib.http.gate import SpaceSuspended
from chalicelib.http.permissions import ANYONE
from chalicelib.jobs import queue
from chalicelib.provisioning import opening, restoring
from chalicelib.provisioning.closing import QUIET_S
from chalicelib.provisioning.restoring import LEASE_S, OtherRestoreUnfinished, RestoreUnderWay
from chalicelib.storage import tables
from chalicelib.storage.models import TABLE_KINDS
from chalicelib.tenants import registry
from chalicelib.tenants.registry import TenantClosed
from tests.api import Api
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space, operator

TO = "20261124T023000"
REASON = "Khôi phục dữ liệu"


@pytest.fixture
def caller(aws: Cloud) -> Api:
    return operator()


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space(status="suspended")


def _begun(space: OpenedSpace) -> str:
    """The space is being restored; gives the run that is at it."""
    run = ids.new()
    restoring.begin(space.slug, TO, run)
    return run


def _call(who: Api, operation: Operation, space: OpenedSpace) -> object:
    path = operation.path.replace("{space}", space.slug)
    for name in operation.parameters:
        path = path.replace("{" + name + "}", "0" * 22)
    return who.call(operation.method, path).refused(403, "space_suspended")["detail"]


def _later(seconds: float) -> None:
    now = clock.epoch_s()
    clock.set_source(lambda: now + seconds)


def test_operators_see_to_when_and_find_it_in_the_list(caller: Api, hue: OpenedSpace) -> None:
    before = caller.get(f"/tenants/{hue.slug}").ok()
    run = _begun(hue)
    shown = caller.get(f"/tenants/{hue.slug}").ok()
    assert (shown["status"], shown["restoring"]["to"]) == ("restoring", TO)
    assert set(shown["restoring"]) == {"to", "at"}
    listed = caller.get("/tenants", query={"status": "restoring"}).ok()["items"]
    assert [each["slug"] for each in listed] == [hue.slug]
    restoring.leave(hue.slug, run)
    after = caller.get(f"/tenants/{hue.slug}").ok()
    assert {**after, "updated_at": ""} == {**before, "updated_at": ""}


def test_nobody_resumes_suspends_closes_or_opens_it_meanwhile(caller: Api, hue: OpenedSpace) -> None:
    run = _begun(hue)
    address = f"/tenants/{hue.slug}"
    closing = {"confirm": hue.slug, "reason": REASON}
    caller.delete(f"{address}/suspension").refused(409, "space_restoring")
    caller.post(f"{address}/suspension", {"reason": REASON}).refused(409, "space_restoring")
    caller.post(f"{address}/closing", closing).refused(409, "space_restoring")
    problem = caller.post(f"{address}/opening").refused(409, "space_restoring")
    assert problem["detail"] == restoring.SpaceRestoring.vi
    assert registry.require(hue.slug).status == "restoring"
    restoring.leave(hue.slug, run)
    assert caller.delete(f"{address}/suspension").ok()["status"] == "open"


def test_people_read_what_they_read_of_a_suspended_space(caller: Api, hue: OpenedSpace, api: Api) -> None:
    _begun(hue)
    face = api.get(hue.at())
    assert face.ok()["status"] == "suspended"
    api.get(hue.at("/logo")).refused(404)
    for operation in OPERATIONS:
        # What a space looks like, and by which buttons its staff sign in, is shown of a suspended one too; whoever
        # comes back from a provider hears it at the end, where the code is redeemed.
        is_face = operation.name in ("read_space", "read_logo", "read_manifest")
        if not operation.of_space or is_face or operation.feature == "sso":
            continue
        who = (api, hue.learner, hue.admin) if operation.may is ANYONE else (hue.learner, hue.admin)
        for each in who:
            assert _call(each, operation, hue) == SpaceSuspended.vi, operation.name


def test_the_restore_of_a_dead_run_is_gone_on_with_and_of_a_live_one_is_not(hue: OpenedSpace) -> None:
    first = _begun(hue)
    with pytest.raises(RestoreUnderWay):
        _begun(hue)
    _later(LEASE_S - 10)
    restoring.hold(hue.slug, first, "replacing")
    _later(LEASE_S - 10)
    with pytest.raises(RestoreUnderWay):
        _begun(hue)
    _later(11)
    with pytest.raises(OtherRestoreUnfinished):
        restoring.begin(hue.slug, "20260101T000000", ids.new())
    _begun(hue)
    assert (registry.require(hue.slug).restoring or {})["phase"] == "replacing"
    for late in (restoring.hold, restoring.leave, restoring.stop):
        with pytest.raises(RestoreUnderWay):
            late(hue.slug, first)


def test_who_stops_before_anything_is_dropped_leaves_the_space_suspended(hue: OpenedSpace) -> None:
    restoring.stop(hue.slug, _begun(hue))
    assert registry.require(hue.slug).status == "suspended"
    run = _begun(hue)
    restoring.hold(hue.slug, run, "replacing")
    restoring.stop(hue.slug, run)
    assert registry.require(hue.slug).status == "restoring"
    _begun(hue)  # at once


def test_jobs_that_may_still_write_are_found_however_many_have_ended(aws: Cloud, hue: OpenedSpace) -> None:
    queue.enqueue(opening.KIND, hue.slug, {}, job_id=ids.new())
    assert restoring.has_open_jobs(hue.slug)
    aws.drain()
    assert not restoring.has_open_jobs(hue.slug)


def _at_once(*doing: Callable[[], object]) -> list[bool]:
    """Which of these came through, begun at the same moment."""
    start = threading.Barrier(len(doing))
    done = [False] * len(doing)

    def run(place: int) -> None:
        start.wait()
        try:
            doing[place]()
            done[place] = True
        except (restoring.SpaceRestoring, restoring.SpaceInUse, RestoreUnderWay, AssertionError):
            return

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(doing))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


def test_of_two_restores_at_once_one_begins(hue: OpenedSpace) -> None:
    assert sum(_at_once(lambda: _begun(hue), lambda: _begun(hue))) == 1


@pytest.mark.parametrize("other", ["close", "resume"])
def test_a_restore_and_what_it_excludes_do_not_both_happen(caller: Api, hue: OpenedSpace, other: str) -> None:
    address = f"/tenants/{hue.slug}"
    ways: dict[str, Callable[[], object]] = {
        "close": lambda: caller.post(f"{address}/closing", {"confirm": hue.slug, "reason": REASON}).ok(202),
        "resume": lambda: caller.delete(f"{address}/suspension").ok(),
    }
    restored, otherwise = _at_once(lambda: _begun(hue), ways[other])
    assert restored != otherwise
    assert (registry.require(hue.slug).status == "restoring") == restored


def test_closing_drops_what_a_restore_has_left_beside(aws: Cloud, caller: Api, hue: OpenedSpace) -> None:
    for to in (TO, "20261125T000000"):
        restoring.note_beside(hue.slug, to)
    restoring.forget_beside(hue.slug, "20261125T000000")
    for kind in TABLE_KINDS:
        name = tables.beside(hue.space.table_name(kind), TO)
        aws.dynamodb.create_table(**tables.definition(name, kind))
    caller.post(f"/tenants/{hue.slug}/closing", {"confirm": hue.slug, "reason": REASON}).ok(202)
    with pytest.raises(TenantClosed):
        restoring.note_beside(hue.slug, "20261126T000000")
    aws.apply_changes()
    _later(QUIET_S + 1)
    queue.run(hue.slug, queue.of_tenant(hue.slug, None, 1).items[0].id)
    record = registry.require(hue.slug)
    assert (record.status, record.beside) == ("closed", None)
    assert not [name for name in aws.tables() if f"-{hue.slug}-" in name]
