"""The one account of whoever a provider vouches for: found by the provider's own name for them, or by a verified
identifier that a list or an admin has given to an account; else made.

Two accounts that the identifiers lead to are a question for a person (``federation/ambiguities.py``): nobody is signed
in and nothing is merged, until an admin has said whose sign-in it is.
"""

from __future__ import annotations

from chalicelib.audiences import membership
from chalicelib.errors import Conflict, Forbidden, Language, PreconditionFailed
from chalicelib.federation import ambiguities
from chalicelib.http.gate import SpaceSuspended
from chalicelib.http.permissions import Role
from chalicelib.identity.sessions import AccountDeactivated, require_admitted
from chalicelib.people import persons, profile, space_key, units
from chalicelib.people.identifiers import Identifier
from chalicelib.people.person import LastKeeper, Person
from chalicelib.people.persons import IdentifierTaken
from chalicelib.people.profile import BY_HAND
from chalicelib.sso.claims import Told
from chalicelib.sso.providers import Provider
from chalicelib.storage.spaces import Space

_TRIES = 4
_USUAL_ROLES: frozenset[Role] = frozenset({"learner"})


class AccountAmbiguous(Conflict):
    """What the provider vouches for stands in two accounts."""

    code = "account_ambiguous"
    vi = "Thông tin của bạn khớp với hai tài khoản khác nhau. Hãy liên hệ quản trị của đơn vị để gộp hoặc sửa."
    en = "What is known of you belongs to two accounts. Ask the administrator of your space to merge or mend them."


class AccountMissing(Forbidden):
    """The provider makes no accounts here, and there is none yet."""

    code = "account_missing"
    vi = "Bạn chưa có tài khoản trong không gian này. Hãy liên hệ quản trị của đơn vị để được thêm vào."
    en = "You have no account in this space yet. Ask its administrator to add you."


def ensure(space: Space, provider: Provider, subject: str, told: Told, locale: Language) -> Person:
    """The account of this subject of a provider, with what the provider says now.

    Known and unchanged: 2 calls; joined, changed or made: up to 5, and what its unit needs. Of two first sign-ins at
    once, one makes the account and the other finds it. In a suspended space nothing is made or changed. Raises:
    AccountAmbiguous, AccountMissing, AccountDeactivated, SpaceFull, SpaceSuspended.
    """
    own = Identifier("sso", f"{provider.id}:{subject}")
    vouched = [*told.vouched, *_national(space, told)]
    for _ in range(_TRIES):
        try:
            return _ensured(space, provider, own, vouched, told, locale)
        except (IdentifierTaken, PreconditionFailed):
            continue  # another sign-in, or an admin, was quicker: look again
    raise PreconditionFailed


def _national(space: Space, told: Told) -> list[Identifier]:
    return [space_key.national_id(space, told.national_id)] if told.national_id else []


def _ensured(
    space: Space, provider: Provider, own: Identifier, vouched: list[Identifier], told: Told, locale: Language
) -> Person:
    owners = persons.owners(space, [own, *vouched])
    if own in owners:
        # What else is theirs by the provider's word and nobody's here becomes theirs; another's stays another's.
        free = [each for each in vouched if each not in owners]
        if space.status == "suspended":
            return _as_is(space, provider, owners[own], told)
        return _refreshed(space, provider, owners[own], free, told)
    if space.status == "suspended":
        raise SpaceSuspended  # nobody is introduced to it now
    found = persons.without_pretenders(space, set(owners.values()))
    vouched = [each for each in vouched if owners.get(each) in (None, *found)]
    if len(found) > 1:
        whose = _settled(space, provider, own, {each: owners[each] for each in vouched if each in owners})
        theirs = [each for each in vouched if owners.get(each) in (None, whose)]
        return _refreshed(space, provider, whose, [own, *theirs], told, first=True)
    if found:
        return _refreshed(space, provider, found.pop(), [own, *vouched], told, first=True)
    if not provider.terms["creates_accounts"]:
        raise AccountMissing
    return _made(space, [*vouched, own], told, locale)


def _settled(space: Space, provider: Provider, own: Identifier, points: dict[Identifier, str]) -> str:
    """Which of several accounts an admin has said that it is. Raises: AccountAmbiguous, when none has."""
    case = ambiguities.Case.of_provider(space, own)
    chosen = ambiguities.chosen(space, case)
    if chosen in points.values():
        return str(chosen)
    ambiguities.note(space, case, ambiguities.Party("provider", provider.id, provider.terms["name"]), points)
    raise AccountAmbiguous


def _made(space: Space, identifiers: list[Identifier], told: Told, locale: Language) -> Person:
    roles = told.roles | _USUAL_ROLES
    person = persons.new(
        told.name,
        identifiers,
        roles,
        locale=locale,
        by="sso",
        profile=profile.merged({}, _facts(space, told), "sso"),
    )
    return persons.add(space, membership.regrouped(space, person), via="sso")


def _refreshed(
    space: Space,
    provider: Provider,
    person_id: str,
    gained: list[Identifier],
    told: Told,
    *,
    first: bool = False,
) -> Person:
    """A known person with what the provider says now; what they or an admin wrote by hand stays. No write when nothing
    is new. ``first``: the account is being found by a verified identifier, for the first time."""
    old = persons.get(space, person_id, consistent=True)
    if old.status == "deactivated":
        raise AccountDeactivated
    changed = old.joined() if old.status == "invited" else old
    if first:
        # Who registered with this address before may have been anybody: it becomes the account of whose it is.
        changed = changed.proven()
    if old.name_by not in BY_HAND and told.name != "?":
        changed = changed.named(told.name, "sso")
    missing = [each for each in gained if each not in old.identifiers]
    if missing:
        changed = changed.identified([*old.identifiers, *missing])
    merged = profile.merged(old.profile, _facts(space, told), "sso")
    if merged != old.profile:
        changed = changed.described(merged)
    grouped = membership.regrouped(space, _with_roles(provider, changed, told.roles))
    try:
        return persons.change(space, old, grouped)
    except LastKeeper:
        # The provider has forgotten the last admin; the space must not.
        return persons.change(space, old, membership.regrouped(space, changed))


def _as_is(space: Space, provider: Provider, person_id: str, told: Told) -> Person:
    """A known person of a suspended space, unchanged: its admins may look at it, who by the provider's word now are
    what they were."""
    person = persons.get(space, person_id, consistent=True)
    if person.status == "deactivated":
        raise AccountDeactivated
    if person.status != "active" or not person.roles <= _with_roles(provider, person, told.roles).roles:
        raise SpaceSuspended
    require_admitted(space, person.roles)
    return person


def _with_roles(provider: Provider, person: Person, roles: frozenset[Role]) -> Person:
    if provider.terms["roles_from"] != "always" or not provider.terms["role_rules"]:
        return person
    changed = person.edited(roles=roles | _USUAL_ROLES)
    # What a super-app opens is no staff's, whatever the provider's rules say.
    return person if changed.is_staff and changed.is_app_linked else changed


def _facts(space: Space, told: Told) -> dict[str, str]:
    facts = dict(told.fields)
    if told.unit:
        facts["unit"] = units.ensure(space, told.unit)
    return facts
