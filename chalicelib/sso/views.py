"""Providers as they are shown."""

from __future__ import annotations

from chalicelib import clock
from chalicelib.identity import links
from chalicelib.sso.models import ProviderCard, ProviderView, ShownClaims, ShownRoleRule, ShownUnitRule
from chalicelib.sso.providers import Provider


def card(provider: Provider) -> ProviderCard:
    """For the sign-in page."""
    return ProviderCard(id=provider.id, name=provider.terms["name"], enabled=provider.enabled)


def whole(provider: Provider) -> ProviderView:
    """For the space's admins: everything but the secret."""
    terms, claims = provider.terms, provider.terms["claims"]
    return ProviderView(
        id=provider.id,
        name=terms["name"],
        enabled=provider.enabled,
        issuer=provider.issuer,
        client_id=provider.client_id,
        confidential=provider.secret is not None,
        scopes=terms["scopes"],
        claims=ShownClaims(
            name=claims["name"],
            staff_code=claims.get("staff_code"),
            national_id=claims.get("national_id"),
            unit=claims.get("unit"),
            fields=claims.get("fields") or {},
        ),
        role_rules=[ShownRoleRule.model_validate(each) for each in terms["role_rules"]],
        unit_rules=[ShownUnitRule.model_validate(each) for each in terms["unit_rules"]],
        roles_from=terms["roles_from"],
        email_domains=terms["email_domains"],
        creates_accounts=terms["creates_accounts"],
        redirect_uri=provider.address("callback"),
        post_logout_redirect_uri=links.root(provider.space),
        backchannel_logout_uri=provider.address("logout"),
        created_at=clock.from_timestamp(provider.created_at),
    )
