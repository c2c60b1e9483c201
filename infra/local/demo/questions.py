"""The demo's bank of questions: `data/bank.yaml` read into the items that the API takes, and the right answers."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter

from chalicelib.questions.models import AnyQuestion, Question
from infra.local.demo.content import COURSES_DIR, FILE_PREFIX, Json

DATA = Path(__file__).parent / "data"
RIGHT = "+ "  # before a choice that is right
_TAGS = ("competences", "difficulty", "tags")
_QUESTIONS: TypeAdapter[AnyQuestion] = TypeAdapter(Question)


def read(name: str) -> Any:
    """What a file of the demo's data says."""
    return yaml.safe_load((DATA / f"{name}.yaml").read_text(encoding="utf-8"))


def picture(name: str) -> Path:
    """A file of one of the demo's courses, by the name that data give it."""
    return next(COURSES_DIR.glob(f"*/files/{name.removeprefix(FILE_PREFIX)}"))


@cache
def bank() -> Json:
    """The bank: title, description, and its items as the API takes them, pictures still under their files' names."""
    source: Json = read("bank")
    return {**source, "items": [_item(dict(each)) for each in source["items"]]}


def right(prompt: str) -> Any:
    """The right answer to the question of the bank that asks so, as somebody who takes it gives it."""
    question = next(each["question"] for each in bank()["items"] if each["question"]["prompt"] == prompt)
    if question["kind"] == "hot_spot":
        return [_middle(each) for each in question["areas"][: question.get("touches", 1)]]
    return _QUESTIONS.validate_python(question).named(hidden=True).key()


def _item(source: Json) -> Json:
    tags = {name: source.pop(name) for name in _TAGS if name in source}
    source["prompt"] = source["prompt"].strip()
    if "choices" in source:
        source["choices"] = [_choice(each) for each in source["choices"]]
        source["shuffle"] = True
    if "pairs" in source:
        source["pairs"] = [{"text": text, "match": match} for text, match in source["pairs"].items()]
    if "items" in source:
        source["items"] = [{"text": text} for text in source["items"]]
    return {"question": source, **tags}


def _choice(text: str) -> Json:
    return {"text": text.removeprefix(RIGHT), "correct": text.startswith(RIGHT)}


def _middle(rectangle: Json) -> Json:
    return {
        "x": rectangle["x"] + rectangle["width"] / 2,
        "y": rectangle["y"] + rectangle["height"] / 2,
    }
