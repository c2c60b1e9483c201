"""Measurements follow grades: repeated, late, corrected, moved, declared afterwards, ended; never another tenant's."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib import clock, config
from chalicelib.people.person import Person
from chalicelib.skills import folding
from tests.accounts.test_merging import merge, two
from tests.assessment.taking import drawn, exam, publish
from tests.audiences.people import put
from tests.banks.filling import begin, share, typed
from tests.crashes import killed_at
from tests.emulated import Cloud, Context
from tests.factories import OpenedSpace, open_space, token_for
from tests.skills.placing import areas, bank_of, declare, levels, placement, sit, skills, stored


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


@pytest.fixture
def an(hue: OpenedSpace) -> Person:
    return put(hue, occupation="civil_servant")


def handed_again(aws: Cloud, hue: OpenedSpace) -> None:
    """All that the stream has held comes again, newest batches first, each whole and then in pieces."""
    import app

    table = hue.space.table("learning").name
    aws._positions.clear()
    events = list(aws.changes_of(table))
    assert sum(len(each["Records"]) for each in events) > 10
    for event in reversed(events):
        for records in (event["Records"], *([each] for each in reversed(event["Records"]))):
            assert not app.apply_changes({**event, "Records": records}, Context())["batchItemFailures"]
    aws.drain()


def test_batches_that_come_again_in_any_order_change_nothing(aws: Cloud, hue: OpenedSpace, an: Person) -> None:
    taker = placement(hue, "1.1").taker(an.id)
    for right in (1, 4):
        sit(taker, {"1.1": right})
    aws.drain()
    before = stored(hue, an.id)
    assert len(before) == 3
    handed_again(aws, hue)
    assert stored(hue, an.id) == before


@pytest.mark.parametrize("call", [2, 5, 8])
def test_a_kill_anywhere_is_made_good(aws: Cloud, hue: OpenedSpace, an: Person, call: int) -> None:
    taker = placement(hue, "1.1", "4.2").taker(an.id)
    aws.drain()
    sit(taker, {"1.1": 5, "4.2": 2})
    with killed_at(call):
        aws.apply_changes()
    aws.drain()
    assert levels(taker).keys() == {"1", "4"}
    assert len(stored(hue, an.id)) == 2


def test_a_corrected_key_corrects_what_was_measured(aws: Cloud, hue: OpenedSpace, an: Person) -> None:
    bank = begin(hue)
    items = [bank.add(typed(f"4.2/{hard}", "Huế"), competences=["4.2"], difficulty=hard) for hard in (3, 4, 5)]
    parts = [{"kind": "fixed", "items": [{"bank": bank.id, "item": each} for each in items]}]
    taken = exam(hue, bank, parts=parts)
    declare(taken).ok()
    taker = taken.taker(an.id)
    sit(taker, {"4.2": 5})
    aws.drain()
    assert levels(taker) == {"4": (1, 1)}
    for item, hard in zip(items, (3, 4, 5), strict=True):
        etag = hue.author.get(bank.item(item)).headers["etag"]
        bank.correct(item, typed(f"4.2/{hard}", "Huế", "Hà Nội"), etag=etag).ok()
    job = hue.admin.post(taken.at("/regradings")).ok(202)["job"]
    aws.drain()
    hue.admin.post(taken.at(f"/regradings/{job}/application")).ok(202)
    aws.drain()
    assert levels(taker) == {"4": (8, 8)}
    assert len(stored(hue, an.id, "skill#")) == 1


def test_what_two_accounts_were_measured_goes_along_and_comes_back(aws: Cloud, hue: OpenedSpace) -> None:
    kept, other = two(hue)
    taken = placement(hue, "1.1", "4.2")
    sit(taken.taker(kept.id), {"1.1": 2})
    aws.drain()
    later = clock.epoch_s() + 60
    clock.set_source(lambda: later)
    sit(taken.taker(other.id), {"1.1": 5})
    aws.drain()
    own, others = (stored(hue, each.id) for each in (kept, other))
    made = merge(hue, kept, other).ok(202)
    aws.drain()
    first, newest = levels(taken.taker(kept.id))["1"]
    assert (first < newest, newest) == (True, 8)
    assert len(stored(hue, kept.id, "skill#")) == 2
    assert stored(hue, other.id) == []
    hue.admin.delete(hue.at(f"/people/{kept.id}/merges/{made['id']}")).ok(202)
    aws.drain()
    assert [without_marks(each) for each in (stored(hue, kept.id), stored(hue, other.id))] == [
        without_marks(own), without_marks(others),
    ]  # fmt: skip


def without_marks(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name != "g"} for row in rows]


def test_what_was_taken_before_it_was_declared_is_measured_by_a_job(aws: Cloud, hue: OpenedSpace, an: Person) -> None:
    bank, items = bank_of(hue, "1.1")
    taken = exam(hue, bank, parts=[{"kind": "fixed", "items": items}], attempts_allowed=None)
    taker = taken.taker(an.id)
    sit(taker, {"1.1": 5})
    aws.drain()
    assert stored(hue, an.id) == []
    first = declare(taken).ok()
    assert declare(taken).ok()["job"] == first["job"], "declaring again changes nothing"
    aws.drain()
    assert hue.author.get(hue.at(f"/jobs/{first['job']}")).ok()["state"] == "done"
    assert levels(taker) == {"1": (8, 8)}


def test_what_was_measured_by_one_framework_is_not_taken_away_by_another(
    aws: Cloud, hue: OpenedSpace, an: Person
) -> None:
    taken = placement(hue, "1.1", framework="qd-757")
    declare(taken).ok()  # while nobody has taken it
    taker = taken.taker(an.id)
    sit(taker, {"1.1": 5})
    aws.drain()
    told = declare(taken, "qd-757").refused(409, "measured_otherwise")
    assert "digcomp-2.2" in told["detail"]
    hue.author.delete(taken.at("/measure")).ok(204)
    declare(taken, "qd-757").refused(409, "measured_otherwise")
    declare(taken).ok()
    aws.drain()
    assert levels(taker) == {"1": (8, 8)}


def test_questions_of_the_centre_measure_too(aws: Cloud, hue: OpenedSpace, an: Person) -> None:
    bank, _ = bank_of(open_space(config.current().central), "4.2")
    share(aws, bank)
    taken = exam(hue, bank, parts=[drawn(bank, 5, competence="4")])
    assert {each["area"]: each["questions"] for each in declare(taken).ok()["areas"]}["4"] == 5
    sit(taken.taker(an.id), {"4.2": 5})
    aws.drain()
    assert levels(taken.taker(an.id)) == {"4": (8, 8)}


def test_an_end_keeps_what_was_measured(aws: Cloud, hue: OpenedSpace, an: Person) -> None:
    taken = placement(hue, "1.1")
    taker = taken.taker(an.id)
    sit(taker, {"1.1": 5})
    aws.drain()
    for _ in range(2):
        hue.author.delete(taken.at("/measure")).ok(204)
    later = clock.epoch_s() + 5
    clock.set_source(lambda: later)
    assert hue.author.get(taken.at("/measure")).ok()["ended_at"]
    sit(taker, {"1.1": 1})
    aws.drain()
    assert levels(taker) == {"1": (8, 8)}
    assert skills(taker)["assessments"] == []


def test_however_often_it_is_taken_the_first_and_the_newest_are_kept(
    aws: Cloud, hue: OpenedSpace, an: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "MOST_FIRST", 1)
    monkeypatch.setattr(folding, "MOST_NEWEST", 2)
    taken = placement(hue, "1.1", most=3)
    taker = taken.taker(an.id)
    for place, right in enumerate((3, 0, 0, 2)):
        at = clock.epoch_s() + 60 * place
        clock.set_source(lambda at=at: at)  # type: ignore[misc]
        sit(taker, {"1.1": right})
        aws.drain()
    history = areas(taker)["1"]["history"]
    assert [each["number"] for each in history] == [1, 3, 4]
    assert areas(taker)["1"]["first"] == history[0]["level"]


def test_a_tenant_measures_its_own_people_by_its_own_assessments(aws: Cloud, hue: OpenedSpace, an: Person) -> None:
    theirs = open_space()
    taken = placement(hue, "1.1")
    at = theirs.at(f"/assessments/{taken.id}/measure")
    theirs.author.put(at, {"framework": "digcomp-2.2"}).refused(404)
    theirs.tutor.get(at).refused(404)
    theirs.author.delete(at).refused(404)
    theirs.tutor.get(theirs.at(f"/people/{an.id}/skills")).refused(404)
    hue.learner.get(hue.at(f"/people/{an.id}/skills")).refused(403)
    hue.learner.put(taken.at("/measure"), {"framework": "digcomp-2.2"}).refused(403)
    refused = hue.author.put(taken.at("/measure"), {"framework": "khong-co"})
    refused.refused(422)
    assert refused.bad_fields == {"framework"}


def test_items_filed_in_a_thousand_ways_are_no_harm(aws: Cloud, hue: OpenedSpace, an: Person) -> None:
    bank, _ = bank_of(hue, "1.1", most=3)
    wild = [f"{'x' * 50}{number}" for number in range(19)]
    for place in range(3):
        bank.add(typed(f"1.1/{place}"), competences=[*wild, f"9.{place}"], difficulty=1)
    body = {"title": "Bài thử", "parts": [{"kind": "drawn", "bank": bank.id, "count": 6}]}
    made = hue.author.post(hue.at("/assessments"), body)
    publish(hue, made.ok(201)["id"], made.headers["etag"]).ok(201)
    told = hue.author.put(hue.at(f"/assessments/{made.ok()['id']}/measure"), {"framework": "digcomp-2.2"}).ok()
    assert {each["area"]: each["questions"] for each in told["areas"]}["1"] == 3
    assert len(json.dumps(told)) < 10_000


def test_ones_records_tell_of_skills(aws: Cloud, hue: OpenedSpace, an: Person) -> None:
    sit(placement(hue, "1.1").taker(an.id), {"1.1": 5})
    aws.drain()
    api = token_for(hue, ["learner"], an.id)
    found = api.get(hue.at("/me/data/records"), query={"part": "learning"}).ok()["items"]
    kinds = {each["kind"]: each["facts"] for each in found}
    assert kinds["skills"]["levels"] == {"1": 8}
    assert kinds["measured_skills"]["levels"]["1"][0] == 8
