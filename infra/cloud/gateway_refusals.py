"""What API Gateway refuses before our code runs, said as every other refusal of ours: ``application/problem+json``.

The words are the code's own. API Gateway fills in names and nothing else, so it cannot choose by the reader's language:
the detail speaks both.
"""

from __future__ import annotations

import json
from http import HTTPStatus

from chalicelib.errors import Forbidden, NotFound, Refusal, TooLarge, TooManyRequests, Unauthenticated, Unavailable
from chalicelib.http.bodies import UnsupportedMediaType
from infra.cloud.cloudformation import Json

RETRY_AFTER_S = 5

# API Gateway's names for its refusals. An address or a method that is not there it takes for a missing token, and one
# with our token for a bad signature of AWS's. The last two stand for whatever is not named, and keep its status.
_OWN: dict[str, type[Refusal]] = {
    "MISSING_AUTHENTICATION_TOKEN": NotFound,
    "INVALID_SIGNATURE": NotFound,
    "RESOURCE_NOT_FOUND": NotFound,
    "ACCESS_DENIED": Forbidden,
    "UNAUTHORIZED": Unauthenticated,
    "WAF_FILTERED": Forbidden,
    "REQUEST_TOO_LARGE": TooLarge,
    "UNSUPPORTED_MEDIA_TYPE": UnsupportedMediaType,
    "BAD_REQUEST_BODY": Refusal,  # nothing can be made of it
    "BAD_REQUEST_PARAMETERS": Refusal,
    "THROTTLED": TooManyRequests,
    "QUOTA_EXCEEDED": TooManyRequests,
    "INTEGRATION_FAILURE": Unavailable,
    "INTEGRATION_TIMEOUT": Unavailable,
    "DEFAULT_4XX": Refusal,
    "DEFAULT_5XX": Unavailable,
}


def responses() -> Json:
    """The part of the API's description that holds them. As resources of their own they would be lost at the next
    import
    of a changed description, which replaces all that the API has."""
    return {kind: _response(kind, refusal) for kind, refusal in _OWN.items()}


def _response(kind: str, refusal: type[Refusal]) -> Json:
    headers = {
        "Content-Type": "application/problem+json",
        "Content-Language": "vi, en",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    if refusal.status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        headers["Retry-After"] = str(RETRY_AFTER_S)
    response: Json = {
        "responseParameters": {f"gatewayresponse.header.{name}": f"'{value}'" for name, value in headers.items()},
        "responseTemplates": {"application/json": _document(refusal)},
    }
    if not kind.startswith("DEFAULT"):
        response["statusCode"] = str(refusal.status)
    return response


def _document(refusal: type[Refusal]) -> str:
    """The problem, with what API Gateway fills in (``$context…``)."""
    return json.dumps(
        {
            "type": f"/docs#problem-{refusal.code}",
            "title": HTTPStatus(refusal.status).phrase,
            "status": refusal.status,
            "code": refusal.code,
            "detail": f"{refusal.vi} / {refusal.en}",
            "request_id": "$context.requestId",
        },
        ensure_ascii=False,
    )
