"""Where a person's items stand in the people table. Other features keep what is one person's in the same partition."""

from __future__ import annotations

from chalicelib.people.identifiers import Identifier

PERSON = "person"  # the sort key of the person itself
LEARNER = "learner"  # in the learning table: since when somebody is one
# Of a learner's audiences in the learning table: right before ``enrolment#…``, so that one Query reads both and none of
# the days and attempts that stand before them.
AUDIENCES = "enrol#audiences"


def person_pk(person_id: str) -> str:
    """The partition of everything that is one person's: the person, their sessions, links and places in lists."""
    return f"person#{person_id}"


def login_key(identifier: Identifier) -> tuple[str, str]:
    """Where an identifier leads to its person: the key itself makes it unique in the space."""
    return f"login#{identifier.kind}#{identifier.value}", "login"


def keepers_key(role: str) -> tuple[str, str]:
    """Who holds a role that a space must never be without."""
    return f"keepers#{role}", "keepers"
