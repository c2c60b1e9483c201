"""The API's own operations: is it alive, and what does it offer."""

from __future__ import annotations

from typing import Literal

from chalicelib.http.endpoint import Budget, Feature
from chalicelib.http.models import Outbound
from chalicelib.http.permissions import ANYONE
from chalicelib.storage.spaces import platform

api = Feature("api")


class Health(Outbound):
    """Whether the program and its database answer."""

    status: Literal["ok"] = "ok"


@api.get("/health", may=ANYONE, budget=Budget(calls=1, rcu=0.5))
def read_health() -> Health:
    """Whether the service is alive and reaches its database; 503 otherwise."""
    platform().table("people").get("health", "health")
    return Health()
