"""The credentials of two accounts that become one: the other's follow to the account that is kept, and back.

What was signed does not change: it names a person, not an account. But a grade may be put right while all of it moves,
when what tells of it and what it is told to are in two accounts: so when all has moved, it is looked at anew.
"""

from __future__ import annotations

from contextlib import suppress

from chalicelib import clock
from chalicelib.credentials import holding, store
from chalicelib.people import origins
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed


def join(space: Space, kept_id: str, other_id: str) -> None:
    """Let the other account's credentials be the kept one's: 1 call, and 3 for each. Before its completions move, so
    that none is certified twice. Repeating it changes nothing."""
    for item in store.held(space, other_id):
        store.move(space, item, kept_id, origins.followed(item.get("from"), other_id, kept_id))


def part(space: Space, kept_id: str, other_id: str) -> None:
    """Give the other account back what it brought, and what has taken its place since. After its sittings, which are
    looked for in both accounts as long as their credentials are in the kept one; before its completions."""
    left = store.held(space, kept_id)
    theirs = {holding.id_of(each) for each in store.held(space, other_id)}  # an earlier try of our own moved some
    while going := [each for each in left if _is_from(each, other_id) or each.get("previous") in theirs]:
        for item in going:
            came_from = origins.of(item.get("from"))
            store.move(space, item, other_id, came_from[:-1] if _is_from(item, other_id) else came_from)
        theirs |= {holding.id_of(each) for each in going}
        left = [each for each in left if each not in going]


def settle(space: Space, person_id: str) -> None:
    """Have the stream look at what somebody holds, once all has moved: 1 call, and 1 for each achievement. Repeating it
    changes nothing."""
    for item in {(each["kind"], each["about"]): each for each in store.held(space, person_id)}.values():
        with suppress(ConditionFailed):  # it moved on just now: whoever moves it has it looked at
            store.ask_to_settle(space, person_id, holding.id_of(item), clock.epoch_s())


def _is_from(item: Item, account_id: str) -> bool:
    return origins.is_from(item.get("from"), account_id)
