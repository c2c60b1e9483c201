"""How a credential comes to hold no more: it is revoked, what it was for is undone, or its name is corrected.

What is to become of it is noted in the space first, by whoever is first. The register follows at once, or by the stream
if who noted it died in between: it is never only half revoked for longer than that takes.
"""

from __future__ import annotations

from contextlib import suppress

from chalicelib import clock, ids
from chalicelib.credentials import addresses, documents, register, store
from chalicelib.credentials.models import Reason
from chalicelib.credentials.reasons import Undone
from chalicelib.credentials.register import Issued
from chalicelib.errors import Conflict, NotFound
from chalicelib.jobs import streams
from chalicelib.people import persons
from chalicelib.storage.changes import Batch
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed

MOST_REISSUES = 20


class CredentialEnded(Conflict):
    """It does not hold any more, for another reason."""

    code = "credential_ended"
    vi = "Chứng nhận này đã bị thu hồi hoặc đã được thay bằng bản khác."
    en = "This certificate has been revoked, or replaced by another one."


class NothingToCorrect(Conflict):
    """The name is the one that stands there."""

    code = "nothing_to_correct"
    vi = "Chứng nhận này đã ghi đúng tên đó. Hãy sửa họ tên của tài khoản hoặc gửi tên cần ghi."
    en = "This certificate has that very name. Correct the account's name, or send the one to write."


class TooManyReissues(Conflict):
    """Each correction is another credential for ever."""

    code = "too_many_reissues"
    vi = "Chứng nhận này đã được cấp lại {most} lần."
    en = "This certificate has been issued anew {most} times."


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
            _replace(space, _person(change.pk), change.new["previous"], addresses.number(space.slug, credential_id))


def revoke(space: Space, number: str, reason: Reason) -> Issued:
    """Let a credential hold no more: some 5 calls. Revoking it again for the same reason changes nothing; what its
    holder wants to be told of no more is deleted also when it had ended before, and what it had replaced with it.

    Raises: NotFound, CredentialEnded.
    """
    credential_id = _own(space, number)
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


def undo(space: Space, undone: Undone) -> None:
    """Revoke what somebody holds for what does not count any more: 1 call, and some 3 for each."""
    for item in store.held(space, undone.person_id):
        if (item["kind"], item["about"]) == (undone.kind, undone.about) and "rev" not in item:
            credential_id = item["sk"].removeprefix(store.HELD)
            _end(space, undone.person_id, credential_id, {"at": clock.epoch_s(), "why": "undone"})


def reissue(space: Space, number: str, name: str | None) -> Issued:
    """Issue a credential anew with a corrected name (the account's, unless told), and let the one before be superseded:
    some 10 calls. Asking again for the same name gives the one that was made.

    Raises: NotFound, CredentialEnded, NothingToCorrect, TooManyReissues.
    """
    credential_id = _own(space, number)
    person_id = store.owner(space, credential_id)
    if person_id is None:
        raise NotFound
    old = register.find(number)
    wanted = name or persons.get(space, person_id).name
    made = ids.derived("reissue", space.slug, credential_id, wanted)
    fresh = addresses.number(space.slug, made)
    if old.next == fresh:
        return register.find(fresh)
    _require_to_correct(old, wanted)
    _make(space, old, made, wanted)
    store.hold(space, person_id, made, _holding(old, credential_id))
    if not _replace(space, person_id, credential_id, fresh):
        raise CredentialEnded
    return register.find(fresh)


def _require_to_correct(old: Issued, name: str) -> None:
    if old.state != "valid":
        raise CredentialEnded
    if old.name == name:
        raise NothingToCorrect
    if old.reissued >= MOST_REISSUES:
        raise TooManyReissues(most=MOST_REISSUES)


def _make(space: Space, old: Issued, credential_id: str, name: str) -> None:
    number = addresses.number(space.slug, credential_id)
    (entry,) = register.bits(space.slug, 1)
    document = documents.renamed(old.signed, number, name, entry, space.slug)
    signed, token = register.sign(space.slug, document)
    facts: Item = {
        "kind": old.kind, "about": old.about, "at": clock.epoch_s(), "achieved": old.achieved_at, "until": old.until,
        "list": entry.list, "bit": entry.bit, "score": old.score, "minutes": old.minutes, "course": old.course,
        "previous": old.number, "reissued": old.reissued + 1,
    }  # fmt: skip
    register.add(space.slug, credential_id, facts, signed, token, register.rename_printed(old.printed, number, name))


def _holding(old: Issued, previous: str) -> Item:
    found: Item = {
        "kind": old.kind, "about": old.about, "at": clock.epoch_s(), "achieved": old.achieved_at, "previous": previous,
    }  # fmt: skip
    return found | ({"course": old.course} if old.course else {})


def _replace(space: Space, person_id: str, previous: str, fresh: str) -> bool:
    """Let a new credential stand in the place of another, unless that had ended otherwise: then what ended it ends the
    new one too, and ``False`` is given. Of two corrections at once one holds."""
    stands = _end(space, person_id, previous, {"at": clock.epoch_s(), "why": "superseded", "next": fresh})
    if stands.get("next") == fresh:
        return True
    _end(space, person_id, _own(space, fresh), stands)
    return False


def _end(space: Space, person_id: str, credential_id: str, change: Item) -> Item:
    """Gives what ended it: ``change``, unless something had."""
    with suppress(ConditionFailed):
        change = store.intend(space, person_id, credential_id, change)
    register.end(addresses.number(space.slug, credential_id), change)
    return change


def _own(space: Space, number: str) -> str:
    """The id of one of this space's credentials. Raises: NotFound."""
    slug, credential_id = addresses.parts(number)
    if slug != space.slug:
        raise NotFound
    return credential_id


def _person(pk: str) -> str:
    return pk.removeprefix("learner#")
