"""One thing that a person was told: its id, what is stored of it, how it reads. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib import clock, ids, vietnamese
from chalicelib.errors import Language
from chalicelib.notifications.kinds import KINDS, KindId
from chalicelib.storage.items import Item

KEPT_S = 180 * 24 * 3600
MOST_PARAM = 200  # characters of each fact that a text is filled with
_TIME_CHARS = 9


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody was told. ``at`` is when it happened and ``told_at`` when it was told, in milliseconds since 1970;
    ``link`` leads to a page of the space, ``read_at`` is when this very one was read."""

    id: str
    kind: KindId
    params: Mapping[str, str]
    link: str
    at: int
    told_at: int
    read_at: int | None = None

    @classmethod
    def of(cls, item: Mapping[str, Any]) -> Note | None:
        """A stored note; nothing for a kind that this release does not know."""
        if item["kind"] not in KINDS:
            return None
        return cls(
            id=item["sk"].partition("#")[2], kind=item["kind"], params=item["params"], link=item["link"],
            at=item["at"], told_at=item["told"], read_at=item.get("read"),
        )  # fmt: skip

    def facts(self) -> Item:
        """What is stored of it besides its key."""
        ttl = self.told_at // 1000 + KEPT_S
        return {
            "kind": self.kind, "params": dict(self.params), "link": self.link, "at": self.at, "told": self.told_at,
            "ttl": ttl,
        }  # fmt: skip

    def title(self, language: Language) -> str:
        """Its first line."""
        return KINDS[self.kind].title[language].format_map(self.params)

    def text(self, language: Language) -> str:
        """Its second."""
        return KINDS[self.kind].text[language].format_map(self.params)


def new(kind: KindId, key: str, at_s: int, link: str, params: Mapping[str, str]) -> Note:
    """The note of an event, the same at each try but for ``told_at``. Raises: KeyError, ValueError for our defects."""
    if not link.startswith("/") or link.startswith("//"):
        raise ValueError("a link leads to a page of the space: /threads/…")
    shown = {name: _shortened(vietnamese.clean_line(value)) for name, value in params.items()}
    KINDS[kind].require(shown)
    return Note(_id(kind, key, at_s), kind, shown, link, at_s * 1000, clock.epoch_ms())


def _id(kind: KindId, key: str, at_s: int) -> str:
    """In the order of time, as :func:`ids.new` gives them, and the same for the same event at every try."""
    return ids.encoded(at_s * 1000, _TIME_CHARS) + ids.derived("note", kind, key)[: ids.LENGTH - _TIME_CHARS]


def _shortened(text: str) -> str:
    return text if len(text) <= MOST_PARAM else text[: MOST_PARAM - 1].rstrip() + "…"
