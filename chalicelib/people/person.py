"""A person of a space, and what may become of one. No I/O: the rules alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from chalicelib import clock
from chalicelib.errors import Conflict, Language
from chalicelib.http.permissions import Role
from chalicelib.people.identifiers import Identifier

PersonStatus = Literal["active", "invited", "deactivated"]

# A space without an admin, or a platform without an operator, could not be helped from inside.
GUARDED: tuple[Role, ...] = ("admin", "operator")


class LastKeeper(Conflict):
    """The last active admin (or operator) cannot leave."""

    code = "last_admin"
    vi = "Đây là quản trị viên cuối cùng đang hoạt động. Hãy trao quyền quản trị cho người khác trước."
    en = "This is the last active administrator. Make someone else an administrator first."


class NotYetJoined(Conflict):
    """Only the invited person can make their account active."""

    code = "invitation_pending"
    vi = "Người này chưa nhận lời mời. Tài khoản chỉ hoạt động sau khi họ tự đặt mật khẩu."
    en = "This person has not accepted the invitation yet. The account becomes active when they set a password."


@dataclass(frozen=True, slots=True)
class Person:
    """One person.

    ``epoch`` counts how often everything issued to the person was made void: a session or a one-time link of an
    earlier epoch is worth nothing. ``version`` guards concurrent edits. ``joined_at`` is when a password was first set.
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

    @property
    def email(self) -> str | None:
        """Where mail for this person goes, if anywhere."""
        return next((each.value for each in self.identifiers if each.kind == "email"), None)

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

    def _next(self, **changes: Any) -> Person:
        changed = replace(self, **changes)
        return self if changed == self else replace(changed, version=self.version + 1)
