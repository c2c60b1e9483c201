"""Who is in which audience. It is found out when a profile or a rule changes and kept with the person, so that no
request of a learner ever looks at a rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.audiences import store
from chalicelib.audiences.ready_made import READY_MADE
from chalicelib.http.caching import Remembered
from chalicelib.people.person import Person
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

if TYPE_CHECKING:
    from chalicelib.audiences.rules import RuleKind

FRESH_S = 60
_KEPT = 500


@dataclass(frozen=True, slots=True)
class Audiences:
    """The audiences of a space as they were read: their rules by id, and the ``number`` that counts changes of rules.

    ``written`` are the items of those that were made or edited, ``job`` brings the rules to everyone, and ``asked`` are
    the fields of the profile that the space has said it asks for (``None``: it has not said).
    """

    number: int
    job: str | None
    rules: Mapping[str, RuleKind]
    written: Mapping[str, Item]
    asked: tuple[str, ...] | None

    def of(self, person: Person) -> set[str]:
        """The ids of the audiences whose rule this person fits: none of an account that has gone up in another."""
        from chalicelib.audiences.matching import Traits, matches  # signing in imports this module, and matches nothing

        if person.merged_into:
            return set()
        traits = Traits.of(person)
        return {each for each, rule in self.rules.items() if matches(rule, traits)}

    def grouped(self, person: Person) -> Person:
        """The person in the audiences that suit them; the same person when those are the ones they are in."""
        found = self.of(person)
        return person if found == set(person.audiences) else person.grouped(found, self.number)


_known: Remembered[str, Audiences] = Remembered(_KEPT, fresh_s=FRESH_S)


def regrouped(space: Space, person: Person) -> Person:
    """The person in the audiences that suit them now; the same person when those are the ones they are in.

    To be called on every new person, and wherever name, identifiers or profile change, before
    :func:`persons.add` or :func:`persons.change`. Rules are remembered for a minute: 0 calls when warm, else 1; whoever
    was grouped by rules newer than those remembered is not put back. On the platform there are no audiences.
    """
    if space.is_platform:
        return person
    audiences = known(space)
    if person.rules > audiences.number:
        audiences = latest(space)
    return audiences.grouped(person)


def known(space: Space) -> Audiences:
    """The audiences as this container remembers them, at most a minute old: 0 calls when warm, else 1."""
    return _known.get(space.slug, lambda: read(space))


def latest(space: Space) -> Audiences:
    """The audiences as they are now, remembered from now on: 1 call."""
    forget(space)
    return known(space)


def read(space: Space) -> Audiences:
    """The audiences as they are now: 1 call."""
    from chalicelib.audiences.rules import of_stored

    state, written = store.read(space)
    rules = {each: made.rule for each, made in READY_MADE.items()}
    rules |= {each: item["rule"] for each, item in written.items()}
    return Audiences(
        number=int(state.get("number", 0)),
        job=state.get("job"),
        rules={each: of_stored(rule) for each, rule in rules.items()},
        written=written,
        asked=tuple(state["asked"]) if "asked" in state else None,
    )


def forget(space: Space) -> None:
    """Look at the rules again next time: after this process changed one."""
    _known.forget(space.slug)
