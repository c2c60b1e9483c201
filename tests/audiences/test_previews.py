"""A rule is tried before it is kept: how many people it fits, and ten of them."""

from __future__ import annotations

import pytest

from chalicelib import ids
from chalicelib.audiences import previews
from chalicelib.jobs import queue
from tests.audiences.people import PUPILS, audiences_of, put
from tests.crashes import killed_after
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space, token_for
from tests.jobs.work import later


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spaces are large from the fifth person on."""
    monkeypatch.setattr(previews, "MOST_AT_ONCE", 4)
    monkeypatch.setattr(previews, "_PIECE", 3)


def test_a_small_space_is_answered_at_once(hue: OpenedSpace) -> None:
    pupils = [put(hue, f"Học sinh {number}", occupation="pupil") for number in range(13)]
    put(hue, "Nông dân", occupation="farmer")
    found = hue.admin.post(hue.at("/audiences/previews"), {"rule": PUPILS}).ok(200)
    assert (found["state"], found["job"], found["error"]) == ("done", None, None)
    assert (found["matching"], found["people"], found["expected"]) == (13, 14, 14)
    examples = {each["id"] for each in found["examples"]}
    assert len(examples) == 10
    assert examples <= {each.id for each in pupils}
    assert audiences_of(hue, pupils[0]) == {"students"}  # nothing was changed


def test_nobody_at_all_is_an_answer_too(hue: OpenedSpace) -> None:
    found = hue.admin.post(hue.at("/audiences/previews"), {"rule": PUPILS}).ok(200)
    assert (found["matching"], found["people"], found["examples"]) == (0, 0, [])


def test_a_large_space_is_looked_through_by_a_job(hue: OpenedSpace, small: None) -> None:
    for number in range(15):
        put(hue, f"Người {number}", occupation="pupil" if number % 3 else "farmer")
    reply = hue.admin.post(hue.at("/audiences/previews"), {"rule": PUPILS})
    begun = reply.ok(202)
    assert (begun["state"], begun["matching"]) == ("queued", 0)
    assert reply.headers["location"].endswith(begun["job"])
    with killed_after(7):
        queue.run(hue.slug, begun["job"])
    halfway = hue.admin.get(reply.headers["location"]).ok()
    assert 0 < halfway["people"] < 15
    later(queue.LEASE_S + 1)
    queue.run(hue.slug, begun["job"])
    found = hue.admin.get(reply.headers["location"]).ok()
    assert (found["state"], found["people"], found["matching"]) == ("done", 15, 10)
    assert len({each["id"] for each in found["examples"]}) == 10


def test_examples_are_for_who_manages_people(hue: OpenedSpace, small: None) -> None:
    for number in range(12):
        put(hue, f"Người {number}", occupation="pupil")
    job = hue.admin.post(hue.at("/audiences/previews"), {"rule": PUPILS}).ok(202)["job"]
    tutor = token_for(hue, ["tutor"])
    tutor.get(hue.at(f"/audiences/previews/{job}")).refused(403)
    tutor.get(hue.at(f"/jobs/{job}")).refused(404)
    hue.admin.get(hue.at(f"/audiences/previews/{ids.new()}")).refused(404)
    other = hue.admin.post(hue.at("/audiences/regroupings")).ok(202)["job"]
    hue.admin.get(hue.at(f"/audiences/previews/{other}")).refused(404)
