"""The people of a space over HTTP: lists in Vietnamese order, search without diacritics, edits under If-Match."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib.http.permissions import Role
from chalicelib.people import entries, identifiers, persons, store
from chalicelib.people.person import Person
from tests.api import Api
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space, token_for
from tests.spending import spending

NAMES = [
    "Trần Thị Bích Ngọc", "Nguyễn Văn An", "Lê An", "Nguyễn Thị Ấn", "Đỗ Dũng", "Hoàng Đạt", "Phạm Ánh", "Vũ Anh",
    "Nguyễn Văn Yên", "Bùi Ý", "Nguyễn Đình Ước", "Nguyễn Ưng", "Trần Đăng Dương", "Phan Ăn",
]  # fmt: skip


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def put(hue: OpenedSpace, name: str, *logins: str, roles: tuple[Role, ...] = ("learner",), **more: Any) -> Person:
    given = logins or (f"p{abs(hash(name))}@hue.example",)
    return persons.create(hue.space, name, [identifiers.parse(each) for each in given], roles, **more)


def listed(api: Api, hue: OpenedSpace, **query: Any) -> list[str]:
    """The names on all pages of a list."""
    names: list[str] = []
    while True:
        page = api.get(hue.at("/people"), query=query).ok()
        names += [each["name"] for each in page["items"]]
        if not page["next"]:
            return names
        query["cursor"] = page["next"]


def etag(api: Api, hue: OpenedSpace, person: Person) -> dict[str, str]:
    return {"if-match": api.get(hue.at(f"/people/{person.id}")).headers["etag"]}


@pytest.mark.parametrize("limit", [1, 3, 5, 100])
def test_people_are_listed_by_given_name_in_vietnamese_order(hue: OpenedSpace, limit: int) -> None:
    for name in NAMES:
        put(hue, name)
    assert listed(hue.admin, hue, limit=limit) == [
        "Lê An", "Nguyễn Văn An", "Vũ Anh", "Phạm Ánh", "Phan Ăn", "Nguyễn Thị Ấn", "Đỗ Dũng", "Trần Đăng Dương",
        "Hoàng Đạt", "Trần Thị Bích Ngọc", "Nguyễn Ưng", "Nguyễn Đình Ước", "Bùi Ý", "Nguyễn Văn Yên",
    ]  # fmt: skip


def test_namesakes_are_all_listed(hue: OpenedSpace) -> None:
    made = {put(hue, "Nguyễn Văn An", f"an{number}@hue.example").id for number in range(23)}
    found = []
    query: dict[str, Any] = {"limit": 4}
    while True:
        page = hue.admin.get(hue.at("/people"), query=query).ok()
        found += [each["id"] for each in page["items"]]
        assert len(page["items"]) <= 4
        if not page["next"]:
            break
        query["cursor"] = page["next"]
    assert len(found) == 23
    assert set(found) == made


@pytest.mark.parametrize(
    ("q", "names"),
    [
        ("an", ["Vũ An", "Trần Văn Ẩn", "Lê Ánh"]),
        ("AN", ["Vũ An", "Trần Văn Ẩn", "Lê Ánh"]),
        ("ẩn", ["Vũ An", "Trần Văn Ẩn", "Lê Ánh"]),
        ("van an", ["Trần Văn Ẩn"]),
        ("tran van", ["Trần Văn Ẩn"]),
        ("trần  văn ẩn", ["Trần Văn Ẩn"]),
        ("dang", ["Đặng Bình"]),
        ("binh", ["Đặng Bình"]),
        ("v", ["Trần Văn Ẩn", "Vũ An"]),
        ("ran", []),
        ("an van", []),
        ("%", []),
        ("#", []),
        ("\0", ["Vũ An", "Lê Ánh", "Trần Văn Ẩn", "Đặng Bình"]),
        ("\uffff", []),
        ("\U0010ffff", []),
        ("́", ["Vũ An", "Lê Ánh", "Trần Văn Ẩn", "Đặng Bình"]),
        ("ﷺ" * 99, []),
    ],
)
def test_search_needs_no_diacritics_and_finds_the_beginning_of_any_word(
    hue: OpenedSpace, q: str, names: list[str]
) -> None:
    for name in ("Trần Văn Ẩn", "Lê Ánh", "Vũ An", "Đặng Bình"):
        put(hue, name)
    assert listed(hue.tutor, hue, q=q) == names
    assert listed(hue.tutor, hue, q=q, limit=1) == names


def test_somebody_who_matches_twice_is_found_once(hue: OpenedSpace) -> None:
    put(hue, "An Văn An")
    put(hue, "An Bình An Khang")
    assert listed(hue.admin, hue, q="an", limit=1) == ["An Văn An", "An Bình An Khang"]
    assert listed(hue.admin, hue, q="an") == ["An Văn An", "An Bình An Khang"]


@pytest.mark.parametrize("q", ["0912 345", "+84912", "0912345678", "an.nguyen@", "AN.nguyen@hue"])
def test_who_manages_people_finds_them_by_the_beginning_of_an_identifier(hue: OpenedSpace, q: str) -> None:
    put(hue, "Nguyễn Bình", "0912345678", "an.nguyen@hue.example")
    put(hue, "Lê Cường", "0987654321", "cuong@hue.example")
    assert listed(hue.admin, hue, q=q) == ["Nguyễn Bình"]
    assert listed(hue.tutor, hue, q=q) == []


@pytest.mark.parametrize("q", ["0", "0912", "a", "an.", "n"])
def test_a_tutor_meets_no_identifier_on_the_way(hue: OpenedSpace, q: str) -> None:
    put(hue, "Lê Bình", "0912345678", "an.nguyen@hue.example")
    put(hue, "Lê Cường", "0912345679", "an.le@hue.example")
    page = hue.tutor.get(hue.at("/people"), query={"q": q, "limit": 1}).ok()
    assert page == {"items": [], "next": None}


def test_whose_name_holds_their_number_is_found_once(hue: OpenedSpace) -> None:
    put(hue, "Lê Bình 0912345678", "0912345678")
    assert listed(hue.admin, hue, q="0912", limit=1) == listed(hue.tutor, hue, q="0912") == ["Lê Bình 0912345678"]


def test_a_tutor_sees_names_and_no_identifiers(hue: OpenedSpace) -> None:
    person = put(hue, "Nguyễn Bình", "0912345678")
    for api, identifiers_ in ((hue.tutor, None), (hue.admin, [{"kind": "phone", "value": "+84912345678"}])):
        assert api.get(hue.at("/people")).ok()["items"][0]["identifiers"] == identifiers_
        assert api.get(hue.at(f"/people/{person.id}")).ok()["identifiers"] == identifiers_


def test_filters_by_role_and_status_and_both(hue: OpenedSpace) -> None:
    for number in range(30):
        put(hue, f"Học Viên {number:02d}")
    put(hue, "Một Tác Giả", roles=("author", "learner"))
    put(hue, "Hai Tác Giả", roles=("author",), status="invited")
    put(hue, "Ba Quản Trị", roles=("admin",))
    gone = put(hue, "Bốn Đã Nghỉ")
    persons.change(hue.space, gone, gone.deactivated())
    assert listed(hue.admin, hue, role="author") == ["Hai Tác Giả", "Một Tác Giả"]
    assert listed(hue.admin, hue, role="admin") == ["Ba Quản Trị"]
    assert listed(hue.admin, hue, role="tutor") == []
    assert listed(hue.admin, hue, status="invited") == ["Hai Tác Giả"]
    assert listed(hue.admin, hue, status="deactivated") == ["Bốn Đã Nghỉ"]
    assert listed(hue.admin, hue, role="author", status="active", limit=1) == ["Một Tác Giả"]
    assert listed(hue.admin, hue, role="author", status="deactivated") == []
    assert len(listed(hue.admin, hue, role="learner", limit=7)) == 32
    assert len(listed(hue.admin, hue, status="active", limit=7)) == 32
    assert listed(hue.admin, hue, q="tac gia", role="author", status="active") == ["Một Tác Giả"]
    hue.admin.get(hue.at("/people"), query={"role": "operator"}).refused(422)
    hue.admin.get(hue.at("/people"), query={"rolle": "admin"}).refused(422)


def test_lists_follow_what_people_become(hue: OpenedSpace) -> None:
    an = put(hue, "Nguyễn Văn An", "an@hue.example", roles=("author",))
    persons.change(hue.space, an, an.edited(name="Lê Bình", roles=frozenset({"tutor"})).deactivated())
    assert listed(hue.admin, hue) == ["Lê Bình"]
    assert listed(hue.admin, hue, q="an@") == ["Lê Bình"]
    assert listed(hue.admin, hue, q="van") == listed(hue.admin, hue, role="author") == []
    assert listed(hue.admin, hue, q="binh") == listed(hue.admin, hue, role="tutor") == ["Lê Bình"]
    assert listed(hue.admin, hue, status="deactivated") == ["Lê Bình"]
    rows = hue.space.table("people").query_all(f"person#{an.id}", begins_with="listed#")
    now = persons.get(hue.space, an.id)
    assert {row["sk"] for row in rows} == {entry.sk for entry in entries.of(now)}


def test_pages_cost_the_same_at_any_number_of_people(aws: Cloud) -> None:
    small, large = open_space(), open_space()
    for number in range(3):
        put(small, f"Người {number}", f"p{number}@hue.example")
    _fill(large, 1_000)
    spent = []
    for space in (small, large):
        for query in ({}, {"q": "nguoi"}, {"q": "nguoi 2"}):
            space.admin.get(space.at("/people"), query=query).ok()
            with spending() as heard:
                assert space.admin.get(space.at("/people"), query=query).ok()["items"]
            heard.within_budget()
            spent.append(heard.last["calls"])
    assert spent == [4, 3, 3] * 2


def _fill(hue: OpenedSpace, number: int) -> None:
    def items() -> Any:
        for place in range(number):
            person = persons.new(f"Người {place}", [], ["learner"])
            for _, write in store.adding(hue.space, person, None, "roster"):
                if "Put" in write.request:
                    yield write.request["Put"]["Item"]

    from chalicelib.storage.items import from_item

    hue.space.table("people").put_all(from_item(item) for item in items())


def test_a_person_is_read_and_a_stranger_is_not(hue: OpenedSpace) -> None:
    an = put(hue, "Nguyễn Văn An", "an@hue.example")
    hue.tutor.get(hue.at("/people")).ok()
    with spending() as spent:
        shown = hue.tutor.get(hue.at(f"/people/{an.id}")).ok()
    assert shown["name"] == "Nguyễn Văn An"
    spent.within_budget()
    other = open_space()
    other.admin.get(other.at(f"/people/{an.id}")).refused(404)
    other.admin.get(hue.at(f"/people/{an.id}")).refused(401)
    for person_id in ("0" * 22, "x", "%00", "…"):
        hue.admin.get(hue.at(f"/people/{person_id}")).refused(404)
    for api in (hue.author, hue.learner):
        api.get(hue.at("/people")).refused(403)
        api.get(hue.at(f"/people/{an.id}")).refused(403)


def test_an_admin_changes_name_roles_and_status(hue: OpenedSpace) -> None:
    an = put(hue, "Nguyễn Văn An", "an@hue.example")
    path = hue.at(f"/people/{an.id}")
    changed = hue.admin.patch(path, {"name": "Lê An", "roles": ["author", "tutor"]}, headers=etag(hue.admin, hue, an))
    assert changed.ok()["roles"] == ["author", "tutor"]
    assert changed.headers["etag"] != an.etag
    assert hue.admin.get(path).headers["etag"] == changed.headers["etag"]
    shut = hue.admin.patch(path, {"status": "deactivated"}, headers={"if-match": changed.headers["etag"]})
    assert shut.ok()["status"] == "deactivated"
    back = hue.admin.patch(path, {"status": "active"}, headers={"if-match": shut.headers["etag"]})
    assert back.ok()["status"] == "active"
    same = hue.admin.patch(path, {}, headers={"if-match": back.headers["etag"]})
    assert same.headers["etag"] == back.headers["etag"]


def test_an_edit_needs_the_state_that_was_read(hue: OpenedSpace) -> None:
    an = put(hue, "Nguyễn Văn An", "an@hue.example")
    path, seen = hue.at(f"/people/{an.id}"), etag(hue.admin, hue, an)
    hue.admin.patch(path, {"name": "Lê An"}).refused(428, "if_match_required")
    with ThreadPoolExecutor(8) as pool:
        edits = pool.map(lambda number: hue.admin.patch(path, {"name": f"An {number}"}, headers=seen).status, range(8))
        assert sorted(edits) == [200] + [412] * 7
    hue.admin.patch(hue.at(f"/people/{'0' * 22}"), {}, headers=seen).refused(404)


@pytest.mark.parametrize(
    ("body", "bad"),
    [
        ({"roles": []}, {"roles"}),
        ({"roles": ["operator"]}, {"roles.0"}),
        ({"roles": ["learner", "learner"]}, {"roles"}),
        ({"roles": "admin", "status": "invited", "name": ""}, {"roles", "status", "name"}),
        ({"locale": "en", "id": "x"}, {"locale", "id"}),
    ],
)
def test_bad_edits_name_their_fields(hue: OpenedSpace, body: dict[str, Any], bad: set[str]) -> None:
    an = put(hue, "Nguyễn Văn An", "an@hue.example")
    reply = hue.admin.patch(hue.at(f"/people/{an.id}"), body, headers=etag(hue.admin, hue, an))
    reply.refused(422)
    assert reply.bad_fields == bad


def test_the_last_admin_can_neither_be_shut_out_nor_demoted(hue: OpenedSpace) -> None:
    admin = put(hue, "Quản Trị", "admin@hue.example", roles=("admin",))
    path = hue.at(f"/people/{admin.id}")
    for body in ({"roles": ["learner"]}, {"status": "deactivated"}):
        hue.admin.patch(path, body, headers=etag(hue.admin, hue, admin)).refused(409, "last_admin")
    hue.admin.delete(path).refused(409, "last_admin")
    put(hue, "Quản Trị Hai", "admin2@hue.example", roles=("admin",))
    hue.admin.patch(path, {"roles": ["learner"]}, headers=etag(hue.admin, hue, admin)).ok()


def test_two_admins_who_demote_each_other_at_once_do_not_both_succeed(hue: OpenedSpace) -> None:
    admins = [put(hue, f"Quản Trị {number}", f"a{number}@hue.example", roles=("admin",)) for number in range(2)]
    api = hue.admin

    def demote(admin: Person) -> int:
        return api.patch(hue.at(f"/people/{admin.id}"), {"roles": ["author"]}, headers={"if-match": admin.etag}).status

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(demote, admins)) == [200, 409]


def test_deactivating_again_changes_nothing(hue: OpenedSpace) -> None:
    an = put(hue, "Nguyễn Văn An", "an@hue.example")
    hue.admin.delete(hue.at(f"/people/{an.id}")).ok(204)
    once = persons.get(hue.space, an.id)
    assert once.status == "deactivated"
    hue.admin.delete(hue.at(f"/people/{an.id}")).ok(204)
    assert persons.get(hue.space, an.id) == once
    hue.admin.delete(hue.at(f"/people/{'0' * 22}")).refused(404)
    hue.tutor.delete(hue.at(f"/people/{an.id}")).refused(403)


def test_an_invited_person_becomes_active_by_accepting_alone(hue: OpenedSpace) -> None:
    an = put(hue, "Nguyễn Văn An", "an@hue.example", status="invited")
    path = hue.at(f"/people/{an.id}")
    reply = hue.admin.patch(path, {"status": "active"}, headers=etag(hue.admin, hue, an))
    reply.refused(409, "invitation_pending")
    hue.admin.patch(path, {"status": "deactivated"}, headers=etag(hue.admin, hue, an)).ok()
    back = hue.admin.patch(path, {"status": "active"}, headers=etag(hue.admin, hue, an)).ok()
    assert back["status"] == "invited"


def test_people_read_and_change_themselves(hue: OpenedSpace) -> None:
    an = put(hue, "Nguyễn Văn An", "an@hue.example")
    me = token_for(hue.space, ["learner"], an.id)
    assert me.get(hue.at("/me")).ok()["identifiers"] == [{"kind": "email", "value": "an@hue.example"}]
    changed = me.patch(hue.at("/me"), {"name": "  Nguyễn   An ", "locale": "en"}).ok()
    assert (changed["name"], changed["locale"]) == ("Nguyễn An", "en")
    assert me.get(hue.at("/me")).ok()["name"] == "Nguyễn An"
    reply = me.patch(hue.at("/me"), {"roles": ["admin"], "name": "http://evil"})
    reply.refused(422)
    assert reply.bad_fields == {"roles", "name"}
    Api().get(hue.at("/me")).refused(401)
    hue.learner.get(hue.at("/me")).refused(404)


def test_many_changes_of_oneself_at_once_all_arrive(hue: OpenedSpace) -> None:
    an = put(hue, "Nguyễn Văn An", "an@hue.example")
    me = token_for(hue.space, ["learner"], an.id)
    with ThreadPoolExecutor(2) as pool:
        bodies: list[dict[str, str]] = [{"name": "An Mới"}, {"locale": "en"}]
        assert [reply.status for reply in pool.map(lambda body: me.patch(hue.at("/me"), body), bodies)] == [200, 200]
    now = persons.get(hue.space, an.id)
    assert (now.name, now.locale) == ("An Mới", "en")


def test_a_suspended_space_is_read_by_its_admins_and_changed_by_nobody(aws: Cloud) -> None:
    hue = open_space(status="suspended")
    an = put(hue, "Nguyễn Văn An", "an@hue.example")
    assert listed(hue.admin, hue) == ["Nguyễn Văn An"]
    hue.admin.delete(hue.at(f"/people/{an.id}")).refused(403, "space_suspended")
    hue.tutor.get(hue.at("/people")).refused(403, "space_suspended")


def test_cursors_of_other_lists_are_refused(hue: OpenedSpace) -> None:
    for name in NAMES:
        put(hue, name)
    page = hue.admin.get(hue.at("/people"), query={"limit": 2}).ok()
    hue.admin.get(hue.at("/people"), query={"cursor": page["next"], "q": "an"}).refused(400, "bad_cursor")
    hue.admin.get(hue.at("/people"), query={"cursor": page["next"] + "x"}).refused(400, "bad_cursor")


def test_a_name_of_any_script_has_its_place(hue: OpenedSpace) -> None:
    for name in ("李小龍", "Иван Петров", "한" * 100, "Ǻ" * 100, "ﷺ"):
        put(hue, name, f"p{ord(name[0])}@hue.example")
    assert len(listed(hue.admin, hue)) == 5
    assert listed(hue.admin, hue, q="петр") == ["Иван Петров"]
