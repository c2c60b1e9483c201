"""What the gateway answers by itself: problems, pages and files, all under the same strict headers."""

import json
import mimetypes
import uuid
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

from chalicelib.errors import TooLarge
from chalicelib.http import problems
from chalicelib.http.problems import language_of

STRICT = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "cache-control": "no-store",
}
# The client reads files from S3 (another port of this machine) by short-lived addresses, and uploads there.
S3 = "http://127.0.0.1:* http://localhost:*"
WEB_POLICY = (
    f"default-src 'self'; img-src 'self' data: blob: {S3}; media-src 'self' blob: {S3}; connect-src 'self' {S3}; "
    "object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)

_DETAILS: dict[str, tuple[int, str, str]] = {
    "not_found": (404, "Không tìm thấy nội dung này. Hãy kiểm tra lại địa chỉ.", "Nothing is found at this address."),
    "unreadable_request": (400, "Nội dung hoặc địa chỉ không phải UTF-8.", "The body or the address is not UTF-8."),
    "headers_too_large": (431, "Địa chỉ và tiêu đề dài hơn 10 KB.", "Address and headers are longer than 10 KB."),
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


def web_file(folder: Path, path: str) -> Answer | None:
    """A file of the built client; its index for an address that is no file (the client has a router of its own).

    None where there is no client, or no such file. `path` is decoded and may be hostile: nothing outside is served.
    """
    root = folder.resolve()
    if not (root / "index.html").is_file() or "\0" in path:
        return None
    wanted = (root / path.lstrip("/")).resolve()
    if not wanted.is_relative_to(root):
        return None
    if not wanted.is_file():
        if wanted.suffix:
            return None
        wanted = wanted / "index.html" if (wanted / "index.html").is_file() else root / "index.html"
    kind = mimetypes.guess_type(wanted.name)[0] or "application/octet-stream"
    charset = "; charset=utf-8" if kind.startswith("text/") or kind.endswith(("javascript", "json")) else ""
    # Only what the build named by its content may be kept.
    cache = "max-age=31536000, immutable" if "assets" in wanted.relative_to(root).parts else "no-cache"
    return own(200, wanted.read_bytes(), kind + charset, content_security_policy=WEB_POLICY, cache_control=cache)
