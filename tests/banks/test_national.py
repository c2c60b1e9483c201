"""National banks: shared by the centre, found by every space, copied into the space that uses an item."""

from __future__ import annotations

import pytest

from chalicelib.banks import contents, national
from chalicelib.banks.refs import Ref
from chalicelib.errors import NotFound
from chalicelib.storage.acting import Foreign, on_behalf_of
from chalicelib.storage.files import NATIONAL
from tests.banks.filling import begin, share, single, touched
from tests.courses.writing import stored, uploaded
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def found(space: OpenedSpace) -> list[str]:
    """The national banks that a space finds."""
    return [each["id"] for each in space.tutor.get(space.at("/national-banks")).ok()["items"]]


def test_every_space_finds_what_the_centre_shares_and_nothing_else(
    aws: Cloud, centre: OpenedSpace, hue: OpenedSpace
) -> None:
    picture = uploaded(centre, "image/png")
    bank, private = begin(centre, "Quốc gia"), begin(centre, "Riêng")
    item, seen, own = bank.add(competences=["4.2"]), bank.add(touched(picture)), private.add()
    assert bank.id not in found(hue)
    share(aws, bank)
    assert found(hue) == [bank.id]
    at = hue.at(f"/national-banks/{bank.id}/items")
    assert [each["id"] for each in hue.tutor.get(at, query={"competence": "4.2"}).ok()["items"]] == [item]
    assert hue.tutor.get(f"{at}/{item}").ok()["question"]["prompt"] == single()["prompt"]
    assert f"/{NATIONAL}/files/{picture}" in hue.tutor.get(f"{at}/{seen}").ok()["pictures"][picture]
    assert stored(f"{NATIONAL}/files/{picture}")
    hue.tutor.get(hue.at(f"/national-banks/{private.id}/items")).refused(404)
    hue.tutor.get(hue.at(f"/national-banks/{private.id}/items/{own}")).refused(404)
    hue.tutor.get(hue.at(f"/banks/{bank.id}/items/{item}")).refused(404)


def test_what_is_added_to_a_shared_bank_brings_its_picture(aws: Cloud, centre: OpenedSpace, hue: OpenedSpace) -> None:
    bank = begin(centre)
    share(aws, bank)
    picture, another = uploaded(centre, "image/png"), uploaded(centre, "image/png")
    item = bank.add(touched(picture))
    assert stored(f"{NATIONAL}/files/{picture}")
    bank.save(item, touched(another)).ok(200)
    assert stored(f"{NATIONAL}/files/{another}")


def test_only_the_centre_shares(hue: OpenedSpace) -> None:
    bank = begin(hue)
    hue.author.post(bank.at("/offer")).refused(403, "forbidden")
    hue.author.delete(bank.at("/offer")).refused(403, "forbidden")


def test_a_space_takes_over_what_it_uses_and_keeps_it(aws: Cloud, centre: OpenedSpace, hue: OpenedSpace) -> None:
    picture = uploaded(centre, "image/png")
    bank = begin(centre)
    item = bank.add(touched(picture), difficulty=3)
    share(aws, bank)
    ref = Ref(bank.id, item, 1)
    with on_behalf_of(hue.slug, crosses="centre"):
        assert [each.ref for each in national.pool(bank.id)] == [ref]
        for _ in range(2):
            national.take_over(hue.space, [ref])
        with pytest.raises(NotFound):
            national.take_over(hue.space, [ref, Ref(bank.id, item, 2)])
    centre.author.delete(bank.at("/offer")).ok(200)
    assert bank.id not in found(hue)
    with on_behalf_of(hue.slug):
        content = contents.contents(hue.space, [ref])[ref]
        assert f"/{NATIONAL}/files/{picture}" in content.addresses()[picture]
    hue.tutor.get(hue.at(f"/banks/{bank.id}")).refused(404)


def test_nothing_is_taken_over_of_a_bank_that_is_not_shared(aws: Cloud, centre: OpenedSpace, hue: OpenedSpace) -> None:
    bank = begin(centre)
    ref = Ref(bank.id, bank.add(), 1)
    with on_behalf_of(hue.slug, crosses="centre"):
        for asking in (
            lambda: national.take_over(hue.space, [ref]),
            lambda: national.pool(bank.id),
            lambda: national.named(bank.id, [ref.item]),
        ):
            with pytest.raises(NotFound):
                asking()


def test_a_bank_that_is_withdrawn_while_it_is_copied_stays_withdrawn(aws: Cloud, centre: OpenedSpace) -> None:
    bank = begin(centre)
    bank.add(touched(uploaded(centre, "image/png")))
    centre.author.post(bank.at("/offer")).ok(202)
    assert centre.author.delete(bank.at("/offer")).ok(200)["sharing"] == "none"
    aws.drain()
    assert centre.author.get(bank.at()).ok()["sharing"] == "none"


def test_work_that_is_not_declared_to_does_not_turn_to_the_centre(hue: OpenedSpace) -> None:
    with on_behalf_of(hue.slug), pytest.raises(Foreign):
        national.pool("b")
