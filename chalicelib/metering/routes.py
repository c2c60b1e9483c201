"""What the web sees of metering."""

from __future__ import annotations

from chalicelib.http.endpoint import Budget, Feature
from chalicelib.http.models import Slug
from chalicelib.http.periods import Period
from chalicelib.http.permissions import MANAGE_SPACE, OPERATE
from chalicelib.metering import measuring as measuring  # declares its jobs
from chalicelib.metering import usage
from chalicelib.metering.models import Usage
from chalicelib.storage import quotas
from chalicelib.storage.spaces import Space
from chalicelib.tenants import registry

metering = Feature("usage")


@metering.get("/tenants/{slug}/usage", may=OPERATE, budget=Budget(calls=4, rcu=8))
def read_tenant_usage(slug: Slug, query: Period) -> Usage:
    """What an organisation's space used, day by day (at most 92 days), about what that costs, and how much of its
    quotas is used. Of a space that was closed too."""
    return usage.of_tenant(slug, quotas.of(registry.require(slug).quotas), query)


@metering.get("/spaces/{space}/usage", may=MANAGE_SPACE, budget=Budget(calls=3, rcu=6))
def read_usage(space: Space, query: Period) -> Usage:
    """What this space used, day by day (at most 92 days), about what that costs, and how much of its quotas is used."""
    return usage.of_tenant(space.slug, space.quotas, query)
