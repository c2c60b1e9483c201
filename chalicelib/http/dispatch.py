"""The Chalice app that finds by itself which of its addresses is asked.

API Gateway tells at which of its nodes a request came in, and many addresses share one (``paths.py``). Chalice would
look that node up; here its place takes the address that the path itself means, whichever node it came through. So what
is asked is decided by one piece of code, in the cloud and on one machine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chalice.app import CaseInsensitiveMapping, Chalice, Response

from chalicelib.errors import NotFound, Refusal
from chalicelib.http import gate
from chalicelib.http.gate import MethodNotAllowed
from chalicelib.http.paths import Addresses, Found, Unreadable

Event = Mapping[str, Any]


class Api(Chalice):
    """The app; whatever is routed on it can be found."""

    def __init__(self, app_name: str) -> None:
        super().__init__(app_name)
        self.addresses = Addresses()

    def route(self, path: str, **options: Any) -> Callable[..., Any]:
        """Chalice's decorator."""
        self.addresses.add(path)
        return super().route(path, **options)

    def __call__(self, event: Event, context: Any) -> dict[str, Any]:
        """Answer an event of API Gateway's (REST, Lambda proxy). Its ``path`` is without the stage and, other than an
        HTTP API's, still percent-encoded."""
        asked = event["requestContext"]
        found = self._found(event["path"])
        methods = self.routes[found.address] if found else {}
        if found is None or asked["httpMethod"] not in methods:
            response = _refused(event, MethodNotAllowed() if found else NotFound())
            if found:
                response.headers["Allow"] = ", ".join(methods)
            return response.to_dict(self.api.binary_types)
        answered: dict[str, Any] = super().__call__(
            {
                **event,
                "resource": found.address,
                "pathParameters": found.parameters,
                "requestContext": {**asked, "resourcePath": found.address},
            },
            context,
        )
        return answered

    def _found(self, path: str) -> Found | None:
        """A part that is no text is the name of nothing."""
        try:
            return self.addresses.find(path)
        except Unreadable:
            return None


def _refused(event: Event, refusal: Refusal) -> Response:
    return gate.refuse(refusal, CaseInsensitiveMapping(event["headers"]), event["requestContext"])
