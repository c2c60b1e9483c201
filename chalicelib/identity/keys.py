"""Sort keys of what identity keeps in a person's partition."""

from __future__ import annotations

SESSIONS = "session#"


def session_sk(session_id: str) -> str:
    """A session's sort key among what is its person's; later sessions sort after earlier ones."""
    return f"{SESSIONS}{session_id}"


def link_sk(purpose: str, fingerprint: str) -> str:
    """A link's sort key among what is its person's."""
    return f"link#{purpose}#{fingerprint}"
