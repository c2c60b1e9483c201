"""Closing a space: nobody enters, nothing counted is lost, its tables and files are gone, its name and figures stay."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib import clock, config
from chalicelib.http import audit
from chalicelib.jobs import queue
from chalicelib.jobs.queue import LEASE_S, STUCK_AFTER_S
from chalicelib.metering import store
from chalicelib.provisioning import closing, opening
from chalicelib.provisioning.closing import COUNTED_WITHIN_S, QUIET_S
from chalicelib.storage import files
from chalicelib.storage.models import TABLE_KINDS
from chalicelib.storage.spaces import Space, platform
from chalicelib.tenants import registry
from chalicelib.tenants.models import CLOSING_STEPS
from tests.api import Api
from tests.crashes import killed_at
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space, operator
from tests.provisioning.tenants import new_tenant
from tests.reports import learners

REASON = "Đơn vị đã giải thể, dữ liệu đã bàn giao."
MOST_CALLS = 200  # no way is this long: a test that comes here never ends


@pytest.fixture
def caller(aws: Cloud) -> Api:
    return operator()


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return suspended()


def suspended() -> OpenedSpace:
    """A suspended space in which somebody has enrolled, with a file."""
    space = open_space(status="suspended")
    learners.enrol(space.space, "an", "khoa1")
    files.put(f"{space.slug}/courses/a.pdf", b"%PDF", "application/pdf")
    store.measured(space.slug, 10, 20, 1, 1, (0, 0))
    return space


def close(caller: Api, space: OpenedSpace, **more: Any) -> Any:
    return caller.post(f"/tenants/{space.slug}/closing", {"confirm": space.slug, "reason": REASON, **more})


def later(seconds: float) -> None:
    now = clock.epoch_ms() / 1000
    clock.set_source(lambda: now + seconds)


def work(slug: str) -> None:
    """What a worker does for this tenant now."""
    for item in queue.of_tenant(slug, None, 100).items:
        queue.run(slug, item.id)


def tables_of(aws: Cloud, slug: str) -> set[str]:
    return {Space(slug).table_name(kind) for kind in TABLE_KINDS} & set(aws.tables())


def is_closed(aws: Cloud, slug: str) -> None:
    """Everything is gone but name and figures."""
    record = registry.require(slug)
    assert record.status == "closed"
    assert record.closed_at
    assert record.first_admin == {"name": "", "email": ""}
    assert tables_of(aws, slug) == set()
    assert files.names(f"{slug}/") == []
    assert operator().get(f"/tenants/{slug}/usage").ok()["stored"]["files_bytes"] == 0
    jobs = [item for item in queue.of_tenant(slug, None, 100).items if item.kind == closing.KIND]
    assert [item.state for item in jobs] == ["done"]


def test_from_the_request_to_the_end(caller: Api, aws: Cloud, api: Api, hue: OpenedSpace) -> None:
    neighbour = open_space(f"{hue.slug}-city")
    files.put(f"{neighbour.slug}/a", b"a", "text/plain")
    aws.apply_changes()
    before = caller.get("/reports/national").ok()["totals"]
    assert before["enrolments"] > 0

    reply = close(caller, hue)
    shown = reply.ok(202)
    assert reply.headers["location"] == f"/v1/tenants/{hue.slug}"
    assert (shown["status"], shown["opening"]["state"]) == ("closing", "done")
    assert (shown["closing"]["state"], shown["closing"]["reason"]) == ("waiting", REASON)
    assert [step["name"] for step in shown["closing"]["steps"]] == list(CLOSING_STEPS)
    api.get(f"/spaces/{hue.slug}").refused(404)
    hue.admin.get(hue.at("/people")).refused(404)

    work(hue.slug)
    assert len(tables_of(aws, hue.slug)) == 4, "a process may still remember that admins may read"
    later(QUIET_S + 1)
    caller = operator()
    work(hue.slug)
    is_closed(aws, hue.slug)
    shown = caller.get(f"/tenants/{hue.slug}").ok()
    assert (shown["status"], shown["closing"]["state"], shown["closing"]["error"]) == ("closed", "done", None)
    assert all(step["done"] for step in shown["closing"]["steps"])

    assert caller.get("/reports/national").ok()["totals"] == before
    problem = caller.post("/tenants", new_tenant(hue.slug)).refused(422)
    assert problem["errors"][0]["code"] == "slug_taken"
    assert len(tables_of(aws, neighbour.slug)) == 4
    assert files.names(f"{neighbour.slug}/") == [f"{neighbour.slug}/a"]
    neighbour.admin.get(neighbour.at("/people")).ok()


def test_every_step_has_its_function() -> None:
    assert tuple(closing.STEPS) == CLOSING_STEPS


class TestRefusals:
    """What cannot be closed is left as it is."""

    @pytest.mark.parametrize("confirm", ["", "hue-city", "HUE"])
    def test_what_is_not_said_twice(self, caller: Api, hue: OpenedSpace, confirm: str) -> None:
        close(caller, hue, confirm=confirm).refused(422, "invalid_input")
        assert registry.require(hue.slug).status == "suspended"

    @pytest.mark.parametrize("status", ["open", "opening"])
    def test_what_is_not_suspended(self, caller: Api, status: Any) -> None:
        space = open_space(status=status)
        close(caller, space).refused(409, "space_not_suspended")

    def test_what_all_others_read(self, caller: Api) -> None:
        central = open_space(config.current().central, status="suspended")
        close(caller, central).refused(409, "central_space_stays")

    def test_what_is_being_opened_anew(self, caller: Api, hue: OpenedSpace) -> None:
        caller.post(f"/tenants/{hue.slug}/opening").ok(202)
        close(caller, hue).refused(409, "opening_under_way")

    def test_what_is_closed(self, caller: Api) -> None:
        close(caller, open_space(status="closed")).refused(409, "tenant_closed")

    def test_what_there_is_none_of(self, caller: Api) -> None:
        caller.post("/tenants/khong-co/closing", {"confirm": "khong-co", "reason": REASON}).refused(404)

    def test_only_operators_may(self, api: Api, hue: OpenedSpace) -> None:
        close(api, hue).refused(401)
        close(hue.admin, hue).refused(401)


class TestNoWayBack:
    """What was begun goes on, whoever asks for what."""

    def test_nothing_else_is_done_to_it(self, caller: Api, hue: OpenedSpace) -> None:
        close(caller, hue).ok(202)
        address = f"/tenants/{hue.slug}"
        caller.post(f"{address}/opening").refused(409, "tenant_closed")
        caller.post(f"{address}/suspension", {"reason": "x"}).refused(409, "tenant_closed")
        caller.delete(f"{address}/suspension").refused(409, "tenant_closed")
        caller.patch(address, {"name": "Tên khác"}, headers={"if-match": "*"}).refused(409, "tenant_closed")

    def test_asked_again_it_is_the_same_work(self, aws: Cloud, caller: Api, hue: OpenedSpace) -> None:
        for _ in range(3):
            close(caller, hue).ok(202)
        later(QUIET_S + 1)
        aws.apply_changes()
        work(hue.slug)
        is_closed(aws, hue.slug)

    def test_it_is_in_the_trail_of_the_platform(self, aws: Cloud, caller: Api, hue: OpenedSpace) -> None:
        close(caller, hue).ok(202)
        trail = audit.page(platform(), clock.timestamp()[:7], None, 200).items
        (record,) = (each for each in trail if each["target"] == {"slug": hue.slug})
        assert (record["operation"], record["given"]) == ("close_tenant", {"reason": REASON})


class TestFigures:
    """What people did last is counted before the tables are dropped."""

    def test_it_waits_for_the_last_change(self, aws: Cloud, caller: Api, hue: OpenedSpace) -> None:
        close(caller, hue).ok(202)
        later(QUIET_S + 1)
        work(hue.slug)
        assert registry.require(hue.slug).status == "closing"
        assert len(tables_of(aws, hue.slug)) == 4
        aws.apply_changes()
        later(10)
        work(hue.slug)
        is_closed(aws, hue.slug)
        totals = platform().table("people").get("national-figures", hue.slug)
        assert totals
        assert totals["e"] == 1

    def test_what_is_never_counted_is_told(self, aws: Cloud, caller: Api, hue: OpenedSpace) -> None:
        close(caller, hue).ok(202)
        later(COUNTED_WITHIN_S + 1)
        work(hue.slug)
        shown = operator().get(f"/tenants/{hue.slug}").ok()["closing"]
        assert (shown["state"], shown["step"], shown["error"]["code"]) == ("failed", "figures", "changes_uncounted")
        assert len(tables_of(aws, hue.slug)) == 4

        aws.apply_changes()
        close(operator(), hue).ok(202)
        later(QUIET_S + 1)
        work(hue.slug)
        assert registry.require(hue.slug).status == "closed"
        assert tables_of(aws, hue.slug) == set()


def test_many_files_go_in_slices(aws: Cloud, caller: Api, hue: OpenedSpace, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1_500):
        files.put(f"{hue.slug}/{number}", b"", "text/plain")
    monkeypatch.setattr(closing, "_SLICES", 1)
    aws.apply_changes()
    close(caller, hue).ok(202)
    later(QUIET_S + 1)
    left = []
    while registry.require(hue.slug).status != "closed":
        work(hue.slug)
        left.append(len(files.names(f"{hue.slug}/", limit=1_000)))
        later(1)
    assert left == [501, 0, 0]
    is_closed(aws, hue.slug)


class TestKilled:
    """A kill at any call is finished by the next try."""

    def test_a_worker(self, aws: Cloud, caller: Api) -> None:
        for call in range(1, MOST_CALLS):
            space = suspended()
            aws.apply_changes()
            close(operator(), space).ok(202)
            later(QUIET_S + 1)
            with killed_at(call) as kill:
                work(space.slug)
            later(LEASE_S + STUCK_AFTER_S)
            queue.sweep()
            while aws.run_jobs():
                pass
            is_closed(aws, space.slug)
            clock.set_source(None)
            if not kill.happened:
                break
        assert call > 20  # four tables alone are sixteen calls

    def test_a_request(self, aws: Cloud) -> None:
        """Either nothing has begun, or the space is closed all the same, or when it is asked for again."""
        begun = set()
        for call in range(1, MOST_CALLS):
            space = suspended()
            aws.apply_changes()
            with killed_at(call) as kill:
                close(operator(), space)
            begun.add(registry.require(space.slug).status)
            close(operator(), space).ok(202)
            later(QUIET_S + 1)
            work(space.slug)
            is_closed(aws, space.slug)
            clock.set_source(None)
            if not kill.happened:
                break
        assert begun == {"suspended", "closing"}


def test_a_space_that_was_opened_over_the_api_is_closed_to_the_last_thing(aws: Cloud, caller: Api) -> None:
    wanted = new_tenant()
    slug = wanted["slug"]
    caller.post("/tenants", wanted).ok(202)
    aws.drain()
    assert f"{slug}/{opening.MARKER}" in files.names(f"{slug}/")
    caller.post(f"/tenants/{slug}/suspension", {"reason": REASON}).ok()
    caller.post(f"/tenants/{slug}/closing", {"confirm": slug, "reason": REASON}).ok(202)
    later(QUIET_S + 1)
    work(slug)
    is_closed(aws, slug)
