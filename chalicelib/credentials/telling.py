"""Whoever is issued a credential is told of it, and whoever loses one: from the stream, as it was issued from there."""

from __future__ import annotations

from chalicelib.credentials import addresses, register, store
from chalicelib.jobs import streams
from chalicelib.notifications import telling
from chalicelib.notifications.kinds import KindId
from chalicelib.storage.changes import Batch, Change
from chalicelib.storage.spaces import Space

_MOST = 200  # characters that a note takes of a title
# Who asked for the end, or has a new one instead, knows.
_UNTOLD = ("holder_request", "superseded")


@streams.reacts
def tell(space: Space, batch: Batch) -> None:
    """1 call to see what it is called and 1 to tell, for each credential; 0 for changes of other things."""
    for change in batch.changes:
        if change.new is None or not change.sk.startswith(store.HELD) or "from" in change.new:
            continue
        if change.old is None:
            _tell(space, change, "credential.issued", change.new["at"])
        elif "rev" in change.new and "rev" not in change.old and change.new["rev"]["why"] not in _UNTOLD:
            _tell(space, change, "credential.revoked", change.new["rev"]["at"])


def _tell(space: Space, change: Change, kind: KindId, at: int) -> None:
    number = addresses.number(space.slug, change.sk.removeprefix(store.HELD))
    found = register.find(number)
    if not found.signed:
        return  # its holder had it erased
    person = change.pk.removeprefix("learner#")
    params = {"title": str(found.signed["name"])[:_MOST]}
    telling.tell(space, [person], kind, number, at=at, link=f"/credentials/{number}", params=params)
