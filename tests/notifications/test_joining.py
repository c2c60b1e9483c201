"""What two accounts of one person were told, wish and take pushes with becomes one's, and two people's again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib import clock
from tests.crashes import killed_after
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.identity.people import somebody
from tests.notifications.browser import PushService, push_service
from tests.notifications.telling import inbox, signed_in, tell
from tests.threads.forum import tick


@pytest.fixture
def service(aws: Cloud) -> Iterator[PushService]:
    with push_service() as service:
        yield service


def preferences(space: OpenedSpace, who: Any) -> tuple[bool, list[str]]:
    found = signed_in(space, who).get(space.at("/me/notification-preferences")).ok()
    return found["digest"], sorted(each["kind"] for each in found["kinds"] if not each["push"])


def read_all(space: OpenedSpace, who: Any, until: str) -> None:
    signed_in(space, who).post(space.at("/me/notifications/read"), {"until": until}).ok(204)


@pytest.mark.parametrize("killed", [None, 12, 22])
def test_inbox_wishes_and_browsers_follow_and_come_back(aws: Cloud, service: PushService, killed: int | None) -> None:
    space = open_space()
    kept, other = somebody(space, "an@hue.example"), somebody(space, "0912345678", name="Nguyen Van An")
    tell(space, [kept.id, other.id], "chung")
    tell(space, [other.id], "cũ", at=clock.epoch_s() - 3_600)
    read_all(space, other, max(each["told_at"] for each in inbox(space, other)))
    tell(space, [other.id], "mới")
    tell(space, [kept.id], "riêng")
    read_all(space, kept, "2999-01-01T00:00:00Z")
    unwished = {"kind": "thread.replied", "channel": "push", "on": False}
    signed_in(space, other).patch(
        space.at("/me/notification-preferences"), {"digest": False, "changes": [unwished]}
    ).ok()
    before = (inbox(space, kept), inbox(space, other))
    mine, theirs = service.browser("1").subscribe(space, kept), service.browser("2").subscribe(space, other)
    aws.drain()
    merge = space.admin.post(space.at(f"/people/{kept.id}/merges"), {"other": other.id}).ok(202)["id"]
    if killed:
        with killed_after(killed):
            aws.drain()
        tick(aws, clock.epoch_s() + 400)
    aws.drain()
    texts = [(each["id"], each["read"]) for each in inbox(space, kept)]
    news = {each["id"] for each in before[1] if not each["read"]} - {each["id"] for each in before[0]}
    assert dict(texts) == {each["id"]: each["id"] not in news for one in before for each in one}
    assert len(news) == 1
    assert preferences(space, kept) == (False, ["thread.replied"])
    devices = signed_in(space, kept).get(space.at("/me/devices")).ok()["items"]
    assert {each["id"] for each in devices} == {mine, theirs}
    space.admin.delete(space.at(f"/people/{kept.id}/merges/{merge}")).ok(202)
    aws.drain()
    assert [each["id"] for each in inbox(space, kept)] == [each["id"] for each in before[0]]
    assert [each["id"] for each in inbox(space, other)] == [each["id"] for each in before[1]]
    assert preferences(space, kept) == (True, [])
    assert preferences(space, other) == (False, ["thread.replied"])
    for who, device in ((kept, mine), (other, theirs)):
        assert [each["id"] for each in signed_in(space, who).get(space.at("/me/devices")).ok()["items"]] == [device]
