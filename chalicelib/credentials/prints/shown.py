"""All that a certificate shows: two that show the same are the same file. No I/O."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from functools import cached_property

from chalicelib import clock
from chalicelib.credentials import addresses, texts
from chalicelib.credentials.prints import words
from chalicelib.credentials.register import Issued
from chalicelib.errors import Language
from chalicelib.printing.paragraphs import Run
from chalicelib.tenants.registry import TenantProfile

# How it is drawn: another number where anything about that changes, so that nobody is given what was drawn before.
LAYOUT = 2
_PLACE = re.compile(r"\{([^{}]*)\}")
# A template may name the course a hundred times; no page holds more of it than this.
_MOST_LETTERS = 2_400
_STANDS_OUT = frozenset({"name", "course"})


@dataclass(frozen=True, slots=True)
class Signer:
    """Who stands below: name, title, and the file of their signature."""

    name: str
    title: str
    signature: str | None


@dataclass(frozen=True)
class Shown:
    """What a certificate says, and how its space is dressed."""

    number: str
    address: str
    language: Language
    heading: str
    body: str
    name: str
    title: str  # of what was achieved
    facts: tuple[tuple[str, str], ...]
    superior: str | None
    issuer: str
    signers: tuple[Signer, ...]
    issued_on: str
    until: str | None
    expired: bool
    primary: str
    accent: str | None
    logo: str | None

    @cached_property
    def digest(self) -> str:
        """Its name among all that was ever drawn."""
        told = json.dumps([LAYOUT, asdict(self)], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:40]

    @property
    def day(self) -> str:
        """The day of issue, written out."""
        return words.beginning(words.written_day(date.fromisoformat(self.issued_on), self.language))

    @property
    def validity(self) -> str | None:
        """Until when it holds, or held; ``None``: for ever."""
        if self.until is None:
            return None
        day = words.written_day(date.fromisoformat(self.until), self.language)
        return words.said("expired" if self.expired else "until", self.language, it=day)

    def paragraphs(self) -> Iterator[list[Run] | None]:
        """The text in the middle, line by line with its places filled in: ``None`` for the first line that is the name
        and nothing else. What stands in a place is text, whatever it looks like."""
        facts, letters, is_named = dict(self.facts), 0, False
        for line in self.body.split("\n"):
            if line.strip() == "{name}" and not is_named:
                is_named = True
                yield None
            elif letters < _MOST_LETTERS and (runs := _filled(line, facts)):
                letters += sum(len(run.text) for run in runs)
                yield runs


def _filled(line: str, facts: dict[str, str]) -> list[Run]:
    pieces = _PLACE.split(line)
    found = []
    for number, piece in enumerate(pieces):
        text = facts.get(piece, "") if number % 2 else piece
        if text:
            found.append(Run(text, "bold" if number % 2 and piece in _STANDS_OUT else "regular"))
        if sum(len(run.text) for run in found) > _MOST_LETTERS:
            break
    return found if any(run.text.strip() for run in found) else []


def of(found: Issued, profile: TenantProfile) -> Shown:
    """What a credential shows now; what it says was settled on the day when it was issued."""
    printed, brand = found.printed, profile.brand
    facts: dict[str, str] = printed["facts"]
    said: Language = printed["language"]
    return Shown(
        number=found.number,
        address=addresses.shown(found.number),
        language=said,
        heading=printed.get("heading") or texts.HEADINGS[said],
        body=printed.get("body") or texts.BODIES[found.kind][said],
        name=facts["name"],
        title=found.signed["name"],
        facts=tuple(sorted(facts.items())),
        superior=printed.get("superior"),
        issuer=printed.get("issued_by") or facts["issuer"],
        signers=tuple(
            Signer(each["name"], each["title"], each.get("signature")) for each in printed.get("signatories", [])
        ),
        issued_on=_day(found.at),
        until=_day(found.until) if found.until else None,
        expired=found.state == "expired",
        primary=brand.colours.primary,
        accent=brand.colours.accent,
        logo=profile.logo_key,
    )


def _day(epoch_s: int) -> str:
    return clock.vietnam_day(datetime.fromtimestamp(epoch_s, UTC)).isoformat()
