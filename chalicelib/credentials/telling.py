"""Whoever is issued a credential is told of it, and whoever loses one: from the stream, as it was issued from there."""

from __future__ import annotations

from chalicelib.credentials import addresses, store
from chalicelib.jobs import streams
from chalicelib.notifications import telling
from chalicelib.notifications.kinds import KindId
from chalicelib.storage.changes import Batch, Change
from chalicelib.storage.spaces import Space

# Who asked for the end, or has a new one instead, knows.
_UNTOLD = ("holder_request", "superseded")


@streams.reacts
def tell(space: Space, batch: Batch) -> None:
    """1 call to tell, for each credential; 0 for changes of other things."""
    for change in batch.changes:
        if change.new is None or not change.sk.startswith(store.HELD):
            continue
        ended = change.new.get("rev")
        if change.old is None and not ended and "from" not in change.new:
            _tell(space, change, change.new.get("title", ""), "credential.issued", change.new["at"])
        elif change.old and ended and "rev" not in change.old and ended["why"] not in _UNTOLD:
            _tell(space, change, change.new.get("title", ""), "credential.revoked", ended["at"])


def _tell(space: Space, change: Change, title: str, kind: KindId, at: int) -> None:
    number = addresses.number(space.slug, change.sk.removeprefix(store.HELD))
    person = change.pk.removeprefix("learner#")
    telling.tell(space, [person], kind, number, at=at, link=f"/certificates/{number}", params={"title": title})
