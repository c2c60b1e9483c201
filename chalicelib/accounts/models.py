"""Merging two accounts, as it crosses the boundary."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from chalicelib import clock
from chalicelib.accounts.store import MergeItem, MergePassword, MergeState
from chalicelib.http.models import Id, Inbound, Outbound


class NewMerge(Inbound):
    """Which account goes up in that of the address."""

    other: Id = Field(description="The person whose account goes up in this one: both are one human being.")


class Merge(Outbound):
    """Two accounts that became one."""

    id: Id
    person: Id = Field(description="Whose account was kept.")
    other: Id = Field(description="Whose account went up in it.")
    other_name: str = Field(examples=["Nguyễn Văn An"])
    state: MergeState = Field(description="`merging` and `undoing` while what was learned still moves.")
    password: MergePassword = Field(
        description="Whose password opens the account now, by any login: that of the kept account, of the other when "
        "the kept one had none, or none's. The other one opens nothing any more; whoever knew that alone signs in by a "
        "one-time code, or resets the password. They are told by mail."
    )
    by: Id = Field(description="The admin who did it.")
    at: datetime
    undo_until: datetime = Field(description="Until when it can be undone.")

    @classmethod
    def of(cls, item: MergeItem) -> Merge:
        """A merge as it is shown."""
        return cls(
            id=item.id,
            person=item.kept,
            other=item.other,
            other_name=item.other_name,
            state=item.state,
            password=item.password,
            by=item.by,
            at=clock.from_timestamp(item.at),
            undo_until=clock.from_epoch_ms(item.until * 1000),
        )
