"""A credential that says what is not so is replaced by one that does: another name, or what a grade is now.

The rest of it stays what it was on the day when the first one was issued: texts, signatories, how long it holds.
"""

from __future__ import annotations

from contextlib import suppress

from chalicelib import clock, ids
from chalicelib.credentials import addresses, documents, ending, holding, register, store
from chalicelib.credentials.documents import Stated
from chalicelib.credentials.ending import CredentialEnded
from chalicelib.credentials.reasons import Earned
from chalicelib.credentials.register import Issued
from chalicelib.errors import Conflict, NotFound
from chalicelib.people import persons
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed

MOST_REISSUES = 20


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


def reissue(space: Space, number: str, name: str | None) -> Issued:
    """Issue a credential anew with a corrected name (the account's, unless told), and let the one before be superseded:
    some 10 calls. Asking again for the same name gives the one that was made.

    Raises: NotFound, CredentialEnded, NothingToCorrect, TooManyReissues.
    """
    credential_id = ending.own(space, number)
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
    _make(space, person_id, old, made, Stated(wanted, old.achieved_at, old.until, old.score))
    if not ending.replace(space, person_id, credential_id, fresh):
        raise CredentialEnded
    return register.find(fresh)


def restate(space: Space, person_id: str, credential_id: str, made: str, earned: Earned) -> None:
    """Issue a credential anew, under the id ``made``, with what was achieved as it counts now; what it replaces is
    superseded: some 8 calls. Where that id is taken, what was issued under it is noted instead; and of what holds no
    more by the register, that. Raises: Unavailable."""
    old = register.find(addresses.number(space.slug, credential_id))
    if old.kept != "valid":
        with suppress(ConditionFailed):  # it moved to another account just now
            store.intend(space, person_id, credential_id, holding.ended(old))
        return
    if not old.signed:
        return  # its holder had it deleted just now
    until = old.until  # of those that do not say for how many months they hold
    if "valid_months" in old.printed:
        until = documents.until(earned.at, old.printed["valid_months"])
    if _make(space, person_id, old, made, Stated(documents.name_of(old.signed), earned.at, until, earned.score)):
        ending.replace(space, person_id, credential_id, addresses.number(space.slug, made))


def _require_to_correct(old: Issued, name: str) -> None:
    if old.state != "valid":
        raise CredentialEnded
    if old.name == name:
        raise NothingToCorrect
    if old.reissued >= MOST_REISSUES:
        raise TooManyReissues(most=MOST_REISSUES)


def _make(space: Space, person_id: str, old: Issued, made: str, stated: Stated) -> bool:
    """``False`` where there is one under that id, which is noted as it is."""
    number = addresses.number(space.slug, made)
    (entry,) = register.bits(space.slug, 1)
    document = documents.restated(old.signed, number, stated, entry, space.slug)
    signed, token = register.sign(space.slug, document)
    facts: Item = {
        "kind": old.kind, "about": old.about, "at": clock.epoch_s(), "achieved": stated.achieved_at,
        "until": stated.until, "list": entry.list, "bit": entry.bit, "score": stated.score, "minutes": old.minutes,
        "course": old.course, "previous": old.number, "reissued": old.reissued + (stated.name != old.name),
    }  # fmt: skip
    printed = documents.reprinted(old.printed, number, stated)
    if not register.add(space.slug, made, facts, signed, token, printed):
        holding.adopt(space, person_id, made)
        return False
    store.hold(space, person_id, made, holding.noted(facts, str(document["name"])))
    return True
