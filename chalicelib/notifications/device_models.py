"""Browsers that take pushes, as they cross the boundary."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from chalicelib.errors import rule
from chalicelib.federation import addresses
from chalicelib.http.models import Id, Inbound, Outbound
from chalicelib.notifications import push_encryption, push_services

_EXAMPLE: dict[str, Any] = {
    "endpoint": "https://updates.push.services.mozilla.com/wpush/v2/gAAAAABo",
    "expirationTime": None,
    "keys": {
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    },
}


def _point(text: str) -> str:
    try:
        push_encryption.point(push_encryption.decoded(text))
    except ValueError:
        raise _unfit() from None
    return text


def _auth(text: str) -> str:
    try:
        length = len(push_encryption.decoded(text))
    except ValueError:
        length = 0
    if length != push_encryption.AUTH_BYTES:
        raise _unfit()
    return text


def _unfit() -> Exception:
    return rule(
        "push_key_unfit",
        "Khoá này không phải khoá của trình duyệt (PushSubscription.toJSON).",
        "This is no key of a browser's (PushSubscription.toJSON).",
    )


def _service(url: str) -> str:
    endpoint = addresses.given(url)
    if not push_services.takes(endpoint):
        host = push_services.host_of(endpoint)[:100]
        raise rule(
            "push_service_unknown",
            f"{host} không phải dịch vụ thông báo của trình duyệt nào mà nền tảng biết. Hãy báo đơn vị vận hành.",
            f"{host} is no browser's push service that the platform knows. Tell whoever runs it.",
        )
    return endpoint


class DeviceKeys(Inbound):
    """What a push to the browser is encrypted with (RFC 8291)."""

    p256dh: Annotated[str, StringConstraints(min_length=80, max_length=120), AfterValidator(_point)]
    auth: Annotated[str, StringConstraints(min_length=20, max_length=40), AfterValidator(_auth)]


class NewDevice(Inbound):
    """A browser's subscription, as ``PushSubscription.toJSON()`` gives it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    endpoint: Annotated[str, StringConstraints(max_length=1_000), AfterValidator(_service)]
    expirationTime: int | None = Field(default=None, description="Not looked at: who is gone, the service says.")  # noqa: N815 (the specification's name)
    keys: DeviceKeys


class Device(Outbound):
    """A browser that takes pushes."""

    id: Id
    service: str = Field(description="The host of its push service.", examples=["fcm.googleapis.com"])
    added_at: datetime


class PushKey(Outbound):
    """What a browser subscribes with."""

    key: str = Field(description="`applicationServerKey`, base64url (RFC 8292).")
