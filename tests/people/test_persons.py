"""Persons, their copies, and the races around them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.errors import NotFound, PreconditionFailed
from chalicelib.http.permissions import Role
from chalicelib.people import identifiers, keys, persons, store
from chalicelib.people.person import LastKeeper, Person
from chalicelib.people.persons import IdentifierTaken
from chalicelib.storage.spaces import Space
from tests import walls
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def put(space: Space, login: str, roles: tuple[Role, ...] = ("learner",), name: str = "Nguyễn Văn An") -> Person:
    return persons.create(space, name, [identifiers.parse(login)], roles, password_hash="hash-of-it")


def test_a_person_is_found_by_each_identifier(hue: OpenedSpace) -> None:
    both = [identifiers.parse("an@hue.example"), identifiers.parse("0912 345 678")]
    an = persons.create(hue.space, "An", both, ["author", "learner"])
    assert persons.get(hue.space, an.id) == an
    assert persons.find(hue.space, identifiers.parse("AN@hue.example")) == an
    assert persons.find(hue.space, identifiers.parse("+84912345678")) == an
    assert persons.find(hue.space, identifiers.parse("binh@hue.example")) is None
    with pytest.raises(NotFound):
        persons.get(hue.space, "0" * 22)


def test_creating_again_finds_the_person(hue: OpenedSpace) -> None:
    first = put(hue.space, "an@hue.example")
    assert put(hue.space, "an@hue.example", name="Khác") == first


def test_a_further_identifier_of_someone_else_is_refused_and_nothing_stays(hue: OpenedSpace) -> None:
    put(hue.space, "0912345678")
    pair = [identifiers.parse("moi@hue.example"), identifiers.parse("0912345678")]
    with pytest.raises(IdentifierTaken):
        persons.create(hue.space, "Mới", pair, ["learner"])
    assert persons.find(hue.space, pair[0]) is None


def test_fifty_at_once_with_one_identifier_make_one_person(hue: OpenedSpace) -> None:
    def add(number: int) -> str | None:
        person = persons.new(f"Người {number}", [identifiers.parse("0912345678")], ["learner"])
        try:
            return persons.add(hue.space, person).id
        except IdentifierTaken:
            return None

    with ThreadPoolExecutor(50, initializer=walls.stand_outside) as pool:
        made = [each for each in pool.map(add, range(50)) if each]
    assert len(made) == 1
    found = persons.find(hue.space, identifiers.parse("0912345678"))
    assert found
    assert found.id == made[0]


def test_every_copy_follows_a_change(hue: OpenedSpace) -> None:
    pair = [identifiers.parse("an@hue.example"), identifiers.parse("0912345678")]
    an = persons.create(hue.space, "An", pair, ["learner"], password_hash="old")
    persons.change(hue.space, an, an.edited(name="An Bình", roles=frozenset({"author"})), password_hash="new")
    for identifier in pair:
        login = store.get_login(hue.space, identifier)
        assert login
        assert (login["name"], login["roles"], login["password_hash"]) == ("An Bình", {"author"}, "new")
    assert persons.get(hue.space, an.id).name == "An Bình"


def test_the_second_of_two_edits_of_one_state_is_refused(hue: OpenedSpace) -> None:
    an = put(hue.space, "an@hue.example")
    persons.change(hue.space, an, an.edited(name="An Một"))
    with pytest.raises(PreconditionFailed):
        persons.change(hue.space, an, an.edited(name="An Hai"))
    assert persons.get(hue.space, an.id).name == "An Một"


def test_the_password_is_nowhere_in_the_person_or_the_index(hue: OpenedSpace) -> None:
    an = put(hue.space, "an@hue.example")
    rows = hue.space.table("people").query(keys.person_pk(an.id))
    assert rows.items
    assert "hash-of-it" not in repr(rows.items)


def test_one_learner_item_is_put_and_never_again(hue: OpenedSpace) -> None:
    an = put(hue.space, "an@hue.example")
    learning = hue.space.table("learning")
    item = learning.get(f"learner#{an.id}", "learner")
    assert item
    assert item["via"] == "admin"
    gone = persons.change(hue.space, an, an.edited(roles=frozenset({"author"})))
    persons.change(hue.space, gone, gone.edited(roles=frozenset({"author", "learner"})))
    assert learning.get(f"learner#{an.id}", "learner") == item


def test_staff_are_learners_from_when_they_get_the_role(hue: OpenedSpace) -> None:
    an = put(hue.space, "an@hue.example", ("author",))
    learning = hue.space.table("learning")
    assert learning.get(f"learner#{an.id}", "learner") is None
    persons.change(hue.space, an, an.edited(roles=frozenset({"author", "learner"})))
    assert learning.get(f"learner#{an.id}", "learner")


def test_the_last_admin_stays(hue: OpenedSpace) -> None:
    an = put(hue.space, "an@hue.example", ("admin",))
    for become in (an.deactivated(), an.edited(roles=frozenset({"author"}))):
        with pytest.raises(LastKeeper):
            persons.change(hue.space, an, become)
    binh = put(hue.space, "binh@hue.example", ("admin",))
    persons.change(hue.space, an, an.deactivated())
    with pytest.raises(LastKeeper):
        persons.change(hue.space, binh, binh.deactivated())


def test_an_invited_admin_does_not_count(hue: OpenedSpace) -> None:
    an = put(hue.space, "an@hue.example", ("admin",))
    persons.create(hue.space, "B", [identifiers.parse("b@hue.example")], ["admin"], status="invited")
    with pytest.raises(LastKeeper):
        persons.change(hue.space, an, an.deactivated())


def test_of_all_admins_who_leave_at_once_one_stays(hue: OpenedSpace) -> None:
    admins = [put(hue.space, f"a{number}@hue.example", ("admin",)) for number in range(8)]

    def leave(admin: Person) -> bool:
        try:
            persons.change(hue.space, admin, admin.deactivated())
        except LastKeeper:
            return False
        return True

    with ThreadPoolExecutor(8, initializer=walls.stand_outside) as pool:
        left = list(pool.map(leave, admins))
    assert left.count(False) == 1
    kept = admins[left.index(False)]
    assert store.keepers(hue.space, "admin") == {kept.id}
    assert persons.get(hue.space, kept.id).status == "active"


def test_cards_of_many(hue: OpenedSpace) -> None:
    made = [put(hue.space, f"p{number}@hue.example", name=f"Người {number}") for number in range(120)]
    cards = persons.cards(hue.space, [*(each.id for each in made), "0" * 22])
    assert {card.id: card.name for card in cards.values()} == {each.id: each.name for each in made}


def test_spaces_do_not_share_people(aws: Cloud, hue: OpenedSpace) -> None:
    other = open_space()
    an = put(hue.space, "an@hue.example")
    assert persons.find(other.space, identifiers.parse("an@hue.example")) is None
    with pytest.raises(NotFound):
        persons.get(other.space, an.id)
