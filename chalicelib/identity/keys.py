"""Sort keys of what identity keeps in a person's partition."""

from __future__ import annotations

SESSIONS = "session#"
ORIGINS = "origin#"


def session_sk(session_id: str) -> str:
    """A session's sort key among what is its person's; later sessions sort after earlier ones."""
    return f"{SESSIONS}{session_id}"


def link_sk(purpose: str, fingerprint: str) -> str:
    """A link's sort key among what is its person's."""
    return f"link#{purpose}#{fingerprint}"


CODE = "code"  # of the one-time code that a person was sent last


def origin_sk(session_id: str) -> str:
    """Where it stands who vouched for a session."""
    return f"{ORIGINS}{session_id}"


def entry_sk(fingerprint: str) -> str:
    """An entry code's sort key among what is its person's."""
    return f"entry#{fingerprint}"


def vouched_pk(party: str, fingerprint: str) -> str:
    """The partition of the sessions of one sign-in at a party."""
    return f"vouched#{party}#{fingerprint}"
