"""Opening a space: one request, a job of repeatable steps, and people can come in."""

from __future__ import annotations

import base64
import threading
from contextvars import Context
from typing import Any

import pytest

from chalicelib import clock
from chalicelib.errors import Unavailable
from chalicelib.jobs import queue
from chalicelib.provisioning import opening
from chalicelib.storage import files
from chalicelib.storage.spaces import Space
from chalicelib.tenants import registry
from chalicelib.tenants.models import OPENING_STEPS
from tests import pictures
from tests.api import Api
from tests.emulated import Cloud
from tests.factories import operator
from tests.identity import mailbox
from tests.provisioning.tenants import new_tenant, protected_tables
from tests.spending import spending

PASSWORD = "chim-sáo-qua-sông-Hương"


@pytest.fixture
def caller(aws: Cloud) -> Api:
    return operator()


def _open(caller: Api, aws: Cloud, **more: Any) -> str:
    wanted = new_tenant(**more)
    caller.post("/tenants", wanted).ok(202)
    aws.drain()
    assert caller.get(f"/tenants/{wanted['slug']}").ok()["status"] == "open"
    return str(wanted["slug"])


def test_from_the_request_to_the_first_admin_at_work(caller: Api, aws: Cloud, api: Api) -> None:
    wanted = new_tenant("hue")
    reply = caller.post("/tenants", wanted)
    tenant = reply.ok(202)
    assert reply.headers["location"] == "/v1/tenants/hue"
    assert tenant["status"] == "opening"
    assert tenant["opening"]["state"] == "waiting"
    assert [step["done"] for step in tenant["opening"]["steps"]] == [False] * len(OPENING_STEPS)

    assert api.get("/spaces/hue").ok()["status"] == "opening"
    waiting = api.post("/spaces/hue/sessions", {"login": "admin@hue.example", "password": PASSWORD})
    waiting.refused(503, "space_opening")

    aws.drain()
    opened = caller.get(reply.headers["location"]).ok()
    assert opened["status"] == "open"
    assert opened["opening"]["state"] == "done"
    assert opened["opening"]["error"] is None
    assert all(step["done"] for step in opened["opening"]["steps"])
    assert opened["first_admin"] == {"name": "Trần Thị Bình", "email": "admin@hue.example"}

    (letter,) = mailbox.to("admin@hue.example")
    address = f"/spaces/hue/invitations/{mailbox.token(letter)}"
    assert api.get(address).ok()["name"] == "Trần Thị Bình"
    signed_in = api.post(address, {"password": PASSWORD}).ok()
    admin = Api(signed_in["access_token"])
    assert admin.get("/spaces/hue/me").ok()["roles"] == ["admin"]
    assert admin.get("/spaces/hue/settings").ok()["name"] == wanted["name"]
    public = api.get("/spaces/hue").ok()
    assert public["status"] == "open"
    assert public["brand"]["colours"]["accent"] == "#8b1a1a"
    assert "thành phố Huế" in public["welcome"]


def test_its_tables_are_there_and_guarded(caller: Api, aws: Cloud) -> None:
    slug = _open(caller, aws)
    assert all(protected_tables(aws, slug).values())
    learning = aws.dynamodb.describe_table(TableName=Space(slug).table_name("learning"))["Table"]
    assert learning["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert learning["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert files.names(f"{slug}/") == [f"{slug}/{opening.MARKER}"]


def test_every_step_has_its_function() -> None:
    assert set(opening.STEPS) == set(OPENING_STEPS)


def test_a_logo_comes_with_the_request(caller: Api, aws: Cloud, api: Api) -> None:
    brand = {
        **new_tenant()["brand"],
        "logo": {**pictures.encoded(pictures.webp(300, 80)), "content_type": "image/webp"},
    }
    slug = _open(caller, aws, brand=brand)
    logo = api.get(f"/spaces/{slug}").ok()["brand"]["logo"]
    assert (logo["content_type"], logo["width"], logo["height"]) == ("image/webp", 300, 80)
    key = registry.profile(slug).logo_key
    assert key is not None
    assert key.startswith(f"{slug}/brand/")
    assert files.get(key) == pictures.webp(300, 80)


def test_a_tenants_own_settings_and_greeting_are_kept(caller: Api, aws: Cloud) -> None:
    own = {"self_registration": False, "language": "en", "welcome": "Xin chào\nmọi người"}
    slug = _open(caller, aws, settings=own)
    settings = caller.get(f"/tenants/{slug}").ok()["settings"]
    assert settings == {**own, "catalogue_public": True, "national_updates": "manual"}


def test_an_english_space_is_greeted_in_english(caller: Api, aws: Cloud) -> None:
    slug = _open(caller, aws, settings={"language": "en"}, name="Mạng {lưới} số")
    assert (
        caller.get(f"/tenants/{slug}")
        .ok()["settings"]["welcome"]
        .startswith("Welcome to the training space of Mạng {lưới} số.")
    )


class TestRefusals:
    """What cannot be opened is refused, every bad field named."""

    def test_every_bad_field_at_once(self, caller: Api) -> None:
        reply = caller.post(
            "/tenants",
            {
                "slug": "Huế!",
                "name": " ",
                "kind": "city",
                "brand": {
                    "short_name": "x" * 41,
                    "colours": {"primary": "#ffd700", "accent": "#ff0000"},
                    "logo": {"data": base64.b64encode(b"<svg onload='alert(1)'/>").decode()},
                    "support": {"email": "x"},
                },
                "first_admin": {"name": "", "email": "not an address"},
                "settings": {"language": "fr"},
                "plan": "gold",
            },
        )
        reply.refused(422, "invalid_input")
        assert reply.bad_fields == {
            "slug",
            "name",
            "kind",
            "brand.short_name",
            "brand.colours.primary",
            "brand.colours.accent",
            "brand.logo.data",
            "brand.support.email",
            "first_admin.name",
            "first_admin.email",
            "settings.language",
            "plan",
        }

    def test_what_is_missing(self, caller: Api) -> None:
        reply = caller.post("/tenants", {})
        reply.refused(422)
        assert reply.bad_fields == {"slug", "name", "kind", "brand", "first_admin"}

    @pytest.mark.parametrize("slug", ["platform", "national", "admin", "api", "www"])
    def test_a_reserved_slug(self, caller: Api, slug: str) -> None:
        problem = caller.post("/tenants", new_tenant(slug)).refused(422)
        assert [(each["field"], each["code"]) for each in problem["errors"]] == [("slug", "slug_reserved")]

    def test_a_slug_that_is_taken(self, caller: Api, aws: Cloud) -> None:
        slug = _open(caller, aws)
        before = registry.require(slug).serialize()
        problem = caller.post("/tenants", new_tenant(slug)).refused(422)
        assert [(each["field"], each["code"]) for each in problem["errors"]] == [("slug", "slug_taken")]
        assert registry.require(slug).serialize() == before

    def test_the_logo_of_a_taken_slug_does_not_reach_the_other_tenants_files(self, caller: Api, aws: Cloud) -> None:
        slug = _open(caller, aws)
        before = files.names(f"{slug}/")
        brand = {**new_tenant()["brand"], "logo": pictures.encoded(pictures.png())}
        caller.post("/tenants", new_tenant(slug, brand=brand)).refused(422)
        assert files.names(f"{slug}/") == before

    def test_a_closed_tenants_slug_stays_taken(self, caller: Api, aws: Cloud, api: Api) -> None:
        slug = _open(caller, aws)
        registry.settle(slug, lambda record: {"status": "closed"} if record.status != "closed" else {})
        api.get(f"/spaces/{slug}").refused(404)
        problem = caller.post("/tenants", new_tenant(slug)).refused(422)
        assert problem["errors"][0]["code"] == "slug_taken"
        caller.post(f"/tenants/{slug}/opening").refused(409, "tenant_closed")
        caller.post(f"/tenants/{slug}/suspension", {"reason": "x"}).refused(409, "tenant_closed")
        caller.delete(f"/tenants/{slug}/suspension").refused(409, "tenant_closed")

    def test_names_are_kept_in_one_form(self, caller: Api, aws: Cloud) -> None:
        name = "U\u0309y ban  nhân dân\u202e tỉnh Quảng Trị"
        slug = _open(caller, aws, name=name)
        assert caller.get(f"/tenants/{slug}").ok()["name"] == "Ủy ban nhân dân tỉnh Quảng Trị"
        found = caller.get("/tenants", query={"q": "uy ban quang tri"}).ok()
        assert [item["slug"] for item in found["items"]] == [slug]

    def test_only_operators_may(self, caller: Api, aws: Cloud, api: Api) -> None:
        api.post("/tenants", new_tenant()).refused(401)
        slug = _open(caller, aws)
        for method, path in [
            ("POST", f"/tenants/{slug}/opening"),
            ("POST", f"/tenants/{slug}/suspension"),
            ("DELETE", f"/tenants/{slug}/suspension"),
            ("PATCH", f"/tenants/{slug}"),
        ]:
            api.call(method, path, {"reason": "x"}).refused(401)

    @pytest.mark.parametrize("slug", ["khong-co", "Kh%C3%B4ng", "x"])
    def test_a_tenant_that_there_is_none_of(self, caller: Api, slug: str) -> None:
        caller.get(f"/tenants/{slug}").refused(404, "not_found")
        caller.post(f"/tenants/{slug}/opening").refused(404, "not_found")
        caller.post(f"/tenants/{slug}/suspension", {"reason": "x"}).refused(404, "not_found")


class TestTogether:
    """Many operators, many retries."""

    def test_of_many_who_want_a_slug_one_gets_it(self, aws: Cloud, caller: Api) -> None:
        wanted = new_tenant()
        start = threading.Barrier(8)
        statuses: list[int] = []

        def ask(number: int) -> None:
            start.wait()
            statuses.append(caller.post("/tenants", {**wanted, "name": f"Đơn vị {number}"}).status)

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        # A transaction that met another one on the way is told to come again (503), and then finds the slug taken.
        assert statuses.count(202) == 1
        assert set(statuses) <= {202, 422, 503}
        aws.drain()
        assert caller.get(f"/tenants/{wanted['slug']}").ok()["status"] == "open"

    def test_a_repeated_request_gives_the_first_answer(self, aws: Cloud, caller: Api) -> None:
        wanted = new_tenant()
        first = caller.post("/tenants", wanted, headers={"idempotency-key": "m-1"})
        again = caller.post("/tenants", wanted, headers={"idempotency-key": "m-1"})
        assert (again.status, again.text) == (first.status, first.text)
        assert again.headers["location"] == first.headers["location"]
        caller.post("/tenants", wanted).refused(422)


class TestTrouble:
    """What goes wrong is seen where the operator looks, and mended by trying again."""

    def test_a_step_that_fails_shows_its_error_and_is_tried_again(
        self, aws: Cloud, caller: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def busy(job: queue.Job) -> None:
            raise Unavailable

        wanted = new_tenant()
        with monkeypatch.context() as during:
            during.setitem(opening.STEPS, "files", busy)
            caller.post("/tenants", wanted).ok(202)
            aws.drain()
        reply = caller.get(f"/tenants/{wanted['slug']}")
        shown = reply.ok()["opening"]
        assert (shown["state"], shown["step"]) == ("waiting", "files")
        assert shown["error"]["code"] == "unavailable"
        assert [step["name"] for step in shown["steps"] if step["done"]] == list(
            OPENING_STEPS[: OPENING_STEPS.index("files")]
        )
        now = clock.epoch_s()
        clock.set_source(lambda: now + 120)
        queue.sweep()
        aws.drain()
        later = caller.get(f"/tenants/{wanted['slug']}", headers={"if-none-match": reply.headers["etag"]})
        assert later.ok()["status"] == "open"
        assert later.ok()["opening"]["error"] is None

    def test_a_first_admin_who_has_an_account_already_is_not_raised(self, aws: Cloud, caller: Api, api: Api) -> None:
        """Anyone could have registered with that address before it was named."""
        slug = _open(caller, aws)
        registration = {"name": "Lê Văn Cường", "login": "cuong@hue.example", "password": PASSWORD}
        api.post(f"/spaces/{slug}/people", registration).ok(201)
        address = f"/tenants/{slug}"
        edit = {"first_admin": {"name": "Lê Văn Cường", "email": "cuong@hue.example"}}
        caller.patch(address, edit, headers={"if-match": caller.get(address).headers["etag"]}).ok()
        assert caller.post(f"{address}/opening").ok(202)["opening"]["state"] == "waiting"
        aws.drain()
        shown = caller.get(address).ok()
        assert shown["status"] == "open"
        assert (shown["opening"]["state"], shown["opening"]["step"]) == ("failed", "first_admin")
        assert shown["opening"]["error"]["code"] == "first_admin_known"

        edit = {"first_admin": {"name": "Phạm Thị Dung", "email": "dung@hue.example"}}
        caller.patch(address, edit, headers={"if-match": caller.get(address).headers["etag"]}).ok()
        caller.post(f"{address}/opening").ok(202)
        aws.drain()
        assert caller.get(address).ok()["opening"]["state"] == "done"
        assert len(mailbox.to("dung@hue.example")) == 1

    def test_repeating_an_opening_that_is_under_way_changes_nothing(self, aws: Cloud, caller: Api) -> None:
        wanted = new_tenant()
        caller.post("/tenants", wanted).ok(202)
        job = registry.require(wanted["slug"]).opening["job"]
        for _ in range(3):
            caller.post(f"/tenants/{wanted['slug']}/opening").ok(202)
        assert registry.require(wanted["slug"]).opening["job"] == job
        aws.drain()

    def test_repeating_an_opening_that_is_done_harms_nothing(self, aws: Cloud, caller: Api) -> None:
        slug = _open(caller, aws)
        before = caller.get(f"/tenants/{slug}").ok()
        start = threading.Barrier(4)

        def ask() -> None:
            start.wait()
            caller.post(f"/tenants/{slug}/opening")

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        aws.drain()
        after = caller.get(f"/tenants/{slug}").ok()
        assert {**after, "updated_at": ""} == {**before, "updated_at": ""}
        opened = [item for item in queue.of_tenant(slug, None, 100).items if item.kind == opening.KIND]
        assert len(opened) == 2
        assert len(mailbox.to(f"admin@{slug}.example")) == 1

    def test_a_forgotten_job_leaves_the_status_to_tell(self, aws: Cloud, caller: Api) -> None:
        slug = _open(caller, aws)
        now = clock.epoch_s()
        clock.set_source(lambda: now + 91 * 24 * 3600)
        shown = operator().get(f"/tenants/{slug}").ok()["opening"]
        assert (shown["state"], shown["error"]) == ("done", None)

    def test_the_way_is_told_step_by_step(self, aws: Cloud, caller: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        wanted = new_tenant()
        told: list[tuple[str, int]] = []

        def looking(name: str) -> Any:
            real = opening.STEPS[name]

            def step(job: queue.Job) -> None:
                # A request has a context of its own: it is not the job that asks.
                shown = Context().run(lambda: caller.get(f"/tenants/{wanted['slug']}").ok())["opening"]
                told.append((shown["step"], sum(each["done"] for each in shown["steps"])))
                assert shown["state"] == "running"
                real(job)

            return step

        for name in OPENING_STEPS:
            monkeypatch.setitem(opening.STEPS, name, looking(name))
        caller.post("/tenants", wanted).ok(202)
        aws.drain()
        assert told == [(name, place) for place, name in enumerate(OPENING_STEPS)]

    def test_what_opening_a_space_spends(self, aws: Cloud, caller: Api) -> None:
        with spending() as spent:
            _open(caller, aws)
        (job,) = (line for line in spent.lines if line.get("kind") == opening.KIND)
        assert job["outcome"] == "done"
        assert job["calls"] <= 30
