"""Whoever is measured is counted once, where they are now: from a sitting to the map."""

from __future__ import annotations

from typing import Any

from chalicelib.audiences import membership
from chalicelib.people import persons
from chalicelib.people.profile import Fact
from chalicelib.reports import recount
from tests.audiences.people import put
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.reports import learners
from tests.skills.placing import placement, sit
from tests.skills.test_following import handed_again


def counted(space: OpenedSpace, whose: str) -> dict[str, int]:
    """How many of them are at which level, nobody left out."""
    item = space.space.table("learning").get("counter#skills#digcomp-2.2", whose, consistent=True) or {}
    return {name: number for name, number in item.items() if "." in name and number}


def people(space: OpenedSpace) -> dict[str | None, Any]:
    """How many people the map has in the area 1, by audience."""
    items = space.admin.get(space.at("/reports/skills")).ok()["items"]
    return {each["audience"]: each["areas"][0]["people"] for each in items}


def test_who_moves_is_counted_where_they_are_and_a_group_that_leaves_one_behind_is_hidden(aws: Cloud) -> None:
    hue = open_space()
    for number in range(10):
        learners.group(hue.space, f"can-bo-{number}", ["public-sector"])
        item = learners.measured({"1": 4}, "public-sector", f"can-bo-{number}")
        hue.space.table("learning").put(item)
    an = put(hue, occupation="civil_servant")
    taker = placement(hue, "1.1").taker(an.id)
    sit(taker, {"1.1": 1})
    sit(taker, {"1.1": 5})
    aws.drain()
    assert counted(hue, "all") == counted(hue, "public-sector") == {"1.4": 10, "1.8": 1}
    assert people(hue) == {None: 10, "public-sector": 10, "students": None, "workers": None, "citizens": None}
    person = persons.get(hue.space, an.id)
    farming = person.described({"occupation": Fact.told("farmer", "self")})
    persons.change(hue.space, person, membership.regrouped(hue.space, farming))
    aws.drain()
    handed_again(aws, hue)
    assert counted(hue, "all") == {"1.4": 10, "1.8": 1}
    assert (counted(hue, "public-sector"), counted(hue, "citizens")) == ({"1.4": 10}, {"1.8": 1})
    assert people(hue) == {None: 10, "public-sector": None, "students": None, "workers": None, "citizens": None}
    assert recount.recount(hue.slug).wrong == []
