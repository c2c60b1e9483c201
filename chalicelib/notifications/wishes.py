"""What a person wishes to be told of, by which way. No I/O.

Everything is told by every way unless a person has said otherwise; what is written down is what they do not wish.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from chalicelib.notifications.kinds import KINDS, KindId
from chalicelib.notifications.notes import Note

Channel = Literal["inbox", "digest", "push"]
CHANNELS: tuple[Channel, ...] = ("inbox", "digest", "push")


@dataclass(frozen=True, slots=True)
class Wishes:
    """A person's. ``letters``: whether the daily letter is sent at all; ``read_until``: milliseconds since 1970;
    ``written``: the day of the last letter."""

    off: frozenset[str] = frozenset()
    letters: bool = True
    read_until: int = 0
    written: str = ""

    @classmethod
    def of(cls, item: Mapping[str, Any] | None) -> Wishes:
        """As they are stored."""
        item = item or {}
        off = frozenset(item.get("off", ()))
        return cls(off, item.get("letters", True), item.get("read_until", 0), item.get("written", ""))

    def wants(self, kind: KindId, channel: Channel) -> bool:
        """Whether they wish to be told of that by this way."""
        return mark(kind, channel) not in self.off and (channel != "digest" or (self.letters and KINDS[kind].mailed))

    def has_read(self, note: Note) -> bool:
        """Whether this was read, by itself or with all others."""
        return note.read_at is not None or note.told_at <= self.read_until


def mark(kind: KindId, channel: Channel) -> str:
    """How it is written down that a kind is not wished by a way."""
    return f"{kind}:{channel}"
