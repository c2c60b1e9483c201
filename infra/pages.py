"""The pages' files, and what browsers are told of them: the same at the edge and on one machine."""

from __future__ import annotations

import mimetypes
import re

# Pages of the clients are made in the browser: an address that ends in no file's extension is one of the two builds'
# index. One-time links have a dot in their last part, before a secret of 43 characters. A space is found by its host or
# by ``/s/{slug}``; its admins' half is below either.
_FILE = re.compile(r"\.([a-z][a-z0-9]{0,10})?$")
_ADMINS = re.compile(r"^(/s/[^/]+)?/admin(/|$)")
LEARNERS_INDEX, ADMINS_INDEX = "/index.html", "/admin/index.html"

# As Vite names what never changes: by eight characters of its content's digest.
_NAMED_BY_CONTENT = re.compile(r"(^|/)assets/[^/]+-[\w-]{8}(\.\w+)+$")
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_EACH_TIME = "no-cache"

# Said here rather than by the machine that deploys, whose own table may know less.
_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".ico": "image/x-icon",
    ".js": "text/javascript",
    ".json": "application/json",
    ".mjs": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
_OTHER = mimetypes.MimeTypes(filenames=())
_WRITTEN = re.compile(r"text/.*|image/svg\+xml|application/(json|manifest\+json)")

HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",  # as frame-ancestors says to browsers that know it
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": ", ".join(
        f"{each}=()"
        for each in (
            "accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer", "microphone",
            "midi", "payment", "usb",
        )
    ),
}  # fmt: skip


def policy(content: str) -> str:
    """The content security policy of every page; ``content`` is the address of the bucket of content, which gives out
    and takes files by short-lived addresses. Nothing else is asked, no script or style stands in a page, and markup is
    made by nobody but two named makers. (A super-app's webview shows pages at the top level: it is no frame.)"""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "font-src 'self'",
            f"img-src 'self' data: blob: {content}",
            f"media-src 'self' blob: {content}",
            f"connect-src 'self' {content}",
            f"frame-src 'self' blob: {content}",  # documents
            "worker-src 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            "object-src 'none'",
            f"form-action 'self' {content}",
            "frame-ancestors 'self'",
            "require-trusted-types-for 'script'",
            "trusted-types svelte-trusted-html hocmo",
        )
    )


def file_of(path: str) -> str:
    """The file that a path, as it came, is answered with (the edge's function says the same)."""
    if _FILE.search(path):
        return path
    return ADMINS_INDEX if _ADMINS.match(path) else LEARNERS_INDEX


# The same for CloudFront, for each request of a page.
FUNCTION = f"""function handler(event) {{
  var request = event.request, uri = request.uri;
  if (!/{_FILE.pattern}/.test(uri))
    request.uri = /{_ADMINS.pattern.replace("/", chr(92) + "/")}/.test(uri) ? '{ADMINS_INDEX}' : '{LEARNERS_INDEX}';
  return request;
}}"""


def kept_for(path: str) -> str:
    """How long browsers and the edge may keep a file of the builds: for ever what is named by its content, and the
    rest, the service worker too, only as long as it is asked for each time."""
    return _FOR_EVER if _NAMED_BY_CONTENT.search(path) else _ASK_EACH_TIME


def media_type(name: str) -> str:
    """What a file of the builds is, by its name."""
    kind = _TYPES.get(name[name.rfind(".") :].lower()) or _OTHER.guess_type(name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if _WRITTEN.fullmatch(kind) else kind
