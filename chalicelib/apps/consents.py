"""What is asked of a person before anything about them is stored: who tells what, and what for.

Law 91/2025 knows no consent by default. Until it is given, what the app told travels in a sealed ticket and stands
nowhere here. What was consented to is kept with the text's version; another text asks again.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chalicelib import clock
from chalicelib.apps import registry, store
from chalicelib.apps.claims import SuperAppClaims
from chalicelib.apps.models import ConsentAsked, MyConsent, MyConsents, Shared
from chalicelib.apps.registry import App
from chalicelib.errors import Conflict, NotFound, PreconditionFailed, Unavailable
from chalicelib.federation import tickets
from chalicelib.http.tokens import Actor
from chalicelib.identity import links as pages
from chalicelib.people import persons
from chalicelib.people.person import Person
from chalicelib.people.profile import FIELDS
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.tenants import registry as tenants

LASTING_S = 600  # for a person to read
_PURPOSE = "app-consent"
_TRIES = 4
_WITHDRAW = (
    "Bạn có thể rút lại sự đồng ý bất cứ lúc nào trong phần Dữ liệu của tôi; kết quả học tập của bạn vẫn được giữ.",
    "You can withdraw your consent at any time under My data; what you have learned is kept.",
)
_JOINING = ("Nhận ra tài khoản bạn đã có ở đây.", "To recognise the account that you have here already.")
_NAMES = {
    "name": ("Họ và tên", "Name", "Hiển thị tên của bạn và ghi trên chứng nhận.", "To show your name and certify it."),
    "email": ("Địa chỉ email", "E-mail address", *_JOINING),
    "phone": ("Số điện thoại", "Phone number", *_JOINING),
    "national_id": ("Số định danh (lưu dạng mã hoá một chiều)", "Identity number (kept as a keyed hash)", *_JOINING),
}


class ConsentOutdated(Conflict):
    """The text has changed since it was shown."""

    code = "consent_outdated"
    vi = "Nội dung đồng ý vừa được thay đổi. Hãy mở lại từ ứng dụng để đọc nội dung mới."
    en = "What you are asked to consent to has just changed. Open it again from the app to read it anew."


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was asked: by which app, of whom, what they wished (``entering.Wish``), and until when it may be
    answered (epoch seconds)."""

    app: App
    told: SuperAppClaims
    wish: Mapping[str, Any]
    until: int


def ask(space: Space, app: App, told: SuperAppClaims, wish: Mapping[str, Any]) -> ConsentAsked:
    """The question, with a ticket that holds what the app told: 0 calls when warm, and nothing is written."""
    facts = {"told": told.sealed(), "version": app.consent_version, "wish": dict(wish)}
    until = clock.epoch_s() + LASTING_S
    return _question(space, app, told, tickets.seal(space, _PURPOSE, facts, until), until)


def again(space: Space, ticket: str) -> ConsentAsked:
    """The question of a ticket, for the page that asks: 0 calls when warm.

    Raises: TicketInvalid, TicketExpired, ConsentOutdated.
    """
    asked = opened(space, ticket)
    return _question(space, asked.app, asked.told, ticket, asked.until)


def opened(space: Space, ticket: str) -> Asked:
    """What a ticket holds: 0 calls when warm. Raises: TicketInvalid, TicketExpired, ConsentOutdated."""
    found = tickets.opened(space, _PURPOSE, ticket)
    facts = found.facts
    told = SuperAppClaims.of_sealed(facts["told"])
    try:
        app = registry.find(space, told.app_id)
    except NotFound:
        raise tickets.TicketInvalid from None
    if app.consent_version != facts["version"]:
        raise ConsentOutdated
    return Asked(app, told, facts["wish"], found.until)


def address(space: Space, ticket: str) -> str:
    """The page that asks. The ticket stands after the #, which no server's log gets to see."""
    return f"{pages.root(space)}/consent#ticket={ticket}"


def use(space: Space, ticket: str) -> None:
    """Use a ticket up: 1 call. One that could be sent again would undo a withdrawal. Raises: TicketInvalid."""
    if not tickets.use(space, _PURPOSE, ticket, clock.epoch_s() + LASTING_S):
        raise tickets.TicketInvalid


def given(app: App, told: SuperAppClaims, how: str, gained: list[str]) -> Item:
    """The facts of a consent, given now, with what the person read: the app may speak otherwise later. ``gained`` are
    the identifiers that the account has by it."""
    return {
        "app": app.id,
        "name": app.name,
        "version": app.consent_version,
        "purpose_vi": app.terms["purpose_vi"],
        "purpose_en": app.terms["purpose_en"],
        "at": clock.timestamp(),
        "how": how,
        "subject": told.subject,
        "shared": list(app.claims),
        "told": dict(told.fields),
        "identifiers": gained,
        "fingerprint": told.fingerprint,
    }


def of_person(space: Space, actor: Actor) -> MyConsents:
    """All that a person allowed: 2 calls."""
    person = persons.get(space, actor.person_id)
    found = sorted(store.consents_of(space, person.id), key=lambda item: str(item["at"]), reverse=True)
    return MyConsents(items=[_mine(person, item) for item in found[:100]])


def withdraw(space: Space, person_id: str, app_id: str) -> None:
    """Take the link to an app away, and all that it told: 3 calls. Repeating it changes nothing. Raises: NotFound."""
    for _ in range(_TRIES):
        kept = store.consent(space, person_id, app_id)
        if kept is None:
            raise NotFound
        if "withdrawn_at" in kept:
            return
        person = persons.get(space, person_id, consistent=True)
        also = store.withdrawing(space, person_id, app_id, clock.timestamp())
        with suppress(PreconditionFailed):
            persons.change(space, person, without(space, person, kept), also=also)
            return
    raise Unavailable


def without(space: Space, person: Person, kept: Item) -> Person:
    """A person without what an app told of them. Their name stays: certificates and courses bear it."""
    from chalicelib.audiences import membership

    brought = {f"app:{kept['app']}:{kept['subject']}", *kept["identifiers"]}
    left = [each for each in person.identifiers if each.text not in brought]
    told = kept["told"]
    profile = {
        name: fact for name, fact in person.profile.items() if not (fact.by == "app" and told.get(name) == fact.value)
    }
    return membership.regrouped(space, person.identified(left).described(profile))


def standing(space: Space, app_id: str, person_ids: list[str]) -> dict[str, str]:
    """Who of these allowed the app to tell, and still does, with the app's name for them: 1 call for each hundred."""
    kept = store.consents_with(space, app_id, person_ids)
    return {each: str(item["subject"]) for each, item in kept.items() if "withdrawn_at" not in item}


def _mine(person: Person, item: Item) -> MyConsent:
    brought = {f"app:{item['app']}:{item.get('subject', '')}", *item.get("identifiers", ())}
    stands = "withdrawn_at" not in item
    return MyConsent(
        app=item["app"],
        name=item["name"],
        version=item["version"],
        at=datetime.fromisoformat(item["at"]),
        withdrawn_at=None if stands else datetime.fromisoformat(item["withdrawn_at"]),
        purpose_vi=item.get("purpose_vi", ""),  # consents of before did not keep it
        purpose_en=item.get("purpose_en", ""),
        shared=item["shared"],
        only_way_in=stands and all(each.text in brought for each in person.identifiers),
    )


def _question(space: Space, app: App, told: SuperAppClaims, ticket: str, until: int) -> ConsentAsked:
    return ConsentAsked(
        app=app.name,
        space=tenants.profile(space).name,
        name=told.name,
        purpose_vi=app.terms["purpose_vi"],
        purpose_en=app.terms["purpose_en"],
        shared=[_shared(field) for field in app.claims],
        withdraw_vi=_WITHDRAW[0],
        withdraw_en=_WITHDRAW[1],
        version=app.consent_version,
        ticket=ticket,
        expires_at=datetime.fromtimestamp(until, UTC),
        address=address(space, ticket),
    )


def _shared(field: Any) -> Shared:
    if field in _NAMES:
        label_vi, label_en, purpose_vi, purpose_en = _NAMES[field]
    else:
        found = FIELDS[field]
        label_vi, label_en, purpose_vi, purpose_en = (
            found.label_vi, found.label_en, found.purpose_vi, found.purpose_en,
        )  # fmt: skip
    return Shared(field=field, label_vi=label_vi, label_en=label_en, purpose_vi=purpose_vi, purpose_en=purpose_en)
