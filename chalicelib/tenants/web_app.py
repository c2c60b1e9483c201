"""A space as an app on somebody's home screen: its web app manifest (W3C, Web Application Manifest)."""

from __future__ import annotations

import json
from typing import Any

from chalicelib import config
from chalicelib.tenants.colours import WHITE
from chalicelib.tenants.models import Logo, Place
from chalicelib.tenants.registry import TenantProfile

MEDIA_TYPE = "application/manifest+json"

# Of the web build. Launchers ask for a square one of 192 pixels at least; a mask may cut a fifth off the other.
_ICONS: list[dict[str, str]] = [
    {"src": "/icons/icon-192.png", "sizes": "192x192", "type": "image/png"},
    {"src": "/icons/icon-512.png", "sizes": "512x512", "type": "image/png"},
    {"src": "/icons/maskable-512.png", "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
]


def manifest(profile: TenantProfile, at: Place) -> str:
    """The manifest of a space that is shown at a host of its own, or at a path of a host that it shares.

    Where spaces share a host, each is an app of its own: told apart by ``id``, and ending where its path ends.
    """
    home = "/" if at == "host" else f"/s/{profile.slug}/"
    logo = profile.brand.logo
    told: dict[str, Any] = {
        "id": home,
        "name": profile.name,
        "short_name": profile.short_name,
        "lang": profile.settings.language,
        "dir": "ltr",
        "start_url": home,
        "scope": home,
        "display": "standalone",
        "theme_color": profile.brand.colours.primary,
        "background_color": WHITE,
        "categories": ["education"],
        "icons": [*([_of(logo)] if logo else []), *_ICONS],
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _of(logo: Logo) -> dict[str, str]:
    """The logo as an icon, at the host that the manifest was read from: launchers take it where it is square."""
    return {
        "src": logo.url.removeprefix(config.current().public_url),
        "sizes": f"{logo.width}x{logo.height}",
        "type": logo.content_type,
    }
