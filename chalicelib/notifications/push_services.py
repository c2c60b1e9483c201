"""Whose push services we send to: those of the browsers that there are, and what a deployment adds.

A browser chooses its service, never a page (W3C Push API), so an address elsewhere is nobody's browser but somebody who
wants us to ask it. That it leads to no private network is another rule (``federation/addresses.py``), and holds beside
this one. No I/O.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from chalicelib import config

# As the makers of browsers tell them; what begins with a dot stands for all names below it.
SERVICES: dict[str, str] = {
    "fcm.googleapis.com": "Firebase Cloud Messaging: Chrome, Edge on Android, Opera, Samsung Internet, Cốc Cốc, Brave",
    "jmt17.google.com": "Firebase Cloud Messaging, another name of it that Chrome gives",
    ".push.services.mozilla.com": "Mozilla autopush: Firefox",
    ".push.apple.com": "Apple Push Notification service: Safari",
    ".notify.windows.com": "Windows Push Notification Services: Edge on Windows",
}
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def host_of(endpoint: str) -> str:
    """The name of a service."""
    return (urlsplit(endpoint).hostname or "").rstrip(".")


def takes(endpoint: str) -> bool:
    """Whether an address, which is well-formed, is that of a service we send to."""
    here, host = config.current(), host_of(endpoint)
    if here.fetch_loopback and host in _LOOPBACK:
        return True
    return any(_is(host, each) for each in (*SERVICES, *here.push_hosts))


def _is(host: str, service: str) -> bool:
    return host.endswith(service) if service.startswith(".") else host == service
