"""The browsers in which a person takes pushes.

A browser has one address for pushes whoever is signed in there: the last who asked for pushes has it, and nobody
before.
"""

from __future__ import annotations

from chalicelib import clock, config, ids
from chalicelib.http.caching import Remembered
from chalicelib.notifications import push_services, store
from chalicelib.notifications.device_models import Device, NewDevice, PushKey
from chalicelib.notifications.push_encryption import Sender
from chalicelib.people import space_key
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

MOST = 10  # of one person: the oldest gives way
_FRESH_S = 60
_KEPT = 5_000
_taken: Remembered[str, bool] = Remembered(_KEPT, fresh_s=_FRESH_S)


def sender(space: Space) -> Sender:
    """The space as whoever gets its pushes knows it: made of the space's secret, so that there is no second one to keep
    and seal. 0 calls when warm, else 1 (and 1 to KMS)."""
    secret = b"".join(space_key.mac(space, "vapid", half) for half in ("1", "2"))
    return Sender(secret, f"mailto:{config.current().mail_from}")


def key(space: Space) -> PushKey:
    """What a browser subscribes with: :func:`sender`."""
    return PushKey(key=sender(space).public)


def every(space: Space, person_id: str) -> list[Device]:
    """A person's: 1 call."""
    return [_shown(item) for item in store.devices(space, person_id)]


def add(space: Space, person_id: str, body: NewDevice) -> Device:
    """Push to this browser what the person is told from now on; repeating it changes nothing. 4 calls, and 2 for a
    browser that gives way or was another's. Of many who are added at once the last to look sees all."""
    device_id = ids.derived("push", body.endpoint)
    facts = {"endpoint": body.endpoint, "p256dh": body.keys.p256dh, "auth": body.keys.auth, "at": clock.epoch_s()}
    before = store.put_device(space, person_id, device_id, facts)
    others = [each for each in store.devices(space, person_id, consistent=True) if _id(each) != device_id]
    if before:
        store.remove_device(space, before, device_id)
    for oldest in sorted(others, key=lambda each: int(each["at"]))[: max(len(others) + 1 - MOST, 0)]:
        store.remove_device(space, person_id, _id(oldest))
    _taken.forget(space.slug)
    return _shown({"sk": f"push#{device_id}", **facts})


def remove(space: Space, person_id: str, device_id: str) -> None:
    """Push to it no more: 2 calls."""
    store.remove_device(space, person_id, device_id)


def taken(space: Space) -> bool:
    """Whether anybody of the space takes pushes, as known for a minute: 0 calls when warm, else 1."""
    return _taken.get(space.slug, lambda: store.takes_pushes(space))


def _id(item: Item) -> str:
    return str(item["sk"]).partition("#")[2]


def _shown(item: Item) -> Device:
    return Device(
        id=_id(item),
        service=push_services.host_of(item["endpoint"]),
        added_at=clock.from_epoch_ms(int(item["at"]) * 1000),
    )
