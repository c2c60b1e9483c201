"""What somebody holds is brought to agree with what they have achieved, as it counts now.

A grade that is put right may undo an achievement, bring it back, or change the score that a certificate states. What
follows from it is decided by what stands there now and not by which change told of it: so a batch that comes again, in
halves, or after a newer one, does nothing that is not so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chalicelib import clock
from chalicelib.credentials import ending, holding, issuing, reasons, replacing, store, templates
from chalicelib.credentials.issuing import Wanted
from chalicelib.credentials.models import Reason
from chalicelib.credentials.reasons import Changed, Earned
from chalicelib.errors import Unavailable
from chalicelib.jobs import streams
from chalicelib.people import origins, persons
from chalicelib.people.person import Person
from chalicelib.storage.changes import Batch, Change
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

_TRIES = 8
# What an admin ended, or its holder, no change of a grade brings back.
_FOR_GOOD: frozenset[Reason] = frozenset({"issued_in_error", "misconduct", "holder_request"})


@dataclass(frozen=True, slots=True)
class Issue:
    """What counts is not certified."""

    earned: Earned


@dataclass(frozen=True, slots=True)
class Replace:
    """A credential states what is so no more; something else is."""

    credential_id: str
    earned: Earned


@dataclass(frozen=True, slots=True)
class End:
    """A credential is for what counts no more."""

    credential_id: str


Step = Issue | Replace | End


@dataclass(frozen=True, slots=True)
class Certified:
    """Whom an achievement is to be certified to, and by which template."""

    person: Person
    template: Item


@streams.reacts
def follow(space: Space, batch: Batch) -> None:
    """Issue what was earned, revoke what was undone, replace what states another score than counts.

    0 calls for a batch without any; 1 for one of which nothing is certified. Else some 5, and for each credential 1
    to see what its person holds, and 2 writes. What is not issued for the first time: :func:`settle`.
    """
    found = [each for change in batch.changes if (each := reasons.of(change)) is not None]
    earned = [each for each in found if isinstance(each, Earned)]
    if earned:
        _issue(space, earned)
    asked = [each for change in batch.changes if (each := _asked(change)) is not None]
    for each in dict.fromkeys([*(each for each in found if isinstance(each, Changed)), *asked]):
        if holding.among(store.held(space, each.person_id), each.kind, each.about):
            settle(space, each.kind, each.about, each.person_id, None)


def _asked(change: Change) -> Changed | None:
    """What is to be looked at anew, since it has moved to another account."""
    if change.old is None or change.new is None or not change.sk.startswith(store.HELD):
        return None
    if change.new.get("look") == change.old.get("look"):
        return None
    return Changed(change.new["kind"], change.new["about"], change.pk.removeprefix("learner#"))


def settle(space: Space, kind: str, about: str, person_id: str, certified: Certified | None) -> bool:
    """Take what steps there are to take, until there are none: 3 calls to see that there is none, some 8 for each.
    ``certified``: whom to issue it to, if it is to be issued. ``False`` where it could not be. Raises: Unavailable."""
    for _ in range(_TRIES):
        held = holding.of(space, kind, about, person_id)
        counted = _counted(space, kind, about, person_id, held)
        is_exact = reasons.KINDS[kind].is_exact
        steps = due(counted, holding.scored(space, held) if is_exact else held, is_exact=is_exact)
        if not certified:
            steps = [each for each in steps if not isinstance(each, Issue)]
        if not steps:
            return True
        if not all(_take(space, person_id, each, held, certified) for each in steps):
            return False
    raise Unavailable


def _counted(space: Space, kind: str, about: str, person_id: str, held: Sequence[Item]) -> list[Earned]:
    """What counts for somebody; and, of credentials that came from another account, what still counts there: it follows
    them, or goes home before them."""
    accounts = dict.fromkeys(each for item in held for each in origins.of(item.get("from"))[-1:])
    found = [each for account in (*accounts, person_id) for each in reasons.KINDS[kind].finds(space, account, about)]
    return sorted(found, key=lambda each: each.at)


def due(counted: Sequence[Earned], held: Sequence[Item], *, is_exact: bool) -> Sequence[Step]:
    """What is to be done so that one valid credential states what counts, and none states what does not. No I/O.

    ``counted`` is what counts now, the first one first; ``held`` all that was issued for it.
    """
    replaced = {each["previous"] for each in held if "previous" in each}
    valid = [each for each in held if "rev" not in each and holding.id_of(each) not in replaced]
    if not valid:
        return [Issue(each) for each in counted if not _is_barred(each, held)][:1]
    if not counted:
        return [End(holding.id_of(each)) for each in valid]
    return _corrections(counted, valid)[:1] if is_exact else []


def _corrections(counted: Sequence[Earned], valid: Sequence[Item]) -> list[Step]:
    by_time = {each.at: each for each in counted}
    stand = [each for each in valid if each["achieved"] in by_time]
    found: list[Step] = []
    for each in stand:
        earned = by_time[each["achieved"]]
        if "score" in each and not _states(each, earned):  # of one without, nobody knows what it states
            found.append(Replace(holding.id_of(each), earned))
    for each in valid:
        if each not in stand:
            credential_id = holding.id_of(each)
            found.append(End(credential_id) if stand else Replace(credential_id, counted[0]))
    return found


def _is_barred(earned: Earned, held: Iterable[Item]) -> bool:
    return any("rev" in each and each["rev"]["why"] in _FOR_GOOD and earned.at <= each["rev"]["at"] for each in held)


def _take(space: Space, person_id: str, step: Step, held: Sequence[Item], certified: Certified | None) -> bool:
    """``False`` where nothing can be done about it."""
    if isinstance(step, End):
        ending.end(space, person_id, step.credential_id, {"at": clock.epoch_s(), "why": "undone"})
        return True
    earned = step.earned
    fresh = holding.next_id(space.slug, earned.kind, earned.about, person_id, {holding.id_of(each) for each in held})
    if isinstance(step, Replace):
        replacing.restate(space, person_id, step.credential_id, fresh, earned)
        return True
    return certified is not None and _certify(space, Wanted(earned, certified.person, fresh, certified.template))


def _certify(space: Space, wanted: Wanted) -> bool:
    issuing.issue(space, [wanted])
    return store.owner(space, wanted.id) is not None


def _issue(space: Space, earned: Sequence[Earned]) -> None:
    certified = templates.certified(space, earned)
    due_now = [each for each in earned if (each.kind, each.about) in certified]
    if not due_now:
        return
    found = people(space, {each.person_id for each in due_now})
    first: dict[tuple[str, str, str], Wanted] = {}
    later: dict[tuple[str, str, str], Certified] = {}
    for each in due_now:
        person, template = found.get(each.person_id), certified[each.kind, each.about]
        if person is None or not person.name:
            issuing.left_out(space, each, "name_missing" if person else "account_gone")
            continue
        held = holding.among(store.held(space, person.id), each.kind, each.about)
        place = (each.kind, each.about, person.id)
        if not held:
            first.setdefault(place, Wanted(each, person, holding.next_id(space.slug, *place), template))
        elif not any(_states(item, each) for item in held):
            later[place] = Certified(person, template)
    for taken in issuing.issue(space, list(first.values())):
        later[taken.earned.kind, taken.earned.about, taken.person.id] = Certified(taken.person, taken.template)
    for place, whom in later.items():
        settle(space, *place, whom)


def _states(held: Item, earned: Earned) -> bool:
    """Whether it is a valid credential for this very achievement: then there is nothing to look up."""
    return "rev" not in held and (held["achieved"], held.get("score")) == (earned.at, earned.score)


def people(space: Space, person_ids: Iterable[str]) -> dict[str, Person]:
    """Who these are: for an account that went up in another, that other one."""
    found = persons.many(space, person_ids)
    into = {each.merged_into for each in found.values() if each.merged_into}
    kept = persons.many(space, into) if into else {}
    return {person_id: kept.get(each.merged_into, each) for person_id, each in found.items()}
