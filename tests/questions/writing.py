"""Questions as their authors write them."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from chalicelib import ids
from chalicelib.questions.models import AnyQuestion, Question

FILE = ids.derived("a picture")
PICTURE = {"file": FILE, "alt": "Màn hình đăng nhập", "width": 800, "height": 400}
QUESTIONS: TypeAdapter[AnyQuestion] = TypeAdapter(Question)


def question(kind: str, **facts: Any) -> AnyQuestion:
    """A question of a kind, its parts named by the server."""
    return QUESTIONS.validate_python({"id": "q1", "prompt": "Câu hỏi?", **facts, "kind": kind}).named(hidden=False)
