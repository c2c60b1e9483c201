"""What a verb may need to know of the request besides its body: who asks from where, in which language, on what
condition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib import ids
from chalicelib.errors import Language, PreconditionFailed, PreconditionRequired
from chalicelib.http.caching import matches
from chalicelib.http.session_cookie import WebClient


@dataclass(frozen=True, slots=True)
class Circumstances:
    """One request's circumstances. ``address`` is the gateway's word, never a header that a client can write."""

    request_id: str
    address: str
    language: Language
    if_match: str | None
    if_none_match: str | None
    idempotency_key: str | None
    actor_id: str
    operation: str
    headers: Mapping[str, str]
    web: WebClient | None = None  # where a page of ours asks for a session
    fingerprint: str = ""  # of what is asked under the Idempotency-Key: address and body

    def require_match(self, current: str) -> None:
        """Refuse an edit of anything but the current state. Raises: PreconditionRequired, PreconditionFailed."""
        if self.if_match is None:
            raise PreconditionRequired
        if not matches(self.if_match, current):
            raise PreconditionFailed

    def new_id(self, *scope: str) -> str:
        """The identifier for what this request creates: with an Idempotency-Key, the same at every try.

        It depends on what is asked too, so that two people who send the same poor key (``1``) without being signed in
        never end up with one identifier.
        """
        if self.idempotency_key is None:
            return ids.new()
        return ids.derived(self.operation, self.actor_id, *scope, self.idempotency_key, self.fingerprint)
