"""Banks being filled: a bank of a space, questions of a few kinds, what assessments read of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.api import Reply
from tests.emulated import Cloud
from tests.factories import OpenedSpace


@dataclass(frozen=True)
class BankRef:
    """A bank of a space."""

    space: OpenedSpace
    id: str

    def at(self, path: str = "") -> str:
        """An address of this bank: ``bank.at("/items")``."""
        return self.space.at(f"/banks/{self.id}{path}")

    def item(self, item_id: str, path: str = "") -> str:
        """An address of one of its items."""
        return self.at(f"/items/{item_id}{path}")

    def add(self, question: dict[str, Any] | None = None, **tags: Any) -> str:
        """An item of this question; gives its id."""
        made = self.space.author.post(self.at("/items"), {"question": question or single(), **tags}).ok(201)
        item_id: str = made["id"]
        return item_id

    def save(self, item_id: str, question: dict[str, Any], *, etag: str = "*", **tags: Any) -> Reply:
        """Another state of an item, on the one that ``etag`` names."""
        return self.space.author.put(self.item(item_id), {"question": question, **tags}, headers={"if-match": etag})

    def correct(self, item_id: str, question: dict[str, Any], *, version: int = 1, etag: str = "*") -> Reply:
        """Another key of a version."""
        body = {"question": question, "reason": "Cả hai đáp án đều đúng."}
        return self.space.author.post(self.item(item_id, f"/versions/{version}/keys"), body, headers={"if-match": etag})

    def listed(self, **query: Any) -> list[str]:
        """The ids of the items that a search finds, over all its pages."""
        found: list[str] = []
        while True:
            page = self.space.tutor.get(self.at("/items"), query=query).ok()
            found += [each["id"] for each in page["items"]]
            if page["next"] is None:
                return found
            query["cursor"] = page["next"]


def begin(space: OpenedSpace, title: str = "An toàn số") -> BankRef:
    """A bank that has nothing in it."""
    return BankRef(space, space.author.post(space.at("/banks"), {"title": title}).ok(201)["id"])


def share(aws: Cloud, bank: BankRef) -> BankRef:
    """Have a bank of the centre's shared with all spaces, and what that takes done."""
    assert bank.space.author.post(bank.at("/offer")).ok(202)["sharing"] == "copying"
    aws.drain()
    assert bank.space.author.post(bank.at("/offer")).ok(200)["sharing"] == "shared"
    return bank


def single(prompt: str = "Có nên đọc mã OTP cho người gọi điện không?", *, right: str = "Không", **more: Any) -> Any:
    """A question with one right choice."""
    choices = [{"text": text, "correct": text == right} for text in ("Không", "Có", "Tuỳ người gọi")]
    return {"kind": "single", "prompt": prompt, "choices": choices, **more}


def typed(prompt: str = "Thủ đô của Việt Nam?", *accepted: str) -> dict[str, Any]:
    """A question that is answered by a few words."""
    return {"kind": "short_answer", "prompt": prompt, "accepted": list(accepted or ("Hà Nội",))}


def touched(file_id: str) -> dict[str, Any]:
    """A question that is answered by touching a picture."""
    picture = {"file": file_id, "alt": "Màn hình", "width": 2, "height": 1}
    area = {"shape": "circle", "x": 0.5, "y": 0.5, "r": 0.1}
    return {"kind": "hot_spot", "prompt": "Chạm vào nút Gửi", "picture": picture, "areas": [area]}
