"""The API itself: is it alive, and what does it offer."""

from __future__ import annotations

from typing import Literal

from chalicelib.http.endpoint import Budget, Feature, Raw
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


@api.get("/openapi.json", may=ANYONE, budget=Budget(calls=0), cache="public, max-age=300")
def read_openapi() -> Raw:
    """This API as an OpenAPI 3.1 document."""
    from chalicelib.http import openapi

    return Raw(openapi.text(), "application/json")


@api.get("//docs", may=ANYONE, budget=Budget(calls=0), cache="public, max-age=300", media="text/html")
def read_docs() -> Raw:
    """This API as a page to read."""
    from chalicelib.http import reference

    return Raw(reference.page(), "text/html; charset=utf-8", headers={"Content-Security-Policy": reference.POLICY})
