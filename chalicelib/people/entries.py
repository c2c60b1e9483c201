"""Where a person stands in the lists of a space: the main list, who holds a staff role, who is not active, and the
words under which search finds them. No I/O.

One index serves them all. A person's own item stands in the main list; every further place is an entry item, written
in the person's transaction. Search is by prefix of what follows from any word of the name on, without diacritics:
``Nguyễn Văn An`` is found under ``nguyen van an``, ``van an`` and ``an``; identifiers are found by their beginning.
They stand in lists of their own: who may not see them must not even meet them on the way, since a page's cursor names
the place where it ended.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from chalicelib import ids, vietnamese
from chalicelib.people.identifiers import Identifier
from chalicelib.people.person import Person

SHARDS = 4  # a partition of an index takes 1,000 writes a second; loading a large roster makes more
# Who came in by them is one among many; whom a list has made, or who registered, fills the main list.
SOURCES = ("app", "sso")
_END = "\u0001"  # sorts before every letter: "an" comes before "an binh"
_MAX_WORDS = 8
_MAX_TERM = 48
_NUMBER = re.compile(r"\+?[\d .()-]{3,}")


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One place of one person: which list, and where in it."""

    partition: str
    place: str
    term: str

    @property
    def sk(self) -> str:
        """Its sort key among the person's items."""
        return f"listed#{self.partition}#{self.term}"


def main(person: Person) -> tuple[str, str]:
    """The partition and the place of the person's own item, in the order of a Vietnamese list of names.

    Whoever was merged into another is in no list that people look at.
    """
    return f"{'merged' if person.merged_into else 'people'}#{ids.shard(person.id, SHARDS)}", _place(person)


def of(person: Person) -> frozenset[Entry]:
    """All further places of this person."""
    if person.merged_into:
        return frozenset()
    place = _place(person)
    lists = [role_list(role) for role in sorted(person.roles) if role != "learner"]
    lists += [audience_list(audience, ids.shard(person.id, SHARDS)) for audience in sorted(person.audiences)]
    if person.status != "active":
        lists.append(status_list(person.status))
    lists += [source_list(each, ids.shard(person.id, SHARDS)) for each in SOURCES if each in person.sources]
    names, logins = _name_terms(person), _login_terms(person)
    found = [Entry(search_list(term), f"{term}{_END}{place}", term) for term in names]
    # Whose name holds their number stands in one of the lists, so that a search of both shows them once.
    found += [Entry(login_list(term), f"{term}{_END}{place}", term) for term in logins - names]
    if person.unit:
        unit_place = f"{person.unit}/{_END}{place}"  # so that everyone under a unit stands together
        found.append(Entry(unit_list(ids.shard(person.id, SHARDS)), unit_place, ""))
    return frozenset([*(Entry(each, place, "") for each in lists), *found])


def role_list(role: str) -> str:
    """The list of everyone who holds a staff role."""
    return f"role#{role}"


def status_list(status: str) -> str:
    """The list of everyone invited, or deactivated."""
    return f"status#{status}"


def audience_list(audience: str, shard: int) -> str:
    """One shard of the list of everyone in an audience: a new rule moves 100,000 people at once."""
    return f"audience#{audience}#{shard}"


def source_list(source: str, shard: int) -> str:
    """One shard of the list of everyone of whom an app, or single sign-on, has told something."""
    return f"source#{source}#{shard}"


def unit_list(shard: int) -> str:
    """One shard of the list of everyone who is in a unit, by its path."""
    return f"unit#{shard}"


def search_list(term: str) -> str:
    """The list of search terms that begin with the same letter: 38 in 100 Vietnamese are called Nguyễn, so lists of
    longer beginnings would be no evener."""
    return f"find#{term[:1]}"


def login_list(term: str) -> str:
    """The list of identifiers that begin with the same character."""
    return f"login#{term[:1]}"


def query_term(text: str) -> str:
    """A search as it is compared with terms: empty when it holds nothing to look for."""
    folded = vietnamese.fold(text)
    if _NUMBER.fullmatch(folded):
        folded = re.sub(r"\D", "", folded.replace("+84", "0", 1))
    return _term(folded)


def terms(person: Person, *, identifiers: bool = True) -> list[str]:
    """Under which terms a search finds this person, in order; without ``identifiers``, by name alone."""
    return sorted(_name_terms(person) | (_login_terms(person) if identifiers else set()))


def _name_terms(person: Person) -> set[str]:
    words = vietnamese.fold(person.name).split()[:_MAX_WORDS]
    return {term for start in range(len(words)) if (term := _term(" ".join(words[start:])))}


def _login_terms(person: Person) -> set[str]:
    # Nobody types +84 to look a number up. Of an identity number nothing is known that a search could begin with.
    return {_term(_looked_up(each)) for each in person.identifiers if each.kind in ("email", "phone", "staff_code")}


def _looked_up(identifier: Identifier) -> str:
    return f"0{identifier.value[3:]}" if identifier.kind == "phone" else identifier.value.lower()


def first_match(person: Person, term: str, *, identifiers: bool) -> str | None:
    """The first of a person's terms that begins so: a person who matches twice is shown at the first."""
    return next((each for each in terms(person, identifiers=identifiers) if each.startswith(term)), None)


def _place(person: Person) -> str:
    return f"{vietnamese.name_key(person.name)}{_END}{person.id}"


def _term(folded: str) -> str:
    return folded[:_MAX_TERM].strip()
