"""The demo's questions and answers, and one question that nobody has answered in time."""

from __future__ import annotations

import time

from chalicelib import clock, ids
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.jobs import queue
from chalicelib.storage import acting, spaces
from chalicelib.threads import asking, climbing
from chalicelib.threads.models import NewThread
from infra.local.demo import client, questions
from infra.local.demo.client import Client
from infra.local.demo.content import Json

_DAY_S = 86_400


def talk(space: str, learners: list[Client], tutor: Client, courses: dict[str, str]) -> None:
    """Let learners ask in turns, and be answered. What is there stays."""
    for place, source in enumerate(questions.read("threads")):
        asker = learners[place % len(learners)]
        course = courses[source["course"]] if "course" in source else None
        listed = f"/spaces/{space}/threads" + (f"?course={course}" if course else "")
        if source["title"] not in {each["title"] for each in client.everything(asker, listed)}:
            _thread(space, asker, tutor, source, course)


def _thread(space: str, asker: Client, tutor: Client, source: Json, course: str | None) -> None:
    asked: Json = {name: source[name] for name in ("title", "body", "lesson") if name in source}
    asked |= {"course": course} if course else {}
    if "days_ago" in source:
        _ask_long_ago(space, asker, NewThread(**asked), source["days_ago"])
        return
    at = f"/spaces/{space}/threads/{asker.post(f'/spaces/{space}/threads', asked)['id']}"
    writers = {"tutor": tutor, "learner": asker}
    replies = [writers[each["by"]].post(f"{at}/replies", {"body": each["body"]}) for each in source.get("replies", ())]
    if "accepted" in source:
        asker.put(f"{at}/accepted", {"reply": replies[source["accepted"]]["id"]})


def _ask_long_ago(slug: str, asker: Client, new: NewThread, days: int) -> None:
    """Over HTTP everything happens today; what is overdue was asked beneath it, by the same verb, with the clock turned
    back."""
    me = asker.get(f"/spaces/{slug}/me")["id"]
    actor = Actor(me, slug, frozenset({"learner"}), ids.new())
    circumstances = Circumstances(ids.new(), "127.0.0.1", "vi", None, None, None, me, "ask_question", {})
    clock.set_source(lambda: time.time() - days * _DAY_S)
    try:
        with acting.on_behalf_of(slug):
            asking.ask(spaces.find(slug), actor, new, circumstances)
    finally:
        clock.set_source(None)
    queue.enqueue(climbing.CLIMB, slug, {}, job_id=ids.derived("demo", climbing.CLIMB, slug))
