"""A super-app of the tests: its key, what it signs, and how its people enter."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import ECKey

from chalicelib import clock, config, ids
from tests.api import Api, Reply
from tests.factories import OpenedSpace

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
CLAIMS = [
    {"claim": "name", "field": "name"},
    {"claim": "phone_number", "field": "phone"},
    {"claim": "email", "field": "email"},
    {"claim": "citizen_id", "field": "national_id"},
    {"claim": "birthdate", "field": "birth"},
    {"claim": "gender", "field": "gender"},
    {"claim": "job", "field": "occupation"},
]
PURPOSES = {
    "purpose_vi": "Để mở khoá học phù hợp mà không phải điền biểu mẫu.",
    "purpose_en": "To open the courses that suit you without any form.",
}
_numbers = itertools.count(1)


def registration(issuer: str, key: Any, **more: Any) -> dict[str, Any]:
    """What an admin fills in, with the app's public key pasted."""
    import json

    public = json.dumps(key.as_dict(private=False) | {"kid": "1"})
    return {"name": "Hue-S", "issuer": issuer, "public_keys": public, "claims": CLAIMS, **PURPOSES} | more


@dataclass
class SuperApp:
    """One app that a space trusts."""

    hue: OpenedSpace
    key: Any = field(default_factory=lambda: ECKey.generate_key("P-256"))
    issuer: str = field(default_factory=lambda: f"https://app{next(_numbers)}.hue.example")
    id: str = ""

    @classmethod
    def trusted(cls, hue: OpenedSpace, **more: Any) -> SuperApp:
        """An app that has just been registered."""
        app = cls(hue)
        app.id = hue.admin.post(hue.at("/apps"), registration(app.issuer, app.key, **more)).ok(201)["id"]
        return app

    def at(self, path: str = "") -> str:
        """An address of the app here."""
        return self.hue.at(f"/apps/{self.id}{path}")

    def edit(self, **changes: Any) -> Any:
        """Change the registration."""
        return self.hue.admin.patch(self.at(), changes, headers={"if-match": "*"}).ok()

    def claims(self, sub: str = "an", **claims: Any) -> dict[str, Any]:
        """A whole set of claims; what is ``None`` is left out."""
        now = clock.epoch_s()
        usual = {
            "iss": self.issuer,
            "aud": f"{config.current().public_url}/v1/spaces/{self.hue.slug}/entries",
            "sub": sub,
            "jti": ids.new(),
            "iat": now,
            "exp": now + 120,
            "name": "Nguyễn Văn An",
        }
        return {name: value for name, value in (usual | claims).items() if value is not None}

    def signed(self, sub: str = "an", header: Mapping[str, Any] | None = None, **claims: Any) -> str:
        """An assertion of this person."""
        return jwt.encode({"alg": "ES256", "kid": "1", **(header or {})}, self.claims(sub, **claims), self.key)

    def post(self, assertion: str, headers: Mapping[str, str] | None = None, **form: Any) -> Reply:
        """What the app's server sends."""
        body = urlencode({"grant_type": GRANT, "assertion": assertion, **form})
        sent = {"content-type": "application/x-www-form-urlencoded", **(headers or {})}
        return Api().call("POST", self.hue.at("/entries"), raw=body.encode(), headers=sent)

    def asked(self, sub: str = "an", form: Mapping[str, Any] | None = None, **claims: Any) -> Any:
        """The question for consent at a person's entry."""
        answer = self.post(self.signed(sub, **claims), **(form or {})).ok(202)
        assert answer["status"] == "consent_required"
        return answer["consent"]

    def consented(self, ticket: str) -> Reply:
        """What comes of a consent."""
        return Api().post(self.hue.at("/entries/consent"), {"ticket": ticket})

    def entered(self, sub: str = "an", form: Mapping[str, Any] | None = None, **claims: Any) -> Any:
        """A person who taps, and consents if they are asked."""
        answer = self.post(self.signed(sub, **claims), **(form or {})).ok()
        if answer["status"] == "consent_required":
            return self.consented(answer["consent"]["ticket"]).ok()
        return answer

    def person(self, sub: str = "an", **claims: Any) -> str:
        """The id of the account that a person enters."""
        found: str = self.entered(sub, **claims)["person"]["id"]
        return found
