"""Filters of the list of people, each alone and with others, in small spaces and what a page costs in a large one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.people import identifiers, persons, space_key, store, units
from chalicelib.people.identifiers import Identifier
from chalicelib.people.person import Person
from chalicelib.people.profile import Fact, Source
from chalicelib.storage.items import from_item
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.people.test_people_api import listed, put
from tests.spending import spending

NUMBER = "046096000123"


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def become(hue: OpenedSpace, person: Person, changed: Person) -> Person:
    return persons.change(hue.space, person, changed)


def place(hue: OpenedSpace, person: Person, *names: str, by: Source = "roster") -> Person:
    """Put a person into the unit of these names."""
    path = units.ensure(hue.space, names)
    return become(hue, person, person.described({**person.profile, "unit": Fact.told(path, by)}))


def test_a_unit_has_everyone_in_it_and_under_it(hue: OpenedSpace) -> None:
    place(hue, put(hue, "Trần Bình"), "Sở Y tế")
    place(hue, put(hue, "Nguyễn An"), "Sở Y tế", "Phòng Kế hoạch")
    place(hue, put(hue, "Lê Chi", roles=("author",)), "Sở Y tế", "Phòng Kế hoạch", "Tổ Một")
    place(hue, put(hue, "Phạm Dũng"), "Sở Xây dựng", "Phòng Kế hoạch")
    put(hue, "Vũ Em")
    top = units.ensure(hue.space, ["Sở Y tế"])
    room = units.ensure(hue.space, ["Sở Y tế", "Phòng Kế hoạch"])
    for limit in (1, 2, 50):
        assert sorted(listed(hue.tutor, hue, unit=top, limit=limit)) == ["Lê Chi", "Nguyễn An", "Trần Bình"]
    assert sorted(listed(hue.admin, hue, unit=room)) == ["Lê Chi", "Nguyễn An"]
    assert listed(hue.admin, hue, unit=room, role="author") == ["Lê Chi"]
    assert listed(hue.admin, hue, unit=top, q="an") == ["Nguyễn An"]
    hue.admin.get(hue.at("/people"), query={"unit": "Sở Y tế"}).refused(422)


def test_an_audience_a_source_and_a_status_filter_too(hue: OpenedSpace) -> None:
    an, binh = put(hue, "Nguyễn An"), put(hue, "Trần Bình", status="invited")
    become(hue, an, an.grouped({"workers"}, 1).identified([*an.identifiers, Identifier("app", "hue-s:7")]))
    place(hue, binh, "Sở Y tế")
    put(hue, "Lê Chi")
    assert listed(hue.admin, hue, audience="workers") == ["Nguyễn An"]
    assert listed(hue.admin, hue, audience="workers", status="invited") == []
    assert listed(hue.admin, hue, source="app") == ["Nguyễn An"]
    assert listed(hue.admin, hue, source="app", audience="workers", q="nguyen") == ["Nguyễn An"]
    assert listed(hue.admin, hue, source="sso") == []
    assert listed(hue.admin, hue, source="roster") == ["Trần Bình"]
    assert listed(hue.admin, hue, source="roster", status="active") == []
    now = persons.get(hue.space, an.id)
    become(hue, now, now.identified(an.identifiers))
    assert listed(hue.admin, hue, source="app") == []


def test_people_are_found_by_code_phone_mail_and_the_whole_identity_number(hue: OpenedSpace) -> None:
    number = space_key.national_id(hue.space, NUMBER)
    given = [Identifier("staff_code", "CB0000017"), number, *map(identifiers.parse, ("0912345678", "an@hue.example"))]
    persons.create(hue.space, "Nguyễn An", given, ["learner"])
    put(hue, "Trần Bình", "0912999999")
    for q in ("cb00000", "CB0000017", "0912 345", "an@hue", NUMBER, "046 096 000 123"):
        assert listed(hue.admin, hue, q=q) == ["Nguyễn An"], q
        assert listed(hue.tutor, hue, q=q) == [], q
    for q in (NUMBER[:11], NUMBER[:9], "046096000124"):
        assert listed(hue.admin, hue, q=q) == [], q
    assert listed(hue.admin, hue, q=NUMBER, status="deactivated") == []


def test_what_an_admin_sees_of_a_person_and_a_tutor_does_not(hue: OpenedSpace) -> None:
    an = put(hue, "Nguyễn An")
    place(hue, an, "Sở Y tế", "Phòng Kế hoạch")
    at = hue.at(f"/people/{an.id}")
    seen = hue.admin.get(at).ok()
    assert seen["unit"]["names"] == ["Sở Y tế", "Phòng Kế hoạch"]
    assert [(each["field"], each["source"]) for each in seen["facts"]] == [("unit", "roster")]
    assert seen["merged_into"] is None
    assert seen["sources"] == ["roster", "self"]
    shown = hue.tutor.get(at).ok()
    assert (shown["facts"], shown["identifiers"]) == (None, None)
    assert shown["unit"] == seen["unit"]


def many(hue: OpenedSpace, number: int, path: str) -> Iterator[dict[str, Any]]:
    """The items of so many people; every thousandth is in a unit, in an audience, of an app."""
    for place_ in range(number):
        known = [Identifier("staff_code", f"CB{place_:07d}")]
        person = persons.new(f"Người {place_}", known, ["learner"], by="roster")
        if place_ % 1_000 == 0:
            told = person.identified([*known, Identifier("app", f"hue-s:{place_}")])
            person = told.grouped({"workers"}, 1).described({"unit": Fact.told(path, "roster")})
        for _, write in store.adding(hue.space, person, None, "roster"):
            put_ = write.request.get("Put")
            if put_ and put_["TableName"] == hue.space.table("people").name:
                yield from_item(put_["Item"])


def test_no_page_costs_more_in_a_large_space(hue: OpenedSpace) -> None:
    path = units.ensure(hue.space, ["Sở Y tế", "Phòng Kế hoạch"])
    hue.space.table("people").put_all(many(hue, 3_000, path))
    top = units.ensure(hue.space, ["Sở Y tế"])
    costs = {}
    queries: dict[str, dict[str, Any]] = {
        "all": {},
        "unit": {"unit": top},
        "audience": {"audience": "workers"},
        "source": {"source": "app"},
        "code": {"q": "cb0000017"},
        "role": {"role": "author"},
        "two": {"unit": top, "source": "app"},
        "none suits": {"source": "sso"},
        "few suit": {"status": "active", "source": "self"},
    }
    for name, query in queries.items():
        hue.admin.get(hue.at("/people"), query=query).ok()
        with spending() as heard:
            hue.admin.get(hue.at("/people"), query=query).ok()
        heard.within_budget()
        costs[name] = heard.last["calls"]
    assert costs == {
        "all": 4, "unit": 5, "audience": 5, "source": 5, "code": 3, "role": 1, "two": 5,
        "none suits": 4, "few suit": 16,
    }  # fmt: skip
