"""The refresh token of a web client: in a cookie that no script reads, sent to the sessions of its space alone.

Whoever can run a script in a page could carry a token away that stands in the page's reach; a cookie with ``HttpOnly``
they cannot. What a browser adds to a request by itself must not be enough to act, though: a cookie counts only together
with a header that no form and no other site's page can send, and only from a page of the very host that is asked
(``docs/decisions/session-in-a-cookie.md``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from chalicelib import config
from chalicelib.errors import Forbidden
from chalicelib.storage.names import PLATFORM

CLIENT = "x-hocmo-client"
WEB = "web"
NAME = "hocmo-refresh"
SECURE_NAME = f"__Secure-{NAME}"
LASTING_S = 30 * 24 * 3600  # from its last use, as the session itself


class FromElsewhere(Forbidden):
    """A request that says it is the web client's, and comes from a page of another host."""

    code = "from_elsewhere"
    vi = "Yêu cầu này không đến từ trang của không gian đào tạo. Hãy mở lại trang rồi thử lại."
    en = "This request does not come from a page of this training space. Open the page again and retry."


@dataclass(frozen=True, slots=True)
class WebClient:
    """A page of ours that asks: of which space, and with which refresh token in its cookie, if there is one."""

    slug: str
    token: str | None

    def keeping(self, token: str) -> str:
        """The ``Set-Cookie`` that puts a token in the place of the one before."""
        return f"{cookie_name()}={token}; Max-Age={LASTING_S}; {self._place()}"

    def forgetting(self) -> str:
        """The ``Set-Cookie`` that takes the token away."""
        return f"{cookie_name()}=; Max-Age=0; {self._place()}"

    def _place(self) -> str:
        """A token is good for one space, so each space has a cookie of its own, also where they share a host."""
        path = "/v1/sessions" if self.slug == PLATFORM else f"/v1/spaces/{self.slug}/sessions"
        return f"Path={path}; HttpOnly; SameSite=Strict" + ("" if config.current().local else "; Secure")


def asking(headers: Mapping[str, str], slug: str) -> WebClient | None:
    """The web client, if this request says that it is one. Without the header no cookie is even looked at.

    Raises: FromElsewhere.
    """
    if headers.get(CLIENT) != WEB:
        return None
    if not _is_from_our_page(headers):
        raise FromElsewhere
    return WebClient(slug, _sent(headers.get("cookie", "")))


def cookie_name() -> str:
    """Browsers take the prefix from encrypted connections alone: nobody on the way can have put such a cookie there.
    One machine has none."""
    return NAME if config.current().local else SECURE_NAME


def _is_from_our_page(headers: Mapping[str, str]) -> bool:
    """What the browser itself says of the page that asks, which no script can write. Our own host is unknown here
    (CloudFront asks by the gateway's), so an ``Origin`` tells only that a page is one of this deployment's; browsers
    that say no more are from before 2020, or Safari's before 16.4."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    return origin is None or _is_ours(origin)


def _is_ours(origin: str) -> bool:
    """Whether that is our public address, or one of a space's below it."""
    ours = urlsplit(config.current().public_url)
    scheme, _, host = origin.partition("://")
    return scheme == ours.scheme and (host == ours.netloc or host.endswith(f".{ours.netloc}"))


def _sent(cookies: str) -> str | None:
    """The token that the cookie holds. Of two of that name one was put there from another host: neither counts."""
    pairs = (each.strip().partition("=") for each in cookies.split(";"))
    found = [value for name, _, value in pairs if name == cookie_name()]
    return found[0] if len(found) == 1 and found[0] else None
