"""Who is told of what, never twice; questions like the one being typed; and accounts that become one."""

from __future__ import annotations

import pytest

import app
from chalicelib.storage import acting
from chalicelib.threads import joining, similar
from tests import rights
from tests.emulated import Cloud, Context
from tests.threads.forum import MONDAY, Forum, Somebody, open_forum, show, somebody


@pytest.fixture
def forum(aws: Cloud) -> Forum:
    return open_forum(aws)


def again(aws: Cloud, forum: Forum) -> None:
    """All changes of the space's stream once more, from its beginning."""
    aws.drain()
    with rights.running_as("apply_changes"):
        aws._positions.clear()
    table = forum.space.space.table_name("learning")
    for event in list(aws.changes_of(table)):
        with rights.running_as("apply_changes"):
            app.apply_changes(event, Context())
        aws._positions[event["shardId"]] = event["Records"][-1]["dynamodb"]["SequenceNumber"]


def test_the_tutor_is_told_of_a_question_and_the_asker_of_each_reply_once(aws: Cloud, forum: Forum) -> None:
    thread = forum.ask()["id"]
    forum.reply(forum.other, thread)
    show(MONDAY + 60)
    forum.reply(forum.tutor, thread)
    for _ in range(2):
        again(aws, forum)
    (asked,) = forum.tutor.told()
    assert (asked["kind"], asked["link"].endswith(f"/questions/{thread}")) == ("thread.asked", True)
    assert "09:00 26/11/2026" in asked["text"]
    assert [each["title"] for each in forum.asker.told()] == [
        "Trần Văn Bình đã trả lời",
        "Phạm Thị Bích Ngọc đã trả lời",
    ]
    assert forum.other.told() == forum.admin.told() == []


def test_what_is_accepted_hidden_mentioned_and_reported_is_told_of(aws: Cloud, forum: Forum) -> None:
    second = somebody(forum.space, "Đỗ Thị Hai", ["tutor"])
    forum.space.author.put(forum.course.at("/tutors"), {"people": [forum.tutor.id]}).ok()
    thread = forum.ask(mentions=[second.id, forum.tutor.id])["id"]
    reply = forum.reply(forum.other, thread)["id"]
    forum.asker.api.put(forum.at(f"/threads/{thread}/accepted"), {"reply": reply}).ok()
    forum.asker.api.post(forum.at(f"/threads/{thread}/reports"), {"reply": reply, "reason": "Quảng cáo"}).ok(204)
    body = {"hidden": True, "reply": reply, "reason": "Quảng cáo"}
    forum.tutor.api.put(forum.at(f"/threads/{thread}/hidden"), body).ok()
    for _ in range(2):
        again(aws, forum)
    assert second.kinds() == ["thread.mentioned"]
    assert forum.tutor.kinds() == ["thread.asked"]
    assert forum.other.kinds() == ["thread.accepted", "thread.hidden"]
    assert forum.admin.kinds() == ["thread.reported"]


def test_names_in_what_one_is_told_are_those_that_the_space_shows(aws: Cloud) -> None:
    forum = open_forum(aws, names="initials")
    thread = forum.ask()["id"]
    forum.reply(forum.other, thread)
    aws.drain()
    assert [each["title"] for each in forum.asker.told()] == ["P.T.B.N. đã trả lời"]
    assert "Nguyễn Văn An" in forum.tutor.told()[0]["text"]


def found(forum: Forum, q: str) -> list[str]:
    query = {"q": q, "course": forum.course.id}
    return [each["title"] for each in forum.other.api.get(forum.at("/similar-threads"), query=query).ok()["items"]]


def test_questions_like_it_are_found_without_diacritics_and_the_likest_first(aws: Cloud, forum: Forum) -> None:
    forum.ask("Quên mật khẩu thì làm sao?")
    thread = forum.ask("Đổi mật khẩu ở đâu?")["id"]
    forum.ask("Chữ ký số là gì?")
    forum.ask("Mật khẩu của không gian", course=None)
    aws.drain()
    assert found(forum, "doi mat khau") == ["Đổi mật khẩu ở đâu?", "Quên mật khẩu thì làm sao?"]
    assert found(forum, "chữ ký số") == ["Chữ ký số là gì?"]
    assert found(forum, "thì là gì?") == found(forum, "$$$") == []
    address = forum.at(f"/threads/{thread}")
    forum.asker.api.patch(address, {"title": "Cách chứng thực điện tử"}, headers={"if-match": "*"}).ok()
    aws.drain()
    assert found(forum, "doi mat khau") == ["Quên mật khẩu thì làm sao?"]
    assert found(forum, "chung thuc dien tu") == ["Cách chứng thực điện tử"]


def test_a_title_has_few_terms_whatever_its_length() -> None:
    assert similar.terms("Làm sao đổi mật khẩu?") == ["doi", "mat", "khau", "sao doi", "doi mat", "mat khau"]
    assert len(similar.terms(" ".join(f"từ{each}" for each in range(100)))) <= 23


def test_what_two_accounts_wrote_becomes_one_persons_and_two_peoples_again(forum: Forum) -> None:
    space = forum.space
    asked, answered = forum.ask(who=forum.other)["id"], forum.ask()["id"]
    forum.reply(forum.other, answered)
    for who, thread in ((forum.other, answered), (forum.asker, answered), (forum.other, asked)):
        who.api.put(forum.at(f"/threads/{thread}/too")).ok(204)
    with acting.on_behalf_of(space.slug):
        for _ in range(2):
            joining.join(space.space, forum.asker.id, forum.other.id)
    assert forum.read(asked)["by"]["mine"]
    assert (forum.read(answered)["too"], forum.read(asked)["too"]) == (1, 1)
    posts = forum.asker.api.get(forum.at("/me/posts")).ok()["items"]
    assert sorted((each["thread"], bool(each["reply"])) for each in posts) == sorted(
        [(asked, False), (answered, False), (answered, True)]
    )
    with acting.on_behalf_of(space.slug):
        for _ in range(2):
            joining.part(space.space, forum.asker.id, forum.other.id)
    assert not forum.read(asked)["by"]["mine"]
    assert len(forum.other.api.get(forum.at("/me/posts")).ok()["items"]) == 2
    assert len(forum.asker.api.get(forum.at("/me/posts")).ok()["items"]) == 1


def test_of_three_accounts_that_became_one_each_takes_back_its_own(forum: Forum) -> None:
    space, first, second, last = forum.space, forum.other, forum.asker, somebody(forum.space, "Lê Thị Cúc")
    for who in (first, second):
        forum.ask(who=who)
    marked = forum.ask(who=forum.tutor)["id"]
    first.api.put(forum.at(f"/threads/{marked}/too")).ok(204)

    def written() -> list[int]:
        return [len(each.api.get(forum.at("/me/posts")).ok()["items"]) for each in (first, second, last)]

    with acting.on_behalf_of(space.slug):
        joining.join(space.space, second.id, first.id)
        joining.join(space.space, last.id, second.id)
        assert written() == [0, 0, 2]
        joining.part(space.space, last.id, second.id)
        assert written() == [0, 2, 0]
        assert _marks(forum, marked, second, last) == [True, False]
        joining.part(space.space, second.id, first.id)
    assert written() == [1, 1, 0]
    assert _marks(forum, marked, first, second) == [True, False]


def _marks(forum: Forum, thread: str, *people: Somebody) -> list[bool]:
    """Whether each has that question too."""
    return [each.api.get(forum.at(f"/threads/{thread}")).ok()["same"] for each in people]


def test_what_a_tutors_other_account_has_to_answer_follows(forum: Forum) -> None:
    thread = forum.ask()["id"]
    second = somebody(forum.space, "Trần Văn Bình", ["tutor"])
    with acting.on_behalf_of(forum.space.slug):
        joining.join(forum.space.space, second.id, forum.tutor.id)
    assert (forum.queue(second), forum.queue(forum.tutor)) == ([thread], [])
