"""How a credential comes to hold no more: it is revoked, what it was for is undone, or another stands in its place.

What is to become of it is noted in the space first, by whoever is first. The register follows at once, or by the stream
if who noted it died in between: it is never only half revoked for longer than that takes.
"""

from __future__ import annotations

from contextlib import suppress

from chalicelib import clock
from chalicelib.credentials import addresses, register, store
from chalicelib.credentials.models import Reason
from chalicelib.credentials.register import Issued
from chalicelib.errors import Conflict, NotFound
from chalicelib.jobs import streams
from chalicelib.storage.changes import Batch
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed


class CredentialEnded(Conflict):
    """It does not hold any more, for another reason."""

    code = "credential_ended"
    vi = "Chứng nhận này đã bị thu hồi hoặc đã được thay bằng bản khác."
    en = "This certificate has been revoked, or replaced by another one."


@streams.reacts
def finish(space: Space, batch: Batch) -> None:
    """End in the register what was ended in the space, and what a new credential replaces. 0 calls for a batch without
    either; else 1 for each to see that it was done."""
    for change in batch.changes:
        if change.new is None or not change.sk.startswith(store.HELD) or not change.pk.startswith("learner#"):
            continue
        was = change.old or {}
        if "rev" in change.new and "rev" not in was:
            register.end(addresses.number(space.slug, change.sk.removeprefix(store.HELD)), change.new["rev"])
        if change.new.get("previous") and not was:
            credential_id = change.sk.removeprefix(store.HELD)
            replace(space, _person(change.pk), change.new["previous"], addresses.number(space.slug, credential_id))


def revoke(space: Space, number: str, reason: Reason) -> Issued:
    """Let a credential hold no more: some 5 calls. Revoking it again for the same reason changes nothing; what its
    holder wants to be told of no more is deleted also when it had ended before, and what it had replaced with it.

    Raises: NotFound, CredentialEnded.
    """
    credential_id = own(space, number)
    change: Item = {"at": clock.epoch_s(), "why": reason}
    person_id = store.owner(space, credential_id)
    if person_id is not None:
        with suppress(ConditionFailed):  # it moved to another account just now: the register knows it all the same
            change = store.intend(space, person_id, credential_id, change)
    register.end(number, change)
    if reason == "holder_request":
        register.erase(number)
    found = register.find(number)
    if found.reason != reason and reason != "holder_request":
        raise CredentialEnded
    return found


def replace(space: Space, person_id: str, previous: str, fresh: str) -> bool:
    """Let a new credential stand in the place of another, unless that had ended otherwise: then what ended it ends the
    new one too, and ``False`` is given. Of two corrections at once one holds."""
    stands = end(space, person_id, previous, {"at": clock.epoch_s(), "why": "superseded", "next": fresh})
    if stands.get("next") == fresh:
        return True
    end(space, person_id, own(space, fresh), stands)
    return False


def end(space: Space, person_id: str, credential_id: str, change: Item) -> Item:
    """Gives what ended it: ``change``, unless something had. What moved to another account just now is not undone: what
    it is for moves too."""
    try:
        change = store.intend(space, person_id, credential_id, change)
    except ConditionFailed:
        if change["why"] == "undone":
            return change
    register.end(addresses.number(space.slug, credential_id), change)
    return change


def own(space: Space, number: str) -> str:
    """The id of one of this space's credentials. Raises: NotFound."""
    slug, credential_id = addresses.parts(number)
    if slug != space.slug:
        raise NotFound
    return credential_id


def _person(pk: str) -> str:
    return pk.removeprefix("learner#")
