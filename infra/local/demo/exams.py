"""The demo's bank, the assessments over it, and who has taken them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

from infra.local.demo import client, questions
from infra.local.demo.client import Client, Failed
from infra.local.demo.content import FILE_PREFIX, Json


def fill_bank(author: Client, space: str, *, whole: bool = True) -> str:
    """The bank with all of its questions, or with one of each kind; gives its id. What is there stays."""
    source = questions.bank()
    items = source["items"] if whole else _one_of_each_kind(source["items"])
    banks = client.everything(author, f"/spaces/{space}/banks")
    bank = next((each["id"] for each in banks if each["title"] == source["title"]), None)
    if bank is None:
        told = {name: source[name] for name in ("title", "description")}
        bank = author.post(f"/spaces/{space}/banks", told)["id"]
    at = f"/spaces/{space}/banks/{bank}/items"
    there = {each["prompt"] for each in client.everything(author, at)}
    missing = [each for each in items if not _is_there(each["question"]["prompt"], there)]
    files = {name: client.upload(author, space, questions.picture(name)) for name in _pictures(missing)}
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(partial(author.post, at), [_with_picture(each, files) for each in missing]))
    return str(bank)


def set_assessments(author: Client, space: str, bank: str, courses: dict[str, str]) -> dict[str, str]:
    """The assessments over that bank, published; gives their ids by title. What is there stays."""
    cards = client.everything(author, f"/spaces/{space}/assessments")
    there = {each["title"]: each for each in cards}
    made = {}
    for source in questions.read("assessments"):
        card = there.get(source["title"]) or author.post(f"/spaces/{space}/assessments", _draft(source, bank, courses))
        if card["version"] is None:
            author.post(f"/spaces/{space}/assessments/{card['id']}/versions", headers={"if-match": "*"})
        made[source["title"]] = str(card["id"])
    return made


def take(person: Client, space: str, assessment: str, share: float = 1.0) -> Json:
    """Sit an assessment and answer such a share of the questions right, leaving out the others; gives the result. Who
    has sat it does not sit it again."""
    at = f"/spaces/{space}/me/assessments/{assessment}/sittings"
    sittings = client.everything(person, f"/spaces/{space}/me/sittings")
    done = [each for each in sittings if each["assessment"] == assessment and each["state"] == "submitted"]
    if done:
        return done[0]
    sitting = person.post(at)
    asked = sitting["questions"]
    number = f"{at}/{sitting['number']}"
    for question in asked[: round(share * len(asked))]:
        answer = {"response": questions.right(question["prompt"]), "sequence": 1}
        person.put(f"{number}/answers/{question['id']}", answer)
    result: Json = person.post(f"{number}/submission")
    return result


def _draft(source: Json, bank: str, courses: dict[str, str]) -> Json:
    draft = {name: value for name, value in source.items() if name not in ("takers", "course", "parts")}
    draft["parts"] = [{**part, "bank": bank} for part in source["parts"]]
    return draft | ({"course": courses[source["course"]]} if "course" in source else {})


def _one_of_each_kind(items: list[Json]) -> list[Json]:
    return [*{each["question"]["kind"]: each for each in reversed(items)}.values()]


def _is_there(prompt: str, shown: set[str]) -> bool:
    """A list shows the beginnings of prompts."""
    return any(prompt.startswith(each) for each in shown)


def _pictures(items: list[Json]) -> list[str]:
    return [each["question"]["picture"]["file"] for each in items if "picture" in each["question"]]


def _with_picture(item: Json, files: dict[str, str]) -> Json:
    question = item["question"]
    picture = question.get("picture")
    if picture is None:
        return item
    if not picture["file"].startswith(FILE_PREFIX):
        raise Failed(f"{question['prompt']}: a picture is named by {FILE_PREFIX}")
    return {**item, "question": {**question, "picture": {**picture, "file": files[picture["file"]]}}}
