"""What follows when somebody leaves the staff waits for the change, and for nothing that was never stored."""

from __future__ import annotations

from tests.crashes import killed_at
from tests.emulated import Cloud
from tests.threads.forum import MONDAY, Forum, open_forum, show, tick


def ordered(forum: Forum) -> list[str]:
    """How the jobs of leavers stand."""
    jobs = forum.admin.api.get(forum.at("/jobs")).ok()["items"]
    return [each["state"] for each in jobs if each["kind"] == "people.left"]


def test_of_a_change_that_was_never_stored_nothing_follows(aws: Cloud) -> None:
    forum = open_forum(aws)
    thread = forum.ask()["id"]
    address = forum.at(f"/people/{forum.tutor.id}")
    for call in range(1, 20):
        with killed_at(call):
            forum.admin.api.delete(address)
        if ordered(forum):
            break
    assert forum.admin.api.get(address).ok()["status"] == "active"
    for later in (90, 500, 1_200):
        tick(aws, MONDAY + later)
    assert (ordered(forum), forum.queue(forum.tutor)) == (["done"], [thread])


def test_what_follows_is_done_twice_and_then_over(aws: Cloud) -> None:
    forum = open_forum(aws)
    thread = forum.ask()["id"]
    forum.admin.api.delete(forum.at(f"/people/{forum.tutor.id}")).ok(204)
    aws.drain()
    assert (ordered(forum), forum.queue(forum.admin)) == (["queued"], [thread])
    show(MONDAY + 60)
    tick(aws, MONDAY + 300)
    assert ordered(forum) == ["done"]
