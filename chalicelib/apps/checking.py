"""What is wrong with an app's registration, found before its people stand in front of it."""

from __future__ import annotations

from typing import Any

from chalicelib.apps import claims, registry
from chalicelib.apps.models import AppCheck, Finding
from chalicelib.apps.registry import App
from chalicelib.errors import Refusal
from chalicelib.federation import assertions, discovery, keys
from chalicelib.federation.assertions import Expected
from chalicelib.storage.spaces import Space

_FAULTS = {
    "claim_absent": ("Token mẫu không có thông tin này.", "The sample does not have this claim."),
    "claim_unverified": (
        "Thông tin này chưa được ứng dụng xác minh (<tên>_verified không phải true), nên không được dùng.",
        "The app has not verified it (<name>_verified is not true), so it is not taken.",
    ),
    "claim_unreadable": (
        "Giá trị không đúng dạng của mục hồ sơ; mục này sẽ bị bỏ qua.",
        "The value does not have the field's form; it will be passed over.",
    ),
}


def check(space: Space, app_id: str, sample: str | None) -> AppCheck:
    """Try an app's keys, its configuration and a sample of what it signs, which is not used up: 1 call and up to 3
    fetches. Raises: NotFound, Unavailable."""
    app = registry.now(space, app_id)
    found: list[Finding] = []
    if app.signs:
        found.append(_keys(app))
    if app.terms.get("client_id"):
        found.append(_configuration(space, app))
    if sample is not None:
        found += _assertion(space, app, sample)
    return AppCheck(ok=all(each.ok or each.part == "claim" for each in found), findings=found)


def _keys(app: App) -> Finding:
    try:
        count = len(keys.fetch(app.keys.address)) if app.keys.address else len(app.keys.pasted)
    except Refusal as refusal:
        return _refused("keys", refusal)
    return _good("keys", "keys_found", f"Đọc được {count} khoá công khai.", f"{count} public keys were read.")


def _configuration(space: Space, app: App) -> Finding:
    discovery.forget(space, app.issuer)
    try:
        discovery.provider(space, app.issuer)
    except Refusal as refusal:
        return _refused("discovery", refusal)
    return _good("discovery", "discovery_found", "Đọc được cấu hình OpenID.", "The OpenID configuration was read.")


def _assertion(space: Space, app: App, sample: str) -> list[Finding]:
    expected = Expected(app.issuer, registry.audiences(space), needs=("sub", "jti"))
    try:
        said = assertions.verify(space, sample, app.keys, expected)
        claims.accepted(space, app, said.claims)
    except Refusal as refusal:
        return [_refused("assertion", refusal)]
    good = _good("assertion", "assertion_good", "Token mẫu hợp lệ.", "The sample is good.")
    return [good, *(_claim(each) for each in claims.readings(space, app, said.claims))]


def _claim(reading: claims.Reading) -> Finding:
    if reading.fault:
        vi, en = _FAULTS[reading.fault]
        return Finding(part="claim", name=reading.claim, ok=False, code=reading.fault, vi=vi, en=en)
    return Finding(
        part="claim",
        name=reading.claim,
        ok=True,
        code="claim_taken",
        vi=f"Được nhận vào mục {reading.field}.",
        en=f"Taken as {reading.field}.",
    )


def _refused(part: Any, refusal: Refusal) -> Finding:
    return Finding(part=part, name="", ok=False, code=refusal.code, vi=refusal.detail("vi"), en=refusal.detail("en"))


def _good(part: Any, code: str, vi: str, en: str) -> Finding:
    return Finding(part=part, name="", ok=True, code=code, vi=vi, en=en)
