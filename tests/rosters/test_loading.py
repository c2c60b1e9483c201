"""Lists of people from the upload to the people that they made: twice, edited by hand, in conflict."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.metering import quotas, waiting
from chalicelib.metering import store as usage
from chalicelib.people import persons, space_key
from chalicelib.people.identifiers import Identifier
from chalicelib.people.person import Person
from chalicelib.rosters import rosters
from chalicelib.storage import acting
from tests import factories
from tests.emulated import Cloud
from tests.factories import OpenedSpace
from tests.rosters.loading import DATA, checked, committed, problems_of, roster_of, uploaded

HEAD = "Mã cán bộ;Họ và tên;Số CCCD;Ngày sinh;Đơn vị;Email;SĐT;Chức vụ\n"


def a_list(*rows: str) -> bytes:
    """A list of these rows, as Excel saves it."""
    return ("\ufeff" + HEAD + "\n".join(rows)).encode()


AN = "CB01;Nguyễn Văn An;;03/07/1990;Sở Y tế;an@hue.example;0912345678;Chuyên viên"
BINH = "CB02;Trần Thị Bình;;1985;Sở Y tế;binh@hue.example;0912345679;Trưởng phòng"


def person_by(space: OpenedSpace, kind: Any, value: str) -> Person:
    """Whoever has this identifier."""
    with acting.on_behalf_of(space.slug):
        found = persons.find(space.space, Identifier(kind, value))
    assert found is not None
    return found


def counts(roster: dict[str, Any]) -> dict[str, int]:
    """What became of the rows, without what became of none."""
    return {
        name: number for name, number in roster["counts"].items() if number and name not in ("problems", "new_units")
    }


def everyone(space: OpenedSpace) -> list[dict[str, Any]]:
    """All people of a space as its admin lists them."""
    found: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": 100}
    while True:
        page = space.admin.get(space.at("/people"), query=query).ok()
        found += page["items"]
        if page["next"] is None:
            return found
        query["cursor"] = page["next"]


def test_a_dry_run_tells_and_writes_nothing_of_anybody(aws: Cloud) -> None:
    space = factories.open_space()
    roster = checked(aws, space, a_list(AN, BINH, "CB03;;;;;;;", "CB01;Nguyễn Văn An;;03/07/1990;Sở Y tế;;;"))
    assert roster["state"] == "checked"
    assert counts(roster) == {"created": 2, "refused": 2}
    assert roster["counts"]["new_units"] == 1
    assert (roster["understood"]["encoding"], roster["understood"]["delimiter"]) == ("utf-8", ";")
    assert [each["field"] for each in roster["understood"]["columns"]][:3] == ["staff_code", "name", "national_id"]
    said = problems_of(space, roster["id"], limit=1)
    assert [(each["row"], each["code"]) for each in said] == [(4, "name_missing"), (5, "identifier_repeated")]
    assert said[0]["mend_vi"]
    assert everyone(space) == []


def test_a_commit_makes_people_who_have_all_that_the_list_says(aws: Cloud) -> None:
    space = factories.open_space()
    roster = committed(
        aws, space, a_list("CB01;Nguyễn Văn An;046090123456;03/07/1990;Sở Y tế;an@hue.example;0912345678;Bác sĩ")
    )
    assert (roster["state"], counts(roster)) == ("committed", {"created": 1})
    person = person_by(space, "staff_code", "CB01")
    with acting.on_behalf_of(space.slug):
        number = space_key.national_id(space.space, "046090123456")
    assert {(each.kind, each.value) for each in person.identifiers} == {
        ("staff_code", "CB01"), ("national_id", number.value), ("email", "an@hue.example"), ("phone", "+84912345678"),
    }  # fmt: skip
    assert (person.name, person.name_by, person.status, person.roles) == (
        "Nguyễn Văn An", "roster", "invited", frozenset(["learner"]),
    )  # fmt: skip
    assert person.activation == 1
    assert person.profile["birth"].value == "1990-07-03"
    assert person.profile["position"].value == "Bác sĩ"
    assert person.unit is not None
    assert "046090123456" not in str(everyone(space))


def test_the_2000_people_twice(aws: Cloud) -> None:
    space = factories.open_space()
    first = committed(aws, space, (DATA / "utf16le_tab.txt").read_bytes(), "Danh sách.txt")
    assert counts(first) == {"created": 2000}
    assert first["understood"]["encoding"] == "utf-16"
    people = {each["id"] for each in everyone(space)}
    assert len(people) == 2000
    with acting.on_behalf_of(space.slug):
        listed: list[str] = []
        after: int | None = 0
        while after is not None:
            found, after = rosters.people_of(space.space, first["id"], after)
            listed += found
    assert sorted(listed) == sorted(people)
    before = {each.id: each.version for each in stored(space, people)}
    again = committed(aws, space, (DATA / "truth.csv").read_bytes())
    assert counts(again) == {"unchanged": 2000}
    assert again["counts"]["problems"] == 0
    assert {each.id: each.version for each in stored(space, people)} == before


def stored(space: OpenedSpace, people: set[str]) -> list[Person]:
    """These persons as they are stored."""
    with acting.on_behalf_of(space.slug):
        return list(persons.many(space.space, people).values())


def test_one_identifier_that_somebody_has_is_enough(aws: Cloud) -> None:
    space = factories.open_space()
    committed(aws, space, a_list(AN))
    person = person_by(space, "staff_code", "CB01")
    later = committed(aws, space, a_list(";Nguyễn Văn An;046090123456;;;an@hue.example;;"))
    assert counts(later) == {"changed": 1}
    with acting.on_behalf_of(space.slug):
        number = space_key.national_id(space.space, "046090123456")
    assert person_by(space, "national_id", number.value).id == person.id


def test_a_row_that_leads_to_two_people_is_for_somebody_to_decide(aws: Cloud) -> None:
    space = factories.open_space()
    committed(aws, space, a_list(AN, BINH))
    roster = committed(aws, space, a_list("CB01;Nguyễn Văn An;;;;binh@hue.example;;"))
    assert counts(roster) == {"conflicts": 1}
    (said,) = problems_of(space, roster["id"])
    assert (said["code"], said["severity"]) == ("several_people", "error")
    assert "Nguyễn Văn An (CB01)" in said["vi"]
    assert "Trần Thị Bình (CB02)" in said["vi"]
    assert len(everyone(space)) == 2
    (case,) = space.admin.get(space.at("/ambiguous-sign-ins")).ok()["items"]
    assert (case["by"], case["rows"]) == ({"kind": "list", "id": roster["id"], "name": roster["name"]}, 1)
    space.admin.delete(space.at(f"/ambiguous-sign-ins/{case['id']}")).ok(204)
    assert space.admin.get(space.at("/ambiguous-sign-ins")).ok()["items"] == []


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("CB77;Nguyễn Văn An;;;;;0912345678;", "somebody_else"),  # the same telephone, another staff code
        (";Lê Thị Lan;;;;;0912345678;", "another_name"),
        (";Lê Thị Lan;;;;an@hue.example;;", "another_name"),
    ],
)
def test_a_telephone_or_mailbox_alone_makes_nobody_somebody_else(aws: Cloud, row: str, code: str) -> None:
    space = factories.open_space()
    committed(aws, space, a_list(AN))
    roster = committed(aws, space, a_list(row))
    assert counts(roster) == {"conflicts": 1}
    assert [each["code"] for each in problems_of(space, roster["id"])] == [code]
    assert person_by(space, "staff_code", "CB01").name == "Nguyễn Văn An"


def test_the_same_account_twice_in_one_list(aws: Cloud) -> None:
    space = factories.open_space()
    committed(aws, space, a_list(AN))
    roster = committed(aws, space, a_list("CB01;Nguyễn Văn An;;;;;;", ";Nguyễn Văn An;;;;an@hue.example;;"))
    assert counts(roster) == {"unchanged": 1, "refused": 1}
    (said,) = problems_of(space, roster["id"])
    assert (said["row"], said["code"]) == (3, "person_repeated")


def test_what_was_edited_by_hand_stays_unless_the_list_is_to_count_more(aws: Cloud) -> None:
    space = factories.open_space()
    committed(aws, space, a_list(AN))
    person = person_by(space, "staff_code", "CB01")
    where = space.at(f"/people/{person.id}")
    etag = space.admin.get(where).headers["etag"]
    space.admin.patch(where, {"name": "Nguyễn Văn Ân"}, headers={"if-match": etag}).ok()
    newer = "CB01;Nguyễn Văn An;;03/07/1990;Sở Y tế;an2@hue.example;0912345678;Trưởng khoa"
    roster = committed(aws, space, a_list(newer))
    assert counts(roster) == {"changed": 1}
    changed = person_by(space, "staff_code", "CB01")
    assert changed.profile["position"].value == "Trưởng khoa"
    assert (changed.email, changed.activation) == ("an2@hue.example", 1)  # nobody had come in by the old one
    assert (changed.name, changed.name_by) == ("Nguyễn Văn Ân", "admin")
    assert [each["code"] for each in problems_of(space, roster["id"])] == ["edited_by_hand"]
    committed(aws, space, a_list(newer), overwrite_edits=True)
    assert person_by(space, "staff_code", "CB01").name == "Nguyễn Văn An"


def test_what_somebody_signs_in_with_stays(aws: Cloud) -> None:
    space = factories.open_space()
    committed(aws, space, a_list(AN))
    with acting.on_behalf_of(space.slug):
        person = persons.find(space.space, Identifier("staff_code", "CB01"))
        assert person
        persons.change(space.space, person, person.joined())
    newer = a_list("CB01;Nguyễn Văn An;;;;an2@hue.example;;")
    roster = committed(aws, space, newer)
    assert counts(roster) == {"unchanged": 1}
    assert [each["code"] for each in problems_of(space, roster["id"])] == ["identifier_kept"]
    assert person_by(space, "staff_code", "CB01").email == "an@hue.example"
    committed(aws, space, newer, overwrite_edits=True)
    assert person_by(space, "staff_code", "CB01").email == "an2@hue.example"


def test_columns_are_told_where_the_guess_is_wrong(aws: Cloud) -> None:
    space = factories.open_space()
    content = "Mã;b;c\n01;Nguyễn Văn An;x1\n02;Trần Thị Bình;x2\n".encode()
    roster = checked(aws, space, content)
    assert roster["understood"]["columns"][0]["field"] == "staff_code"
    where = space.at(f"/rosters/{roster['id']}/mapping")
    space.admin.put(where, {"columns": {"0": "name", "1": "name"}}).refused(422)
    space.admin.put(where, {"columns": {"0": None, "1": "name", "2": "staff_code"}}).ok(202)
    aws.drain()
    told = roster_of(space, roster["id"])
    assert counts(told) == {"created": 2}
    assert [each["guessed_by"] for each in told["understood"]["columns"]] == ["mapping"] * 3


def test_a_list_no_row_of_which_can_be_used(aws: Cloud) -> None:
    space = factories.open_space()
    roster = checked(aws, space, "STT;Đơn vị;Ghi chú\n1;Sở Y tế;x\n2;Sở Y tế;y\n".encode())
    assert roster["state"] == "checked"
    assert counts(roster) == {}
    assert {each["code"] for each in problems_of(space, roster["id"])} >= {"name_column_missing"}
    space.admin.post(space.at(f"/rosters/{roster['id']}/commit")).refused(409, "roster_unusable")


def test_what_is_no_list_fails_with_words(aws: Cloud) -> None:
    space = factories.open_space()
    roster = checked(aws, space, b"%PDF-1.7 ...", "danh-sach.pdf")
    assert roster["state"] == "failed"
    assert roster["error"]["code"] == "list_format"
    space.admin.post(space.at(f"/rosters/{roster['id']}/commit")).refused(409, "roster_not_ready")


def test_a_small_list_is_sent_along(aws: Cloud) -> None:
    space = factories.open_space()
    sent = {"name": "nhanh.csv", "content": "Họ tên,Email\nNguyễn Văn An,an@hue.example\n"}
    made = space.admin.post(space.at("/rosters"), sent).ok(201)
    assert (made["state"], made["upload"]) == ("checking", None)
    aws.drain()
    assert counts(roster_of(space, made["id"])) == {"created": 1}
    space.admin.post(space.at("/rosters"), {"name": "x.csv"}).refused(422)


def test_what_is_out_of_turn_is_refused(aws: Cloud) -> None:
    space = factories.open_space()
    made = space.admin.post(space.at("/rosters"), {"name": "a.csv", "size": 5}).ok(201)
    at = space.at(f"/rosters/{made['id']}")
    space.admin.post(f"{at}/confirm").refused(409, "not_uploaded")
    space.admin.post(f"{at}/commit").refused(409, "roster_not_ready")
    space.admin.put(f"{at}/mapping", {"columns": {}}).refused(409, "roster_not_ready")
    space.admin.get(f"{at}/remarks").refused(409, "no_remarks")
    assert space.admin.get(f"{at}/problems").ok()["items"] == []
    assert space.admin.post(f"{at}/cancel").ok()["state"] == "cancelled"
    assert space.admin.post(f"{at}/cancel").ok()["state"] == "cancelled"
    space.author.get(at).refused(403)
    roster = committed(aws, space, a_list(AN))
    space.admin.post(space.at(f"/rosters/{roster['id']}/cancel")).refused(409, "roster_committed")
    assert space.admin.post(space.at(f"/rosters/{roster['id']}/commit")).ok(202)["state"] == "committed"
    names = [each["id"] for each in space.admin.get(space.at("/rosters")).ok()["items"]]
    assert names == [roster["id"], made["id"]]


def test_a_list_is_called_off_while_it_is_read(aws: Cloud) -> None:
    space = factories.open_space()
    roster = uploaded(space, a_list(AN, BINH))
    space.admin.post(space.at(f"/rosters/{roster}/cancel")).ok()
    aws.drain()
    assert roster_of(space, roster)["state"] == "cancelled"
    space.admin.post(space.at(f"/rosters/{roster}/commit")).refused(409, "roster_not_ready")


def test_another_space_sees_nothing_of_it(aws: Cloud) -> None:
    space, other = factories.open_space(), factories.open_space()
    roster = committed(aws, space, a_list(AN))
    other.admin.get(other.at(f"/rosters/{roster['id']}")).refused(404)
    assert other.admin.get(other.at("/rosters")).ok()["items"] == []
    assert everyone(other) == []


def test_where_a_quota_is_reached_the_rest_is_told(aws: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    space = factories.open_space()
    monkeypatch.setattr("chalicelib.metering.quotas.places_left", lambda _: 1)
    roster = checked(aws, space, a_list(AN, BINH))
    assert counts(roster) == {"created": 1, "refused": 1}
    assert [each["code"] for each in problems_of(space, roster["id"])] == ["no_place_left"]


def test_forms_for_lists_wait_among_those_for_files(aws: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Announced ones are held against the space, whether anything comes by their forms or not; calling one off frees
    nothing, since its form is still good."""
    space = factories.open_space()
    monkeypatch.setattr(waiting, "MOST_WAITING", 2)
    new, key = {"name": "a.csv", "size": 5}, {"idempotency-key": "one"}
    first = [space.admin.post(space.at("/rosters"), new, headers=key).ok(201)["id"] for _ in range(2)]
    assert len(set(first)) == 1
    space.admin.post(space.at(f"/rosters/{first[0]}/cancel")).ok()
    space.author.post(space.at("/files"), {"name": "a.pdf", "content_type": "application/pdf", "size": 9}).ok(201)
    space.admin.post(space.at("/rosters"), new).refused(409, "uploads_waiting")
    sent = {"name": "nhanh.csv", "content": "Họ tên,Email\nNguyễn Văn An,an@hue.example\n"}
    space.admin.post(space.at("/rosters"), sent).ok(201)  # it is there, and waits for nothing


def test_a_list_that_came_waits_no_more_and_takes_room(aws: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    space = factories.open_space()
    monkeypatch.setattr(waiting, "MOST_WAITING", 1)
    content = a_list(AN)
    for _ in range(3):
        roster = uploaded(space, content)
        space.admin.post(space.at(f"/rosters/{roster}/confirm")).ok(202)  # told again, it counts once
    stored = quotas.stored_of(usage.stored(space.slug))
    assert (stored.files, stored.files_bytes) == (3, 3 * len(content))
