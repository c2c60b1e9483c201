"""A person's inbox: what they were told, read and unread, in pages, as they wish it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib import clock, ids
from tests.emulated import Cloud
from tests.factories import open_space, token_for
from tests.notifications.telling import inbox, show, signed_in, somebody, tell
from tests.spending import spending

NOW = 1_795_000_000


@pytest.fixture(autouse=True)
def now(aws: Cloud) -> Iterator[None]:
    show(NOW)
    yield
    clock.set_source(None)


def test_it_is_listed_newest_first_in_pages_whatever_was_told_late(aws: Cloud) -> None:
    space = open_space()
    who = somebody(space, "an")
    for place, ago in enumerate((30, 10, 50, 20, 40)):
        tell(space, [who.id], str(place), at=NOW - ago)
    learner, seen, cursor = signed_in(space, who), [], None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = learner.get(space.at("/me/notifications"), query=query).ok()
        seen += [each["happened_at"] for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 5


def test_it_reads_in_the_language_that_is_asked_for_and_leads_to_its_page(aws: Cloud) -> None:
    space = open_space()
    who = somebody(space, "an")
    tell(space, [who.id])
    (told,) = inbox(space, who)
    assert (told["title"], told["text"]) == ("Trần Văn Bình đã trả lời", "Câu hỏi: Mã OTP là gì?")
    assert told["link"].endswith(f"/s/{space.slug}/threads/1")
    english = signed_in(space, who).get(space.at("/me/notifications"), headers={"accept-language": "en"}).ok()
    assert english["items"][0]["title"] == "Trần Văn Bình replied"


def test_what_people_write_stays_text(aws: Cloud) -> None:
    space = open_space()
    who = somebody(space, "an")
    hostile = {"name": "{title}{0.__class__}\n\n<script>alert(1)</script>\u202e", "title": "x" * 5_000}
    tell(space, [who.id], params=hostile)
    (told,) = inbox(space, who)
    assert told["title"] == "{title}{0.__class__} <script>alert(1)</script> đã trả lời"
    assert len(told["text"]) < 250


def test_one_and_all_are_marked_read_and_what_comes_later_is_not(aws: Cloud) -> None:
    space = open_space()
    who, other = somebody(space, "an"), somebody(space, "binh")
    learner = signed_in(space, who)
    for place in range(3):
        tell(space, [who.id, other.id], str(place))
    first = inbox(space, who)[0]
    address = space.at(f"/me/notifications/{first['id']}/read")
    for _ in range(2):
        assert learner.put(address).ok(200)["read"] is True
    assert learner.get(space.at("/me/notifications/unread")).ok() == {"unread": 2, "more": False}
    learner.post(space.at("/me/notifications/read"), {"until": first["told_at"]}).ok(204)
    assert learner.get(space.at("/me/notifications/unread")).ok()["unread"] == 0
    show(NOW + 5)
    tell(space, [who.id], "late", at=NOW - 3_600)  # it happened before all was read, and was told after
    assert [each["read"] for each in inbox(space, who)] == [True, True, True, False]
    assert [each["read"] for each in inbox(space, who, unread=True)] == [False]
    assert signed_in(space, other).get(space.at("/me/notifications/unread")).ok()["unread"] == 3


def test_all_read_never_reaches_into_the_future(aws: Cloud) -> None:
    space = open_space()
    who = somebody(space, "an")
    signed_in(space, who).post(space.at("/me/notifications/read"), {"until": "2099-01-01T00:00:00Z"}).ok(204)
    show(NOW + 5)
    tell(space, [who.id])
    assert [each["read"] for each in inbox(space, who)] == [False]


def test_anothers_is_as_good_as_missing(aws: Cloud) -> None:
    space = open_space()
    who = somebody(space, "an")
    tell(space, [who.id])
    told = inbox(space, who)[0]["id"]
    for missing in (told, ids.new()):
        space.learner.put(space.at(f"/me/notifications/{missing}/read")).refused(404)


def test_what_is_not_wished_is_neither_listed_nor_counted(aws: Cloud) -> None:
    space = open_space()
    who = somebody(space, "an")
    learner, address = signed_in(space, who), space.at("/me/notification-preferences")
    tell(space, [who.id])
    tell(space, [who.id], kind="credential.issued")
    assert {each["inbox"] for each in learner.get(address).ok()["kinds"]} == {True}
    muted = {"kind": "thread.replied", "channel": "inbox", "on": False}
    body = {"digest": False, "changes": [muted, {"kind": "announcement", "channel": "push", "on": False}]}
    told = learner.patch(address, body).ok(200)
    assert told == learner.get(address).ok()
    assert told["digest"] is False
    assert {each["kind"] for each in told["kinds"] if not each["inbox"]} == {"thread.replied"}
    assert {each["kind"] for each in told["kinds"] if not each["push"]} == {"announcement"}
    assert [each["kind"] for each in inbox(space, who)] == ["credential.issued"]
    assert learner.get(space.at("/me/notifications/unread")).ok()["unread"] == 1
    back = learner.patch(address, {"changes": [muted | {"on": True}]}).ok(200)
    assert back["digest"] is False
    assert len(inbox(space, who)) == 2


@pytest.mark.parametrize(
    "body",
    [
        {"changes": [{"kind": "thread.replied", "channel": "post", "on": True}]},
        {"changes": [{"kind": "nothing", "channel": "push", "on": True}]},
        {"changes": [{"kind": "announcement", "channel": "push", "on": on} for on in (True, False)]},
    ],
)
def test_a_wish_that_means_nothing_is_refused(aws: Cloud, body: dict[str, object]) -> None:
    space = open_space()
    space.learner.patch(space.at("/me/notification-preferences"), body).refused(422)


def test_it_keeps_to_its_budget(aws: Cloud) -> None:
    space = open_space()
    who = somebody(space, "an")
    for place in range(60):
        tell(space, [who.id], str(place))
    learner = token_for(space, ["learner"], who.id)
    inbox(space, who)  # what is asked once a minute is warm
    with spending() as spent:
        learner.get(space.at("/me/notifications"), query={"limit": 100}).ok()
        assert learner.get(space.at("/me/notifications/unread")).ok() == {"unread": 50, "more": True}
        learner.put(space.at(f"/me/notifications/{inbox(space, who)[0]['id']}/read")).ok()
        learner.post(space.at("/me/notifications/read"), {"until": "2026-11-24T00:00:00Z"}).ok(204)
        learner.patch(space.at("/me/notification-preferences"), {"digest": True}).ok()
    spent.within_budget()
