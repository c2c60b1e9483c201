"""A person of a space, and what may become of one. No I/O: the rules alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from chalicelib import clock
from chalicelib.errors import Conflict, Language
from chalicelib.http.permissions import Role
from chalicelib.people.identifiers import TYPED, Identifier, Kind, is_mobile
from chalicelib.people.profile import Profile, Source

PersonStatus = Literal["active", "invited", "deactivated"]

# A space without an admin, or a platform without an operator, could not be helped from inside.
GUARDED: tuple[Role, ...] = ("admin", "operator")


_LEARNERS: frozenset[Role] = frozenset({"learner"})


class AppLinked(Conflict):
    """An account that a super-app opens is no staff's: who holds the app's key could act as them."""

    code = "app_linked"
    vi = "Tài khoản này được một siêu ứng dụng mở. Hãy tách liên kết với ứng dụng trước khi giao quyền quản lý."
    en = "A super-app opens this account. Split its link to the app before you give it a staff role."


class LastKeeper(Conflict):
    """The last active admin (or operator) cannot leave."""

    code = "last_admin"
    vi = "Đây là quản trị viên cuối cùng đang hoạt động. Hãy trao quyền quản trị cho người khác trước."
    en = "This is the last active administrator. Make someone else an administrator first."


class MergedAway(Conflict):
    """The account has gone up in another: there is nothing left of it to change."""

    code = "merged_away"
    vi = "Tài khoản này đã được gộp vào tài khoản {kept}. Hãy sửa ở tài khoản đó, hoặc tách lại."
    en = "This account has been merged into the account {kept}. Edit that one, or undo the merge."


class NotYetJoined(Conflict):
    """Only the invited person can make their account active."""

    code = "invitation_pending"
    vi = "Người này chưa nhận lời mời. Tài khoản chỉ hoạt động sau khi họ tự đặt mật khẩu."
    en = "This person has not accepted the invitation yet. The account becomes active when they set a password."


@dataclass(frozen=True, slots=True)
class Person:
    """One person.

    ``epoch`` counts how often everything issued to the person was made void: a session or a one-time link of an
    earlier epoch is worth nothing. ``version`` guards concurrent edits. ``joined_at`` is when they first came in.
    ``name_by`` told the name. ``audiences`` are those they belong to, each with the time since when (epoch seconds),
    found by the rules of the number ``rules``. ``activation`` counts activation codes: that of an earlier number is
    void, and at 0 there is none. ``roster`` is the list that made or changed them last.
    ``merged_into`` is the person in whose account this one's went up (empty: none). ``unproven``: they registered
    with an address or number that nobody has vouched for and that they have not answered from.
    """

    id: str
    name: str
    roles: frozenset[Role]
    status: PersonStatus
    identifiers: tuple[Identifier, ...]
    locale: Language
    epoch: int
    version: int
    created_at: str
    joined_at: str | None
    name_by: Source = "self"
    profile: Profile = field(default_factory=dict)
    audiences: Mapping[str, int] = field(default_factory=dict)
    rules: int = 0
    activation: int = 0
    merged_into: str = ""
    unproven: bool = False
    roster: str | None = None

    @property
    def email(self) -> str | None:
        """Where mail for this person goes, if anywhere."""
        return self._first("email")

    @property
    def phone(self) -> str | None:
        """Where short messages for this person go, if anywhere: a landline takes none."""
        return next((each.value for each in self.identifiers if each.kind == "phone" and is_mobile(each.value)), None)

    @property
    def unit(self) -> str | None:
        """The path of the unit they are in."""
        fact = self.profile.get("unit")
        return fact.value if fact else None

    @property
    def sources(self) -> frozenset[Source]:
        """Who has told something of them, or vouches for them."""
        vouched: set[Source] = {"app" if each.kind == "app" else "sso" for each in self.identifiers if each.vouched}
        return frozenset({self.name_by, *vouched, *(fact.by for fact in self.profile.values())})

    @property
    def logins(self) -> tuple[Identifier, ...]:
        """What they may type to sign in."""
        return tuple(each for each in self.identifiers if each.kind in TYPED)

    @property
    def is_staff(self) -> bool:
        """Whether they may do more than learn."""
        return bool(self.roles - _LEARNERS)

    @property
    def is_app_linked(self) -> bool:
        """Whether a super-app leads somebody to this account."""
        return any(each.kind == "app" for each in self.identifiers)

    @property
    def etag(self) -> str:
        """The validator of this state (RFC 9110, 8.8.3)."""
        return f'"{self.version}"'

    def keeps(self, role: Role) -> bool:
        """Whether they hold this role and may sign in."""
        return self.status == "active" and role in self.roles

    def edited(
        self, *, name: str | None = None, roles: frozenset[Role] | None = None, locale: Language | None = None
    ) -> Person:
        """With another name, other roles, another language; ``None`` leaves what is there."""
        return self._next(name=name or self.name, roles=roles or self.roles, locale=locale or self.locale)

    def named(self, name: str, by: Source) -> Person:
        """With another name, and who told it; the same name keeps its teller."""
        return self if name == self.name else self._next(name=name, name_by=by)

    def identified(self, identifiers: Collection[Identifier]) -> Person:
        """Known by these identifiers, in this order, and by no other."""
        return self._next(identifiers=tuple(dict.fromkeys(identifiers)))

    def described(self, profile: Profile) -> Person:
        """With this profile."""
        return self._next(profile=dict(profile))

    def grouped(self, audiences: Collection[str], rules: int) -> Person:
        """In these audiences, by the rules of that number; whoever stays in one keeps the time since when."""
        now = clock.epoch_s()
        return self._next(audiences={each: self.audiences.get(each, now) for each in sorted(audiences)}, rules=rules)

    def told_by(self, roster: str) -> Person:
        """As that list has made or changed them: whoever goes on with it knows by this that it is done."""
        return self._next(roster=roster)

    def with_new_code(self) -> Person:
        """With an activation code of their own; any earlier one is void."""
        return self._next(activation=self.activation + 1)

    def reinvited(self) -> Person:
        """As if they had not come in yet, with another code: no password, session or earlier code opens the account,
        until they come in anew. Raises: LastKeeper, when it is stored, of the last admin."""
        epoch = self.epoch + (self.status == "active")
        return self._next(status="invited", epoch=epoch, activation=self.activation + 1)

    def joined(self) -> Person:
        """Active without a password: they have proved by a code, or an app has, who they are."""
        return self._next(status="active", joined_at=self.joined_at or clock.timestamp())

    def proven(self) -> Person:
        """Known to be whom they say: somebody has vouched for what they registered with, or they have answered a mail
        or a message sent there. Until then anybody may have registered with it, to be in the account when its owner
        comes: so whatever was issued is void, and so is the password, unless another is set with this very change."""
        return self._next(unproven=False, epoch=self.epoch + 1) if self.unproven else self

    def gone_up_in(self, kept_id: str) -> Person:
        """Merged into another: known by nothing, in no audience, shut out."""
        return self._next(status="deactivated", merged_into=kept_id, identifiers=(), audiences={}, epoch=self.epoch + 1)

    def come_back(self, before: Person) -> Person:
        """As before they were merged, with everything issued to them since void."""
        return replace(before, version=self.version + 1, epoch=self.epoch + 1)

    def deactivated(self) -> Person:
        """Shut out: every session and link is void, and signing in is refused."""
        return self if self.status == "deactivated" else self._next(status="deactivated", epoch=self.epoch + 1)

    def reactivated(self) -> Person:
        """Let in again; whoever never set a password is invited again. Raises: NotYetJoined."""
        if self.status == "invited":
            raise NotYetJoined
        if self.status == "active":
            return self
        return self._next(status="active" if self.joined_at else "invited")

    def with_password(self) -> Person:
        """Active, with everything issued before void: they have just set a password of their own."""
        return self._next(status="active", epoch=self.epoch + 1, joined_at=self.joined_at or clock.timestamp())

    def signed_out(self) -> Person:
        """With every session and link void."""
        return self._next(epoch=self.epoch + 1)

    def _first(self, kind: Kind) -> str | None:
        return next((each.value for each in self.identifiers if each.kind == kind), None)

    def _next(self, **changes: Any) -> Person:
        changed = replace(self, **changes)
        return self if changed == self else replace(changed, version=self.version + 1)


def voids_password(old: Person, new: Person) -> bool:
    """Whether a password that was set before anybody had proved who they are is to open nothing from now on."""
    return old.unproven and not new.unproven


def settled(old: Person, new: Person) -> Person:
    """What a change brings with it, whoever makes it. Who is no longer known by something is signed out: whoever holds
    a session or a letter by it is not to stay. Who registered and has proved nothing gets neither a further door nor a
    staff role with the password that anybody may have set."""
    if old.unproven and (new.roles - old.roles - _LEARNERS or set(new.identifiers) - set(old.identifiers)):
        new = new.proven()
    if new.epoch == old.epoch and set(old.identifiers) - set(new.identifiers):
        new = new.signed_out()
    return new
