"""What the web sees of browsers that take pushes."""

from __future__ import annotations

from chalicelib.http.endpoint import Answer, Budget, Feature
from chalicelib.http.models import Id, Page
from chalicelib.http.permissions import LEARN
from chalicelib.http.tokens import Actor
from chalicelib.notifications import devices
from chalicelib.notifications.device_models import Device, NewDevice, PushKey
from chalicelib.storage.spaces import Space

pushes = Feature("notifications")


@pushes.get("/spaces/{space}/push-key", may=LEARN, budget=Budget(calls=1, rcu=1))
def read_push_key(space: Space) -> PushKey:
    """What a browser subscribes with (`PushManager.subscribe`)."""
    return devices.key(space)


@pushes.get("/spaces/{space}/me/devices", may=LEARN, budget=Budget(calls=1, rcu=2))
def list_devices(space: Space, actor: Actor) -> Page[Device]:
    """One's browsers that take pushes, ten at most."""
    return Page[Device](items=devices.every(space, actor.person_id))


@pushes.post("/spaces/{space}/me/devices", may=LEARN, status=201, budget=Budget(calls=8, rcu=2, wcu=7))
def add_device(space: Space, actor: Actor, body: NewDevice) -> Answer[Device]:
    """Take pushes in this browser from now on. Repeating it changes nothing.

    A browser has one address whoever is signed in: who took pushes there before takes none there any more. Of more than
    ten the oldest gives way.
    """
    added = devices.add(space, actor.person_id, body)
    return Answer(added, location=f"/v1/spaces/{space.slug}/me/devices/{added.id}")


@pushes.delete("/spaces/{space}/me/devices/{device}", may=LEARN, budget=Budget(calls=2, wcu=2))
def remove_device(space: Space, actor: Actor, device: Id) -> None:
    """Take no more pushes in that browser: also before signing out there."""
    devices.remove(space, actor.person_id, device)
