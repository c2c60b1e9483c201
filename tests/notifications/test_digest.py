"""The daily letter: who gets one, what it says, never two, and how it is ended."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from chalicelib import clock
from chalicelib.jobs import queue
from chalicelib.notifications.digest import DIGEST, SURVEY
from chalicelib.storage import mail
from chalicelib.storage.client import METER, Meter
from tests.api import Api
from tests.crashes import killed_at
from tests.emulated import Cloud, cloud
from tests.factories import OpenedSpace, open_space
from tests.identity import mailbox
from tests.notifications.telling import a_morning, inbox, on, show, signed_in, somebody, tell
from tests.spending import spending

TODAY = date(2026, 12, 1)
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def aws() -> Iterator[Cloud]:
    """An account of each test's own: a morning comes once."""
    with cloud() as account:
        yield account


@pytest.fixture(autouse=True)
def noon(aws: Cloud) -> Iterator[None]:
    show(on(TODAY, 12))
    yield
    clock.set_source(None)


def mailed(who: Any) -> list[Any]:
    return mailbox.to(str(who.email))


def test_what_is_new_comes_in_one_letter_the_next_morning_and_never_again(aws: Cloud) -> None:
    space = open_space()
    who, idle = somebody(space, "an"), somebody(space, "binh")
    for place in range(3):
        tell(space, [who.id], str(place), link=f"/threads/{place}")
    a_morning(aws, TODAY)  # it is past: nothing is due today
    for day in (1, 1, 2, 3):
        a_morning(aws, TODAY + timedelta(days=day))
    (letter,) = mailed(who)
    assert "3 thông báo mới" in letter.subject
    assert letter.body.count("Trần Văn Bình đã trả lời") == 3
    assert f"/s/{space.slug}/threads/2" in letter.body
    assert not mailed(idle)


def test_until_six_it_is_this_mornings(aws: Cloud) -> None:
    space = open_space()
    early, late = somebody(space, "an"), somebody(space, "binh")
    show(on(TOMORROW, 5, 59))
    tell(space, [early.id])
    show(on(TOMORROW, 6, 1))
    tell(space, [late.id])
    a_morning(aws, TOMORROW)
    assert (len(mailed(early)), len(mailed(late))) == (1, 0)
    a_morning(aws, TOMORROW + timedelta(days=1))
    assert (len(mailed(early)), len(mailed(late))) == (1, 1)


def test_who_has_read_it_or_does_not_wish_it_or_is_not_there_gets_none(aws: Cloud) -> None:
    space = open_space()
    read, all_read, muted, off, gone, nowhere = (
        somebody(
            space, name, deactivated=name == "gone", email=None if name == "no" else f"{name}@{space.slug}.example"
        )
        for name in ("read", "all", "muted", "off", "gone", "no")
    )
    tell(space, [each.id for each in (read, all_read, muted, off, gone, nowhere)])
    (told,) = inbox(space, read)
    signed_in(space, read).put(space.at(f"/me/notifications/{told['id']}/read")).ok()
    signed_in(space, all_read).post(space.at("/me/notifications/read"), {"until": told["told_at"]}).ok(204)
    change = {"kind": "thread.replied", "channel": "digest", "on": False}
    signed_in(space, muted).patch(space.at("/me/notification-preferences"), {"changes": [change]}).ok()
    signed_in(space, off).patch(space.at("/me/notification-preferences"), {"digest": False}).ok()
    a_morning(aws, TOMORROW)
    assert [len(mailed(each)) for each in (read, all_read, muted, off, gone)] == [0] * 5


def test_what_has_a_letter_of_its_own_is_in_the_inbox_alone(aws: Cloud) -> None:
    space = open_space()
    who = somebody(space, "an")
    tell(space, [who.id], kind="assignment.due")
    a_morning(aws, TOMORROW)
    assert not mailed(who)
    assert len(inbox(space, who)) == 1


def test_it_is_in_its_readers_language_and_what_people_write_stays_text(aws: Cloud) -> None:
    space = open_space()
    who = somebody(space, "anne", locale="en")
    tell(space, [who.id], params={"name": "<b>Bình</b>\r\nBcc: all@x.example", "title": "{space}"})
    a_morning(aws, TOMORROW)
    (letter,) = mailed(who)
    assert letter.subject == "Thành phố Huế: <b>Bình</b> Bcc: all@x.example replied"
    assert 'lang="en"' in letter.body
    assert "&lt;b&gt;Bình&lt;/b&gt;" in letter.body
    assert "Question: {space}" in letter.body


def test_one_letter_tells_of_twenty_and_how_many_more(aws: Cloud) -> None:
    space = open_space()
    who = somebody(space, "an")
    for place in range(25):
        tell(
            space, [who.id], str(place), params={"name": f"Người {place}.", "title": "OTP"}, at=clock.epoch_s() + place
        )
    a_morning(aws, TOMORROW)
    (letter,) = mailed(who)
    assert "25 thông báo mới" in letter.subject
    assert "Và 5 thông báo khác" in letter.body
    assert "Người 24." in letter.body
    assert "Người 4." not in letter.body


def test_killed_at_any_call_nobody_gets_two_and_one_at_most_none(aws: Cloud) -> None:
    space = open_space()
    people = [somebody(space, name) for name in ("an", "binh", "chi")]
    happened, call, day = True, 0, TODAY
    while happened:
        call, day = call + 1, day + timedelta(days=1)
        before = [len(mailed(each)) for each in people]
        show(on(day - timedelta(days=1), 12))
        tell(space, [each.id for each in people], str(call))
        show(on(day, 7))
        job = queue.enqueue(DIGEST, space.slug, {"morning": day.isoformat()})
        with killed_at(call) as kill:
            queue.run(space.slug, job)
        happened = kill.happened
        show(on(day, 8))
        queue.run(space.slug, job)
        assert queue.find(space.slug, job).state == "done"
        got = [len(mailed(each)) - had for each, had in zip(people, before, strict=True)]
        assert max(got) == 1, call
        assert sum(got) >= 2, call
    assert call > 10


def test_a_letter_that_ses_did_not_take_is_sent_later(aws: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    space = open_space()
    people = [somebody(space, name) for name in ("an", "binh")]
    tell(space, [each.id for each in people])
    real, refused = mail.send, [people[1].email]

    def send(message: mail.Message) -> None:
        if message.to in refused:
            refused.clear()
            raise mail.MailDelayed
        real(message)

    monkeypatch.setattr(mail, "send", send)
    a_morning(aws, TOMORROW)
    show(on(TOMORROW, 8))
    for job in space.admin.get(space.at("/jobs")).ok()["items"]:
        queue.run(space.slug, job["id"])
    assert [len(mailed(each)) for each in people] == [1, 1]


def test_a_morning_that_is_over_is_not_made_up_for(aws: Cloud) -> None:
    space = open_space()
    who = somebody(space, "an")
    tell(space, [who.id])
    job = queue.enqueue(DIGEST, space.slug, {"morning": TOMORROW.isoformat()})
    show(on(TOMORROW + timedelta(days=1), 7))
    queue.run(space.slug, job)
    assert not mailed(who)


def test_a_letter_is_ended_by_one_click_and_begun_again_by_choice(aws: Cloud) -> None:
    space = open_space()
    who = somebody(space, "an")
    sent: list[Any] = []
    mail._ses().meta.events.register("before-call.sesv2.SendEmail", lambda params, **_: sent.append(params["body"]))
    tell(space, [who.id])
    a_morning(aws, TOMORROW)
    (letter,) = mailed(who)
    headers = dict(re.findall(r'"Name": "(List-[^"]+)", "Value": "([^"]+)"', sent[0].decode()))
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = headers["List-Unsubscribe"].strip("<>").partition("/v1")[2]
    page = re.findall(r'href="([^"]+)"', letter.body)[-1]
    assert page.endswith(f"/s/{space.slug}/unsubscribe/{address.rpartition('/')[2]}")
    nobody = Api()
    for _ in range(2):
        assert nobody.get(address).ok() == {"digest": True}  # looking ends nothing
    form = b"List-Unsubscribe=One-Click"
    kinds = ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x")
    for kind in kinds:
        assert nobody.post(address, raw=form, headers={"content-type": kind}).ok(200) == {"digest": False}
    tell(space, [who.id], "r2")
    a_morning(aws, TOMORROW + timedelta(days=1))
    assert len(mailed(who)) == 1
    assert len(inbox(space, who)) == 2
    signed_in(space, who).patch(space.at("/me/notification-preferences"), {"digest": True}).ok()
    assert nobody.get(address).ok() == {"digest": True}


def test_no_link_is_guessed_and_none_of_another_space_counts(aws: Cloud) -> None:
    hue, hanoi = open_space(), open_space()
    who = somebody(hue, "an")
    token = _token(hue, who.id)
    Api().post(hanoi.at(f"/unsubscribe/{token}")).refused(404)
    Api().post(hue.at(f"/unsubscribe/{who.id}.{'0' * 32}")).refused(404)
    Api().post(hue.at("/unsubscribe/1")).refused(404)
    Api().post(hue.at(f"/unsubscribe/{token}")).ok(200)


def _token(space: OpenedSpace, person_id: str) -> str:
    from chalicelib.notifications import preferences
    from chalicelib.storage import acting

    with acting.on_behalf_of(space.slug):
        return preferences.unsubscribe_token(space.space, person_id)


def test_many_are_written_to_within_few_calls(aws: Cloud) -> None:
    space = open_space()
    people = [somebody(space, f"p{number}") for number in range(30)]
    for place in range(8):
        tell(space, [each.id for each in people][:24], str(place))
    tell(space, [each.id for each in people], "all")
    aws.drain()
    with spending() as spent:
        a_morning(aws, TOMORROW)
    assert {len(mailed(each)) for each in people} == {1}
    (line,) = [each for each in spent.lines if each.get("kind") == DIGEST]
    assert line["calls"] < 30 + 60


def test_a_space_where_nothing_happened_costs_nothing(aws: Cloud) -> None:
    open_space()
    with spending() as spent:
        a_morning(aws, TOMORROW)
    assert [each["kind"] for each in spent.lines if "kind" in each and each["kind"] == DIGEST] == []
    assert [each["kind"] for each in spent.lines if each.get("kind") == SURVEY] == [SURVEY]


def test_at_other_hours_nothing_is_asked(aws: Cloud) -> None:
    from chalicelib.notifications import digest

    meter = Meter()
    remembered = METER.set(meter)
    try:
        for hour, minute in ((6, 59), (7, 10), (19, 5)):
            show(on(TODAY, hour, minute))
            digest.in_the_morning()
    finally:
        METER.reset(remembered)
    assert meter.calls == 0
