"""A changed rule reaches everyone: by a job in slices, past kills and containers that still knew the earlier rules."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib import clock
from chalicelib.audiences import membership, regrouping
from chalicelib.audiences.membership import FRESH_S, regrouped
from chalicelib.http import caching
from chalicelib.jobs import queue
from chalicelib.people import entries, keys, persons, profile, units
from tests.audiences.people import PUPILS, audiences_of, both_rounds, job_of, made, put, unsorted
from tests.crashes import killed_after
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.jobs.work import later


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


@pytest.fixture
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regrouping, "SLICE", 2)


def in_list(hue: OpenedSpace, audience: str) -> set[str]:
    """Who stands in the list of an audience."""
    return {
        each["id"]
        for each in hue.admin.get(hue.at(f"/audiences/{audience}/people"), query={"limit": 100}).ok()["items"]
    }


def since(hue: OpenedSpace, person_id: str) -> dict[str, Any]:
    """A learner's audiences where their home reads them."""
    item = hue.space.table("learning").get(f"learner#{person_id}", keys.AUDIENCES)
    return dict(item["since"]) if item else {}


def test_a_new_rule_is_brought_to_everyone(hue: OpenedSpace, small_slices: None) -> None:
    pupils = [put(hue, f"Học sinh {number}", occupation="pupil") for number in range(7)]
    others = [put(hue, f"Nông dân {number}", occupation="farmer") for number in range(4)]
    audience = made(hue, PUPILS)
    assert in_list(hue, audience) == set()
    assert both_rounds(hue) == {"people": 11, "moved": 7}
    assert in_list(hue, audience) == {each.id for each in pupils}
    assert all(audience in audiences_of(hue, each) for each in pupils)
    assert all(audiences_of(hue, each) == {"citizens"} for each in others)
    job = hue.admin.get(hue.at(f"/jobs/{job_of(hue)}")).ok()
    assert (job["done"], job["total"], job["step"]) == (11, 11, "checking")


def test_whoever_stays_keeps_the_time_since_when(hue: OpenedSpace) -> None:
    person = put(hue, occupation="pupil")
    before = persons.get(hue.space, person.id).audiences["students"]
    later(3_600)
    audience = made(hue, PUPILS)
    both_rounds(hue)
    kept = persons.get(hue.space, person.id).audiences
    assert kept["students"] == before
    assert kept[audience] >= before + 3_600


def test_a_removed_audience_is_taken_from_everyone(hue: OpenedSpace) -> None:
    person = put(hue, occupation="pupil")
    audience = made(hue, PUPILS)
    both_rounds(hue)
    hue.admin.delete(hue.at(f"/audiences/{audience}")).ok(204)
    both_rounds(hue)
    assert audiences_of(hue, person) == {"students"}
    assert in_list(hue, audience) == set()


def test_a_container_that_knew_the_earlier_rules_has_no_last_word(hue: OpenedSpace) -> None:
    person = put(hue, occupation="pupil")
    stale = membership.read(hue.space)
    audience = made(hue, PUPILS)
    job_id = job_of(hue)
    queue.run(hue.slug, job_id)
    assert audience in audiences_of(hue, person)
    grouped = persons.get(hue.space, person.id)
    persons.change(hue.space, grouped, stale.grouped(grouped))  # another container, within its minute
    assert audience not in audiences_of(hue, person)
    both_rounds(hue, job_id)
    assert audience in audiences_of(hue, person)


def test_whoever_was_grouped_by_newer_rules_is_not_put_back(hue: OpenedSpace, monkeypatch: pytest.MonkeyPatch) -> None:
    person = put(hue, occupation="pupil")
    stale = membership.read(hue.space)
    audience = made(hue, PUPILS)
    both_rounds(hue)
    clock.set_source(None)
    membership._known.keep(hue.slug, stale)
    newer = persons.get(hue.space, person.id)
    assert (
        audience
        in regrouped(hue.space, newer.described(profile.merged(newer.profile, {"birth": "2010"}, "self"))).audiences
    )


def test_the_later_of_two_changes_does_the_work_for_both(hue: OpenedSpace) -> None:
    person = put(hue, occupation="pupil")
    first = made(hue, PUPILS, "Một")
    earlier = job_of(hue)
    second = made(hue, PUPILS, "Hai")
    queue.run(hue.slug, earlier)
    ended = queue.find(hue.slug, earlier)
    assert (ended.state, ended.result) == ("done", {"people": 0, "moved": 0})
    assert audiences_of(hue, person) == {"students"}
    both_rounds(hue)
    assert audiences_of(hue, person) == {"students", first, second}


def test_a_job_that_is_overtaken_ends_where_it_is(hue: OpenedSpace, small_slices: None) -> None:
    for number in range(9):
        put(hue, f"Học sinh {number}", occupation="pupil")
    first = made(hue, PUPILS, "Một")
    job_id = job_of(hue)
    with killed_after(12):
        queue.run(hue.slug, job_id)
    second = made(hue, PUPILS, "Hai")
    later(queue.LEASE_S + 5)
    queue.run(hue.slug, job_id)
    assert queue.find(hue.slug, job_id).state == "done"
    both_rounds(hue)
    assert len(in_list(hue, first)) == len(in_list(hue, second)) == 9


@pytest.mark.parametrize("calls", range(1, 40, 3))
def test_a_job_killed_anywhere_goes_on_and_misses_nobody(hue: OpenedSpace, small_slices: None, calls: int) -> None:
    people = [put(hue, f"Học sinh {number}", occupation="pupil") for number in range(6)]
    audience = made(hue, PUPILS)
    job_id = job_of(hue)
    with killed_after(calls):
        queue.run(hue.slug, job_id)
    caching.forget_everything()
    later(FRESH_S + queue.LEASE_S)
    if queue.find(hue.slug, job_id).state != "done":
        both_rounds(hue, job_id)
    assert in_list(hue, audience) == {each.id for each in people}


@pytest.mark.parametrize("calls", range(6))
def test_a_change_of_which_the_making_was_killed_is_made_whole_or_not_at_all(hue: OpenedSpace, calls: int) -> None:
    person = put(hue, occupation="pupil")
    with killed_after(calls):
        hue.admin.post(hue.at("/audiences"), {"name": "Nhóm", "rule": PUPILS})
    listed = hue.admin.get(hue.at("/audiences")).ok()
    written = len(listed["items"]) > 4
    assert (listed["job"] is not None) == written
    for job in hue.admin.get(hue.at("/jobs")).ok()["items"]:
        queue.run(hue.slug, job["id"])  # a job without its change waits at first
    later(FRESH_S + 70)
    for job in hue.admin.get(hue.at("/jobs")).ok()["items"]:
        queue.run(hue.slug, job["id"])
        assert queue.find(hue.slug, job["id"]).state == "done"
    assert (len(audiences_of(hue, person)) == 2) == written


def test_people_from_before_there_were_audiences_are_sorted_when_asked(hue: OpenedSpace) -> None:
    people = [unsorted(hue, f"Người {number}") for number in range(entries.SHARDS * 2)]
    assert audiences_of(hue, people[0]) == set()
    job = hue.admin.post(hue.at("/audiences/regroupings")).ok(202)["job"]
    both_rounds(hue, job)
    assert all(audiences_of(hue, each) == {"citizens"} for each in people)
    assert "citizens" in since(hue, people[0].id)


def test_a_person_whom_someone_else_is_changing_is_put_right_all_the_same(hue: OpenedSpace) -> None:
    person = put(hue, occupation="pupil")
    audience = made(hue, PUPILS)
    rules, late = membership.read(hue.space), persons.get(hue.space, person.id)
    persons.change(hue.space, late, late.edited(name="Tên khác"))
    assert regrouping._settle(hue.space, rules, [late]) == 1
    kept = persons.get(hue.space, person.id)
    assert (kept.name, audience in kept.audiences) == ("Tên khác", True)


def test_a_renamed_unit_keeps_its_people_in_the_audiences_that_name_it(hue: OpenedSpace) -> None:
    """Rules and people name units by their paths, which never change: nothing is to be brought to anybody."""
    health = units.ensure(hue.space, ["Sở Y tế"])
    ward = units.ensure(hue.space, ["Sở Y tế", "Trạm Y tế Phú Xuân"])
    audience = made(hue, {"op": "within", "field": "unit", "units": [health]})
    before = put(hue, "Trần Thị Bình", unit=ward)
    job = job_of(hue)
    for path, name, was in ((health, "Sở Y tế Huế", "Sở Y tế"), (ward, "Trạm Vỹ Dạ", "Trạm Y tế Phú Xuân")):
        hue.admin.patch(hue.at("/units"), {"path": path, "name": name, "was": was}).ok()
    after = put(hue, "Lê Văn Cường", unit=units.ensure(hue.space, ["Sở Y tế Huế", "Trạm Vỹ Dạ"]))
    later(FRESH_S + 1)
    read = persons.get(hue.space, before.id)
    assert audience in audiences_of(hue, before) & audiences_of(hue, after)
    assert regrouped(hue.space, read) == read, "a fresh look at the rule changes nothing"
    assert job_of(hue) == job
