"""Credentials as documents: Open Badges 3.0's ``OpenBadgeCredential`` over W3C's Verifiable Credentials 2.0. No I/O.

A credential is public: it carries the name and the achievement, and neither address nor identity number. Whom it is
about is a name that only this space's credentials know (``addresses.subject``). Where a space wants it, a salted hash
of the e-mail address stands beside the name: by it a wallet or a verifier that knows the address recognises its holder.
"""

from __future__ import annotations

import calendar
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from chalicelib import clock
from chalicelib.credentials import addresses, canonical, texts
from chalicelib.credentials.canonical import Json
from chalicelib.credentials.reasons import Earned, Subject
from chalicelib.credentials.status import Entry
from chalicelib.errors import Language
from chalicelib.storage.items import Item

# Open Badges 3.0, AchievementType: what each of our kinds is there.
TYPES: Mapping[str, str] = {"course": "Course", "assessment": "Assessment"}
SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"


@dataclass(frozen=True, slots=True)
class Draft:
    """A credential before it has a bit and a signature."""

    slug: str
    issuer: str  # what the organisation is called
    id: str
    person_id: str
    name: str
    earned: Earned
    subject: Subject
    template: Item
    issued_at: int  # epoch seconds
    email: tuple[str, str] | None = None  # address and salt, where a hash of it is to be told

    @property
    def number(self) -> str:
        """What it is called."""
        return addresses.number(self.slug, self.id)

    @property
    def until(self) -> int | None:
        """When it holds no more: epoch seconds."""
        return until(self.earned.at, self.template.get("valid_months"))


@dataclass(frozen=True, slots=True)
class Stated:
    """What a credential that is issued anew says of its holder and of what they achieved: times in epoch seconds, score
    in percent."""

    name: str
    achieved_at: int
    until: int | None
    score: int | None


def issuer(slug: str, name: str) -> Json:
    """Who issues, as a credential names them."""
    return {"id": addresses.did(slug), "type": ["Profile"], "name": name, "url": addresses.profile(slug)}


def profile(slug: str, name: str, support: Mapping[str, Any]) -> Json:
    """The issuer's profile, which stands by itself."""
    found: Json = {"@context": [canonical.CREDENTIALS, canonical.OPEN_BADGES], **issuer(slug, name)}
    if support.get("url"):
        found["url"] = support["url"]
    return found | {name: support[name] for name in ("email", "phone") if support.get(name)}


def facts(draft: Draft) -> dict[str, str]:
    """What the places in a template's texts stand for."""
    earned, minutes = draft.earned, draft.subject.minutes
    return {
        "name": draft.name,
        "course": draft.subject.title,
        "date": _shown_day(earned.at),
        "number": draft.number,
        "hours": shown_hours(minutes, language(draft)),
        "score": _shown_score(earned.score),
        "issuer": draft.issuer,
    }


def language(draft: Draft) -> Language:
    """The language that a credential speaks: its template's, or its course's where there is none."""
    said: Language = draft.template.get("language") or draft.subject.language
    return said


def credential(draft: Draft, entry: Entry) -> Json:
    """The credential, unsigned."""
    achieved = _achievement(draft)
    return {
        "@context": [canonical.CREDENTIALS, canonical.OPEN_BADGES, canonical.EXTENSIONS],
        "id": addresses.page(draft.number),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": achieved["name"],
        "issuer": issuer(draft.slug, draft.issuer),
        **_dates(draft.earned.at, draft.until),
        "credentialSubject": _subject(draft, achieved),
        "credentialStatus": entry.told(draft.slug),
        "credentialSchema": [{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
    }


def _subject(draft: Draft, achieved: Json) -> Json:
    found: Json = {
        "id": addresses.subject(draft.slug, draft.person_id),
        "type": ["AchievementSubject"],
        "identifier": [_named(draft.name), *([_hashed(*draft.email)] if draft.email else [])],
        "achievement": achieved,
    }
    if draft.earned.score is not None:
        described = achieved["resultDescription"][0]["id"]
        found["result"] = [{"type": ["Result"], "resultDescription": described, "value": str(draft.earned.score)}]
    return found


def _achievement(draft: Draft) -> Json:
    earned, template, places, said = draft.earned, draft.template, facts(draft), language(draft)
    # What is the same for all who achieve it must not name one of them.
    shared = {name: value for name, value in places.items() if name in ("course", "hours", "issuer")}

    def text(name: str, usual: str) -> str:
        return texts.filled(template.get(name) or usual, shared)

    found: Json = {
        "id": addresses.achievement(draft.slug, earned.kind, earned.about),
        "type": ["Achievement"],
        "achievementType": TYPES[earned.kind],
        "name": text("title", "{course}"),
        "description": text("description", texts.DESCRIPTIONS[earned.kind][said]),
        "criteria": {"narrative": text("criteria", texts.CRITERIA[earned.kind][said])},
        "inLanguage": said,
    }
    if earned.score is not None:
        found["resultDescription"] = [
            {
                "id": addresses.result(draft.slug, earned.kind, earned.about),
                "type": ["ResultDescription"],
                "name": "Điểm" if said == "vi" else "Score",
                "resultType": "Percent",
            }
        ]
    return found


def _named(name: str) -> Json:
    return {"type": "IdentityObject", "hashed": False, "identityHash": name, "identityType": "name"}


def _hashed(address: str, salt: str) -> Json:
    """An address as Open Badges 3.0 has it (IdentityHash): SHA-256 of the address with the salt behind it."""
    told = hashlib.sha256((address + salt).encode()).hexdigest()
    kind = {"type": "IdentityObject", "hashed": True, "identityType": "emailAddress"}
    return {**kind, "identityHash": f"sha256${told}", "salt": salt}


def restated(document: Mapping[str, Any], number: str, stated: Stated, entry: Entry, slug: str) -> Json:
    """A credential issued anew for what it states now: with a number and a bit of its own."""
    told: Json = document["credentialSubject"]
    others = [each for each in told["identifier"] if each["identityType"] != "name"]
    subject = {**told, "identifier": [_named(stated.name), *others]}
    if "result" in told:
        subject["result"] = [{**told["result"][0], "value": str(stated.score)}]
    unsigned = {key: value for key, value in document.items() if key not in ("proof", "validUntil")}
    return {
        **unsigned,
        "id": addresses.page(number),
        **_dates(stated.achieved_at, stated.until),
        "credentialSubject": subject,
        "credentialStatus": entry.told(slug),
    }


def _dates(achieved_at: int, holds_until: int | None) -> Json:
    achieved = clock.told(achieved_at)
    dates = {"validFrom": achieved, "awardedDate": achieved}
    return dates | ({"validUntil": clock.told(holds_until)} if holds_until else {})


def name_of(document: Mapping[str, Any]) -> str:
    """Whom a credential was issued to."""
    return str(document["credentialSubject"]["identifier"][0]["identityHash"])


def claims(document: Mapping[str, Any]) -> Json:
    """A credential as a token's claims: itself, and what Open Badges 3.0, 8.2.4 asks for besides."""
    unsigned = {key: value for key, value in document.items() if key != "proof"}
    registered: Json = {
        "iss": document["issuer"]["id"],
        "jti": document["id"],
        "sub": document["credentialSubject"]["id"],
        "nbf": _epoch(document["validFrom"]),
    }
    if "validUntil" in document:
        registered["exp"] = _epoch(document["validUntil"])
    return unsigned | registered


def printed(draft: Draft) -> Json:
    """What stands on the printed page: the template's texts as they are on this day, filled in. A template that changes
    later does not change what was issued."""
    template, said = draft.template, language(draft)
    return {
        "language": said,
        "superior": template.get("superior"),
        "issued_by": template.get("issued_by"),
        "heading": template.get("heading") or texts.HEADINGS[said],
        "body": template.get("body") or texts.BODIES[draft.earned.kind][said],
        "signatories": template.get("signatories") or [],
        "template": template.get("sk", "").removeprefix("template#") or None,
        "valid_months": template.get("valid_months"),
        "facts": facts(draft),
    }


def reprinted(before: Json, number: str, stated: Stated) -> Json:
    """What stands on the page of a credential that was issued anew."""
    changed = {
        "name": stated.name, "number": number, "date": _shown_day(stated.achieved_at),
        "score": _shown_score(stated.score),
    }  # fmt: skip
    return {**before, "facts": {**before["facts"], **changed}}


def shown_hours(minutes: int, said: Language) -> str:
    """Minutes as people write hours: ``1,5`` in Vietnamese, ``1.5`` in English."""
    hours = round(minutes / 60, 1)
    text = str(int(hours)) if hours == int(hours) else str(hours)
    return text.replace(".", ",") if said == "vi" else text


def until(achieved_at: int, months: int | None) -> int | None:
    """When what holds for so many months holds no more: epoch seconds; ``None``: for ever."""
    return months_after(achieved_at, months) if months else None


def months_after(epoch_s: int, months: int) -> int:
    """So many months later, at the end of that day in Vietnam; the last day of a shorter month."""
    day = clock.vietnam_day(datetime.fromtimestamp(epoch_s, UTC))
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    last = calendar.monthrange(year, month + 1)[1]
    until = date(year, month + 1, min(day.day, last))
    return int(datetime(until.year, until.month, until.day, 23, 59, 59, tzinfo=clock.VIETNAM).timestamp())


def _shown_day(epoch_s: int) -> str:
    return clock.shown_day(clock.vietnam_day(datetime.fromtimestamp(epoch_s, UTC)).isoformat())


def _shown_score(score: int | None) -> str:
    return "" if score is None else str(score)


def _epoch(rfc3339: str) -> int:
    return int(datetime.fromisoformat(rfc3339).timestamp())
