"""What is wrong with a provider, found before anybody stands in front of it."""

from __future__ import annotations

import secrets as random

from chalicelib.errors import Language, Refusal
from chalicelib.federation import code_flow, discovery, keys
from chalicelib.federation.code_flow import Client, CodeRefused
from chalicelib.federation.discovery import Provider as Document
from chalicelib.sso import providers
from chalicelib.sso.models import ProviderCheck, ProviderProblem
from chalicelib.storage.spaces import Space

# What a token endpoint says to a code that nobody has: it looked at the code, so it knows us.
_KNOWS_US = frozenset({"invalid_grant"})


def check(space: Space, provider_id: str, language: Language) -> ProviderCheck:
    """Look at a provider now: 1 call and up to 3 fetches. Raises: NotFound, Unavailable."""
    provider = providers.now(space, provider_id)
    discovery.forget(space, provider.issuer)
    try:
        document = discovery.provider(space, provider.issuer)
    except Refusal as refusal:
        return _found([_told(refusal, language)])
    client, problems, found = provider.client(), [], 0
    try:
        found = len(keys.fetch(document.jwks_uri))
    except Refusal as refusal:
        problems.append(_told(refusal, language))
    wrong = _credentials(document, client, language)
    return _found([*problems, *([wrong] if wrong else [])], document, found)


def _credentials(document: Document, client: Client, language: Language) -> ProviderProblem | None:
    """Whether the token endpoint knows our id and secret: it is shown a code that nobody has."""
    try:
        code_flow.redeem(document, client, random.token_urlsafe(32), random.token_urlsafe(48))
    except CodeRefused as refusal:
        return None if refusal.facts["reason"] in _KNOWS_US else _told(refusal, language)
    except Refusal as refusal:
        return _told(refusal, language)
    return None


def _told(refusal: Refusal, language: Language) -> ProviderProblem:
    return ProviderProblem(code=refusal.code, detail=refusal.detail(language))


def _found(problems: list[ProviderProblem], document: Document | None = None, keys_found: int = 0) -> ProviderCheck:
    return ProviderCheck(
        ok=not problems,
        problems=problems,
        keys=keys_found,
        back_channel_logout=bool(document and document.back_channel),
        sign_out=bool(document and document.end_session_endpoint),
    )
