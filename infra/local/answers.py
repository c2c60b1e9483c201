"""What the gateway answers by itself, under headers that allow nothing."""

import json
import uuid
from dataclasses import dataclass, field
from http import HTTPStatus

from chalicelib.errors import TooLarge
from chalicelib.http import problems
from chalicelib.http.gateway import HeadersTooLarge, UnreadableRequest
from chalicelib.http.problems import language_of

STRICT = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "cache-control": "no-store",
}

_DETAILS: dict[str, tuple[int, str, str]] = {
    "not_found": (404, "Không tìm thấy nội dung này. Hãy kiểm tra lại địa chỉ.", "Nothing is found at this address."),
    **{each.code: (each.status, each.vi, each.en) for each in (UnreadableRequest, HeadersTooLarge)},
    "misdirected": (
        421,
        "Máy chủ này chỉ trả lời tại localhost.",
        "This server answers at localhost only.",
    ),
    "internal": (500, "Có lỗi ngoài dự kiến. Hãy thử lại.", "Something unexpected went wrong. Try again."),
    "unavailable": (503, "Dịch vụ tạm thời gián đoạn. Hãy thử lại.", "The service is interrupted. Try again."),
}


@dataclass(frozen=True)
class Answer:
    """One HTTP answer; header names in lower case, a name may come more than once."""

    status: int
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)


def problem(code: str, accept_language: str) -> Answer:
    """A refusal of the gateway's own (RFC 9457); in the cloud, API Gateway's responses are set to the same."""
    status, vi, en = _DETAILS[code]
    language = language_of(accept_language)
    document = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": vi if language == "vi" else en,
        "request_id": str(uuid.uuid4()),
    }
    retry = {"retry-after": "1"} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    return own(status, json.dumps(document, ensure_ascii=False), "application/problem+json", **retry)


def too_large(accept_language: str) -> Answer:
    """The refusal of a body that no operation takes: the app's own words, said before all of it has come."""
    language = language_of(accept_language)
    document = problems.document(TooLarge(), language, str(uuid.uuid4()))
    said = json.dumps(document, ensure_ascii=False)
    return own(TooLarge.status, said, problems.CONTENT_TYPE, content_language=language)


def own(status: int, body: str | bytes, content_type: str, **headers: str) -> Answer:
    """An answer of our own, with headers that allow nothing but what `headers` (with _ for -) says."""
    allowed = {name.replace("_", "-"): value for name, value in headers.items()}
    content = body if isinstance(body, bytes) else body.encode()
    return Answer(status, content, list(({"content-type": content_type} | STRICT | allowed).items()))


def redirect(path: str) -> Answer:
    return own(HTTPStatus.FOUND, b"", "text/plain", location=path)
