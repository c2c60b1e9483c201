"""Who acts for one space reaches that space's data alone, whichever way is tried; who acts for nobody reaches none."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Any, get_args

import pytest

from chalicelib import config
from chalicelib.courses import catalogue, content
from chalicelib.courses.store import FileItem
from chalicelib.errors import NotFound
from chalicelib.http import keyring
from chalicelib.storage import acting, client, files, mappings, tables
from chalicelib.storage.acting import Crosses, Foreign, NotActing
from chalicelib.storage.models import TABLE_KINDS
from chalicelib.storage.spaces import Space, platform
from chalicelib.storage.table import Write, transact
from chalicelib.tenants import registry
from tests import factories
from tests.api import Api
from tests.emulated import Cloud
from tests.walls import as_nobody, on_behalf

HUE, CITY = Space("hue"), Space("hue-city")
ITEM = {"pk": "a", "sk": "b"}


@pytest.fixture(scope="module", autouse=True)
def two_spaces(aws: Cloud) -> None:
    """Two tenants, the name of one of which begins the other's."""
    for space in (HUE, CITY):
        for kind in TABLE_KINDS:
            tables.create(space, kind)
    files.put("national/x", b"", "text/plain")
    files.put("hue-city/x", b"", "text/plain")
    CITY.table("people").put(ITEM)


as_hue = partial(on_behalf, "hue")

# Every way in which the program reaches a tenant's tables: of this space.
WAYS: dict[str, Callable[[Space], object]] = {
    "get": lambda space: space.table("people").get("a", "b"),
    "query": lambda space: space.table("learning").query("a"),
    "query of an index": lambda space: space.table("people").query("a", index="listed"),
    "scan": lambda space: space.table("courses").scan(("pk",)),
    "batch get": lambda space: space.table("statements").batch_get([("a", "b")]),
    "put": lambda space: space.table("people").put(ITEM),
    "batch write": lambda space: space.table("learning").put_all([ITEM]),
    "update": lambda space: space.table("courses").update("a", "b", "SET x = :x", {":x": 1}),
    "delete": lambda space: space.table("people").delete("a", "b"),
    "transaction": lambda space: transact([space.table("people").putting(ITEM)]),
    "check in a transaction": lambda space: transact(
        [space.table("people").checking("z", "z", "attribute_not_exists(pk)")]
    ),
    "model": lambda space: space[FileItem].find("file#1", "file"),
    "models": lambda space: space[FileItem].find_many([("file#1", "file")]),
    "page of models": lambda space: space[FileItem].page("file#1", limit=1),
    "deletion of a model": lambda space: space[FileItem]("file#1", "file").delete(),
}
each_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())

# Every way in which the program reaches a tenant's files: those that begin with this name.
FILES: dict[str, Callable[[str], object]] = {
    "put": lambda first: files.put(f"{first}/y", b"", "text/plain"),
    "begin": lambda first: files.abandon(f"{first}/z", files.begin(f"{first}/z", "text/plain")),
    "get": lambda first: files.get(f"{first}/y"),
    "head": lambda first: files.head(f"{first}/y"),
    "copy to": lambda first: files.copy("national/x", f"{first}/y"),
    "copy from": lambda first: files.copy(f"{first}/y", "hue/z"),
    "delete": lambda first: files.delete(f"{first}/nothing"),
    "list": lambda first: files.names(f"{first}/"),
    "address": lambda first: files.address(f"{first}/y"),
    "delete many": lambda first: files.delete_some(Space(first)),
    "list a page": lambda first: files.listed(Space(first), ""),
    "form": lambda first: files.upload_form(f"{first}/y", "text/plain", 10),
}
each_file = pytest.mark.parametrize("way", FILES.values(), ids=FILES.keys())


@each_way
def test_a_spaces_own_tables_are_there(way: Callable[[Space], object]) -> None:
    as_hue(way, HUE)


@each_way
def test_another_spaces_tables_are_not(way: Callable[[Space], object]) -> None:
    with pytest.raises(Foreign):
        as_hue(way, CITY)


@each_way
def test_on_nobodys_behalf_no_table_is_there(way: Callable[[Space], object]) -> None:
    with pytest.raises(NotActing):
        as_nobody(way, HUE)


@each_way
def test_the_platform_itself_enters_no_tenants_table(way: Callable[[Space], object]) -> None:
    def as_platform() -> None:
        with acting.on_behalf_of("platform"):
            way(HUE)

    with pytest.raises(Foreign):
        as_nobody(as_platform)


@each_file
def test_a_spaces_own_files_are_there(way: Callable[[str], object]) -> None:
    files.put("hue/y", b"", "text/plain")
    as_hue(way, "hue")


@pytest.mark.parametrize("first", ["hue-city", "hu", "platform"])
@each_file
def test_other_files_are_not(way: Callable[[str], object], first: str) -> None:
    with pytest.raises(Foreign):
        as_hue(way, first)


@each_file
def test_on_nobodys_behalf_no_file_is_there(way: Callable[[str], object]) -> None:
    with pytest.raises(NotActing):
        as_nobody(way, "hue")


@pytest.mark.parametrize("drop", [tables.drop, mappings.detach])
def test_nothing_of_another_space_is_dropped(drop: Callable[[Space], object]) -> None:
    """The function that drops tables has the right to drop anyone's: only this stands before it."""
    with pytest.raises(Foreign):
        as_hue(drop, CITY)
    with pytest.raises(NotActing):
        as_nobody(drop, CITY)
    assert CITY.table("people").get("a", "b") is not None


def test_a_list_of_files_stops_at_the_spaces_name() -> None:
    """``hue`` begins the names of the files of ``hue-city``, too."""
    for prefix in ("hue", "", "h"):
        with pytest.raises(Foreign):
            as_hue(files.names, prefix)


def test_what_is_national_is_read_by_all_and_written_by_the_centre() -> None:
    def as_centre() -> None:
        with acting.on_behalf_of(config.current().central):
            files.put("national/y", b"", "text/plain")

    as_nobody(as_centre)
    assert as_hue(files.head, "national/y") is not None
    with pytest.raises(Foreign):
        as_hue(files.put, "national/y", b"", "text/plain")
    with pytest.raises(Foreign):
        as_hue(files.copy, "hue/y", "national/y")


def test_a_thread_that_a_request_begins_acts_for_nobody() -> None:
    def in_a_thread() -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(WAYS["get"], HUE).result()

    with pytest.raises(NotActing):
        as_hue(in_a_thread)


def test_a_thread_that_is_handed_the_context_acts_for_the_same() -> None:
    def in_a_thread() -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(copy_context().run, WAYS["get"], HUE).result()

    as_hue(in_a_thread)


def test_a_thread_pool_leaves_nothing_of_a_request_to_the_next() -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(as_hue, WAYS["get"], HUE).result()
        with pytest.raises(NotActing):
            pool.submit(WAYS["get"], HUE).result()


CENTRE = "trung-uong"
CROSSES: tuple[Crosses, ...] = get_args(Crosses)


def turned(first: str, crosses: Crosses | None, *then: str) -> None:
    """Begin for one, and go on for others, each from within the one before."""

    def going(slugs: tuple[str, ...]) -> None:
        if slugs:
            with acting.on_behalf_of(slugs[0]):
                assert acting.now().is_for(slugs[0])
                going(slugs[1:])

    def beginning() -> None:
        with acting.on_behalf_of(first, crosses=crosses):
            going(then)

    as_nobody(beginning)


@pytest.mark.parametrize("first", ["hue", CENTRE, "platform"])
@pytest.mark.parametrize("other", ["hue-city", "tenant", "platform", CENTRE])
def test_nobody_turns_to_another_by_itself(first: str, other: str) -> None:
    if first != other:
        with pytest.raises(Foreign):
            turned(first, None, other)


@pytest.mark.parametrize("first", [CENTRE, "platform"])
def test_what_was_declared_to_cross_turns_to_whom_it_was_declared(first: str) -> None:
    turned(first, "tenants", "hue", "hue")
    turned("platform", "centre", CENTRE)
    with pytest.raises(Foreign):
        turned("platform", "centre", "hue")


def test_nobody_turns_to_the_platform() -> None:
    for crosses in CROSSES:
        with pytest.raises(Foreign):
            turned(CENTRE, crosses, "platform")


def test_whoever_was_turned_to_goes_no_further() -> None:
    for first in (CENTRE, "platform"):
        for third in (first, "hue-city", "platform"):
            with pytest.raises(Foreign):
                turned(first, "tenants", "hue", third)


def test_nobody_gives_himself_the_right_to_cross() -> None:
    def given(slug: str, crosses: Crosses) -> None:
        with acting.on_behalf_of("hue", crosses=None), acting.on_behalf_of(slug, crosses=crosses):
            raise AssertionError

    for slug in ("hue", "hue-city", CENTRE):
        for crosses in CROSSES:
            with pytest.raises(Foreign):
                as_nobody(given, slug, crosses)


def test_an_operation_that_was_not_declared_to_cross_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect, such as a feature might have: at the platform's addresses, where strangers ask too, and at the
    centre's."""

    def turning(*_: object) -> None:
        with acting.on_behalf_of("hue-city"):
            raise AssertionError

    centre = factories.open_space(CENTRE)
    monkeypatch.setattr(keyring, "public", turning)
    Api().get("/v1/jwks.json").refused(500, "internal")
    monkeypatch.setattr(registry, "profile", turning)
    Api().get(centre.at()).refused(500, "internal")


def test_an_error_inside_leaves_nobody_acting() -> None:
    def broken() -> None:
        with acting.on_behalf_of("hue"):
            raise LookupError

    def then() -> None:
        with pytest.raises(LookupError):
            broken()
        acting.now()

    with pytest.raises(NotActing):
        as_nobody(then)


def _both(pk: str, sk: str) -> None:
    transact(
        [HUE.table("learning").putting(ITEM), platform().table("people").updating(pk, sk, "SET x = :x", {":x": 1})]
    )


def test_of_the_platforms_table_only_what_was_said_is_written_beside() -> None:
    def counting(pk: str, sk: str = "hue") -> None:
        with acting.on_behalf_of("hue", beside="figures"):
            _both(pk, sk)

    def adopting(pk: str, sk: str) -> None:
        with acting.on_behalf_of("hue", beside="courses"):
            offer = platform().table("people").putting({"pk": pk, "sk": sk})
            transact([HUE.table("courses").putting(ITEM), offer])

    for place in (("national-figures",), ("national-figures#2026-11",), ("national-figures#courses", "qg1#hue")):
        as_nobody(counting, *place)
    as_nobody(counting, "national-figures#skills#digcomp-2.2", "students#hue")
    as_nobody(adopting, "national#x", "adopter#hue")
    for pk in ("tenant#hue", "national#x", "keyring", "national-figures-x", "national-figures#2026-11-24"):
        with pytest.raises(Foreign):
            as_nobody(counting, pk)
    for sk in ("hue-city", "qg1#hue-city", "hu", "hue#qg1", ""):
        with pytest.raises(Foreign):
            as_nobody(counting, "national-figures#courses", sk)
    for pk, sk in (("national#x", "offer"), ("national#x", "adopter#hue-city"), ("national-figures", "adopter#hue")):
        with pytest.raises(Foreign):
            as_nobody(adopting, pk, sk)
    with pytest.raises(Foreign):
        as_hue(_both, "national-figures", "hue")


def test_beside_its_own_the_centre_offers_and_nobody_takes_away() -> None:
    def centre(*more: Write) -> None:
        with acting.on_behalf_of(CENTRE, beside="courses"):
            transact([Space(CENTRE).table("courses").putting(ITEM), *more])

    factories.open_space(CENTRE)
    table = platform().table("people")
    as_nobody(centre, table.putting({"pk": "national#y", "sk": "offer"}))
    for other in (table.deleting("national#y", "offer"), table.updating("national#y", "offer", "REMOVE l")):
        with pytest.raises(Foreign):
            as_nobody(centre, other)


def test_who_writes_beside_has_no_files() -> None:
    def looked() -> None:
        with acting.on_behalf_of("hue", beside="figures"):
            files.head("hue/y")

    with pytest.raises(Foreign):
        as_nobody(looked)


@pytest.mark.parametrize(
    "request_",
    [
        {"RequestItems": {"{hue}": {}, "{city}": {}}},
        {"RequestItems": {"{city}": {}}},
        {"TransactItems": [{"Put": {"TableName": "{hue}"}}, {"Delete": {"TableName": "{city}"}}]},
        {"TransactItems": [{"Update": {"TableName": "{hue}"}, "Put": {"TableName": "{city}"}}]},
        {"TableName": "{hue}", "RequestItems": {"{city}": {}}},
        {"TableName": "{hue}", "TransactItems": [{"Put": {"TableName": "{city}"}}]},
        {"TableName": "arn:aws:dynamodb:ap-southeast-1:1:table/{city}"},
        {"Statement": 'SELECT * FROM "{city}"'},
        {},
    ],
)
def test_no_request_takes_another_table_along(request_: dict[str, Any]) -> None:
    def named(value: Any) -> Any:
        if isinstance(value, dict):
            return {named(key): named(each) for key, each in value.items()}
        if isinstance(value, list):
            return [named(each) for each in value]
        return value.replace("{hue}", HUE.table_name("people")).replace("{city}", CITY.table_name("people"))

    with pytest.raises(Foreign):
        as_hue(client.call, "Whatever", named(request_))


def test_a_wall_that_is_met_is_told_as_a_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    """The caller learns nothing but a request's id; the log has the rest."""
    met = factories.open_space("tuong")
    # A defect, such as a feature might have.
    monkeypatch.setattr(registry, "profile", lambda space: CITY.table("people").get("a", "b"))
    problem = factories.operator().get(met.at()).refused(500, "internal")
    assert "hue" not in str(problem)


def test_what_this_process_remembers_stays_behind_the_wall() -> None:
    course = factories.published_course(factories.open_space("nho"), [factories.text_lesson("1")])
    course.space.learner.get(course.at("/outline")).ok()
    frozen = catalogue.outline(course.space.space, course.id)
    content.lesson_json(frozen, "1")
    index = catalogue.card(course.space.space, course.id).frozen["index"]
    for look in (lambda: content.structure(index), lambda: content.lesson_json(frozen, "1")):
        with pytest.raises(Foreign):
            as_hue(look)


def test_a_space_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound):
        WAYS["get"](Space("nobody"))
