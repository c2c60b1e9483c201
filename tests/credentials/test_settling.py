"""Grades that are put right: certificates that come back, and that state the score that counts; once, and one at a
time, in whatever pieces and order the changes are handed over."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import clock
from chalicelib.assessment import joining as attempts
from chalicelib.credentials import ending, holding, joining, register, settling, store
from chalicelib.credentials.reasons import Earned
from chalicelib.credentials.settling import End, Issue, Replace
from chalicelib.people.person import Person
from chalicelib.storage.changes import Batch
from chalicelib.storage.items import Item
from tests.api import Api
from tests.crashes import killed_after
from tests.credentials.grading import Graded, answer, sat
from tests.credentials.holders import held as held_by
from tests.credentials.holders import learner
from tests.credentials.test_issuing import batches, entries, follow
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    hue = open_space()
    hue.admin.put(hue.at("/credential-settings"), {"courses": "chosen", "assessments": "all"}).ok()
    return hue


@pytest.fixture
def graded(aws: Cloud, hue: OpenedSpace) -> Graded:
    return sat(aws, hue, learner(hue).id)


def applied(graded: Graded) -> list[Batch]:
    """The changes so far, all of them applied; they may be handed over again."""
    found = batches(graded.aws, graded.exam.space)
    graded.aws.drain()
    return found


def cut(found: list[Batch]) -> list[Batch]:
    """The same changes one by one, the last one first."""
    one_by_one = [Batch(each.space, each.shard, [change]) for each in found for change in each.changes]
    return list(reversed(one_by_one))


def test_what_was_undone_comes_back_when_the_key_is_put_right(graded: Graded) -> None:
    first = graded.valid()
    graded.keyed("Đà Lạt", "Đà Lạt")
    undone = applied(graded)
    assert graded.states() == ["revoked"]
    graded.keyed("Huế")
    right = applied(graded)
    assert graded.states() == ["revoked", "valid"]
    again = graded.valid()
    assert again["id"] != first["id"]
    assert (again["score"], again["achieved_at"]) == (100, first["achieved_at"])
    before = entries(graded.exam.space)
    for found in (undone, right, cut(undone), cut(right), undone):
        follow(graded.exam.space, found)
    graded.aws.drain()
    assert entries(graded.exam.space) == before


def test_what_states_another_score_is_superseded_and_told_of_once(graded: Graded, api: Api) -> None:
    first = graded.valid()
    assert first["score"] == 100
    graded.keyed("Đà Lạt")
    found = applied(graded)
    second = graded.valid()
    assert (second["score"], second["name"], second["achievement"]) == (50, first["name"], first["achievement"])
    old = api.get(f"/credentials/{first['id']}").ok()
    assert (old["state"], old["superseded_by"], old["score"]) == ("superseded", second["id"], 100)
    signed = api.get(f"/credentials/{second['id']}/vc").ok()
    assert signed["credentialSubject"]["result"][0]["value"] == "50"
    for batch in (found, cut(found)):
        follow(graded.exam.space, batch)
    graded.aws.drain()
    assert graded.states() == ["superseded", "valid"]
    kinds = [kind for kind, _, _ in told(graded)]
    assert kinds.count("credential.issued") == 2, "of the first, and of the one in its place"
    assert "credential.revoked" not in kinds


def told(graded: Graded) -> list[tuple[str, str, str]]:
    found = graded.taker.api.get(graded.exam.space.at("/me/notifications")).ok()["items"]
    return [(each["kind"], each["text"], each["link"]) for each in found]


@pytest.mark.parametrize("calls", [2, 5, 8, 11])
@pytest.mark.parametrize("back", [False, True], ids=["corrected", "back"])
def test_who_dies_anywhere_leaves_one_that_holds(graded: Graded, calls: int, back: bool) -> None:
    if back:
        graded.keyed("Đà Lạt", "Đà Lạt")
        applied(graded)
    graded.keyed("Đà Lạt")
    with killed_after(calls):
        follow(graded.exam.space, batches(graded.aws, graded.exam.space))
    graded.keyed("Huế", "Đà Lạt" if back else "Hà Nội")  # and something else counts before anybody goes on
    applied(graded)
    assert graded.valid()["score"] == (50 if back else 100)
    valid = [each for each in entries(graded.exam.space) if each["state"] == "valid"]
    assert len(valid) == 1


def test_what_an_admin_revoked_no_grade_brings_back(graded: Graded) -> None:
    hue, number = graded.exam.space, graded.valid()["id"]
    hue.admin.put(hue.at(f"/credentials/{number}/revocation"), {"reason": "misconduct"}).ok()
    graded.keyed("Đà Lạt", "Đà Lạt")
    applied(graded)
    graded.keyed("Huế")
    applied(graded)
    assert graded.states() == ["revoked"]


def test_a_restored_space_takes_up_what_it_had_issued(graded: Graded) -> None:
    """Its tables know nothing of what the register does: the credential, and the one in its place."""
    graded.keyed("Đà Lạt")
    applied(graded)
    space, before = graded.exam.space.space, entries(graded.exam.space)
    for held in store.held(space, graded.taker.id):
        space.table("learning").delete(held["pk"], held["sk"])
        space.table("learning").delete(held["sk"], "credential")
    graded.keyed("Huế", "Đà Lạt")
    applied(graded)
    graded.keyed("Đà Lạt", "Đà Lạt")
    applied(graded)
    graded.keyed("Đà Lạt")
    applied(graded)
    assert graded.states().count("valid") == 1
    assert {each["pk"] for each in before} <= {each["pk"] for each in entries(graded.exam.space)}


@pytest.mark.parametrize("both", [False, True], ids=["one", "both"])
def test_what_follows_to_another_account_is_not_undone_and_states_what_counts(
    graded: Graded, monkeypatch: pytest.MonkeyPatch, both: bool
) -> None:
    """Also where the stream tells of another score, of either account, when one step is taken and the next is not."""
    hue = graded.exam.space
    kept = learner(hue, login="kept@hue.example")
    if both:
        answer(graded.exam.taker(kept.id))
        graded.aws.drain()

    def seen_at_once(module: ModuleType, name: str) -> None:
        step = getattr(module, name)

        def take(*args: Any) -> None:
            step(*args)
            follow(hue, batches(graded.aws, hue))

        monkeypatch.setattr(module, name, take)

    seen_at_once(attempts, "join_sittings")
    seen_at_once(joining, "join")
    graded.keyed("Đà Lạt")
    made = hue.admin.post(hue.at(f"/people/{kept.id}/merges"), {"other": graded.taker.id}).ok(202)
    graded.aws.drain()
    known = sorted((found.kept, found.score or 0) for found in map(register.find, numbers(hue, kept)))
    assert len(entries(hue)) == len(known)
    assert (
        known == [("superseded", 100), ("valid", 50)] if not both else sorted(2 * [("superseded", 100), ("valid", 50)])
    )
    seen_at_once(attempts, "part_sittings")
    seen_at_once(joining, "part")
    graded.keyed("Huế")
    hue.admin.delete(hue.at(f"/people/{kept.id}/merges/{made['id']}")).ok(202)
    graded.aws.drain()
    for person, holds in ((graded.taker.id, True), (kept.id, both)):
        valid = [found for each in store.held(hue.space, person) if "rev" not in (found := each)]
        assert [each["score"] for each in valid] == ([100] if holds else [])
    assert {each["state"] for each in entries(hue)} == {"valid", "superseded"}, "none was undone"


def numbers(hue: OpenedSpace, person: Person) -> list[str]:
    return [each["id"] for each in held_by(hue, person)]


def test_what_moved_just_now_is_not_ended_as_undone(graded: Graded) -> None:
    hue = graded.exam.space
    (found,) = store.held(hue.space, graded.taker.id)
    store.move(hue.space, found, learner(hue, login="kept@hue.example").id, [])
    ending.end(hue.space, graded.taker.id, holding.id_of(found), {"at": 1, "why": "undone"})
    assert [each["state"] for each in entries(hue)] == ["valid"]


def test_what_the_register_knows_to_have_ended_is_not_issued_anew(graded: Graded) -> None:
    register.end(graded.valid()["id"], {"at": clock.epoch_s(), "why": "misconduct"})
    graded.keyed("Đà Lạt")
    applied(graded)
    (found,) = store.held(graded.exam.space.space, graded.taker.id)
    assert found["rev"]["why"] == "misconduct"
    assert [each["state"] for each in entries(graded.exam.space)] == ["revoked"]


def test_of_which_no_score_was_noted_the_register_tells_it(graded: Graded) -> None:
    space = graded.exam.space.space
    (found,) = store.held(space, graded.taker.id)
    space.table("learning").update(found["pk"], found["sk"], "REMOVE score")
    graded.keyed("Đà Lạt")
    applied(graded)
    assert graded.states() == ["superseded", "valid"]
    assert graded.valid()["score"] == 50


def test_one_of_which_no_score_was_noted_anywhere_stays() -> None:
    item: Item = {"pk": "learner#p", "sk": "credential#1", "achieved": 3}
    assert not settling.due([Earned("assessment", "a", "p", 3, 1, 85)], [item], is_exact=True)


TIMES = st.integers(1, 4)
ENDED = st.sampled_from(["undone", "superseded", "misconduct", "holder_request"])


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Earned], list[Item]]:
    counted = draw(st.dictionaries(TIMES, st.integers(0, 3), max_size=3))
    held: list[Item] = []
    for number in range(draw(st.integers(0, 4))):
        item: Item = {
            "pk": "learner#p", "sk": f"credential#{number}", "achieved": draw(TIMES), "score": draw(st.integers(0, 3)),
        }  # fmt: skip
        if draw(st.booleans()):
            item["rev"] = {"at": draw(st.integers(1, 9)), "why": draw(ENDED)}
        held.append(item)
    return [Earned("assessment", "a", "p", at, 1, score) for at, score in sorted(counted.items())], held


@given(histories())
def test_taking_the_steps_leads_to_one_that_states_what_counts(history: tuple[list[Earned], list[Item]]) -> None:
    counted, held = history
    for _ in range(20):
        steps = settling.due(counted, held, is_exact=True)
        if not steps:
            break
        for step in steps:
            _take(step, held)
    else:
        raise AssertionError("never at rest")
    valid = [each for each in held if "rev" not in each]
    by_time = {each.at: each.score for each in counted}
    assert all(by_time.get(each["achieved"]) == each["score"] for each in valid)
    barred = [
        each["rev"]["at"] for each in held if "rev" in each and each["rev"]["why"] not in ("undone", "superseded")
    ]
    if counted and not valid:
        assert barred
        assert max(barred) >= max(by_time)


def _take(step: Issue | Replace | End, held: list[Item]) -> None:
    if not isinstance(step, Issue):
        (ended,) = (each for each in held if holding.id_of(each) == step.credential_id)
        assert "rev" not in ended
        ended["rev"] = {"at": 9, "why": "undone" if isinstance(step, End) else "superseded"}
    if not isinstance(step, End):
        held.append(
            {"pk": "learner#p", "sk": f"credential#{len(held)}", "achieved": step.earned.at, "score": step.earned.score}
        )
