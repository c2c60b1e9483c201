"""The draft of a large course: 2,000 lessons and 5 MB of text open, save and publish, in a few calls each."""

from __future__ import annotations

import gzip
import json
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from chalicelib import config
from chalicelib.storage import files
from tests.courses.writing import draft_etag, new_course, save, section, uploaded
from tests.emulated import Cloud
from tests.factories import CourseRef, OpenedSpace, open_space, quiz_lesson, text_lesson
from tests.spending import Spending, spending

LESSONS = 2_000
WORDS = "Không đưa mã OTP cho bất kỳ ai, dù người đó tự xưng là công an hay nhân viên ngân hàng. "


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def lesson(number: int) -> dict[str, Any]:
    if number % 20 == 19:
        return quiz_lesson(title=f"Ôn tập {number}")
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": f"{number}. {WORDS}"}]}
    return text_lesson(title=f"Bài {number}", body={"type": "doc", "content": [paragraph] * 15})


def sections(number: int = LESSONS) -> list[dict[str, Any]]:
    return [section(*[lesson(at) for at in range(start, start + 20)]) for start in range(0, number, 20)]


def spent(spending: Spending) -> tuple[int, int]:
    return spending.last["calls"], spending.last["s3_calls"]


@pytest.fixture(scope="module")
def small(hue: OpenedSpace) -> dict[str, int]:
    """The DynamoDB calls that saving and publishing a course of one lesson take: a large one takes no more."""
    course = new_course(hue)
    with spending() as heard:
        etag = draft_etag(course)
        save(course, [section(text_lesson())], etag=etag).ok(200)
        hue.author.post(course.at("/versions")).ok(201)
    return {line["operation"]: line["calls"] for line in heard.lines}


@pytest.fixture(scope="module")
def course(hue: OpenedSpace, small: dict[str, int]) -> CourseRef:
    """A course whose draft came as an upload, since it is too large for a request through Lambda."""
    made = new_course(hue, "Khoá học lớn")
    content = json.dumps({"sections": sections()}, ensure_ascii=False).encode()
    assert len(content) > 5_000_000
    file_id = uploaded(hue, "application/json", content, purpose="draft")
    with spending() as spending_of_save:
        saved = hue.author.put(made.at("/draft"), {"upload": file_id}, headers={"if-match": draft_etag(made)}).ok(200)
    # Besides what any save takes, the upload's item; in S3 the upload, the pack, the index and the whole JSON.
    assert spent(spending_of_save) == (small["save_draft"] + 1, 4)
    assert sum(len(part["lessons"]) for part in saved["sections"]) == LESSONS
    assert saved["size"] > 5_000_000
    return made


def test_it_opens_from_an_address(hue: OpenedSpace, course: CourseRef, small: dict[str, int]) -> None:
    with spending() as of_read:
        reply = hue.author.get(course.at("/draft"))
    assert reply.status == 303
    assert reply.text == ""
    assert spent(of_read) == (2, 0)
    key = unquote(urlsplit(reply.headers["location"]).path.lstrip("/"))
    assert key.startswith(f"{hue.slug}/courses/{course.id}/content/")
    found = files.s3().get_object(Bucket=config.current().bucket, Key=key)
    assert (found["ContentType"], found["ContentEncoding"]) == ("application/json", "gzip")
    draft = json.loads(gzip.decompress(found["Body"].read()))
    assert draft["etag"] == draft_etag(course)
    lessons = [lesson for part in draft["sections"] for lesson in part["lessons"]]
    assert (len(lessons), lessons[18]["title"], lessons[19]["kind"]) == (LESSONS, "Bài 18", "quiz")
    assert len({lesson["id"] for lesson in lessons}) == LESSONS
    # What was opened can be saved as it is: nothing changes, so nothing is written. It is too large for a request.
    save(course, draft["sections"], etag=draft["etag"]).refused(413, "too_large")
    content = json.dumps({"sections": draft["sections"]}, ensure_ascii=False).encode()
    upload = {"upload": uploaded(hue, "application/json", content, purpose="draft")}
    with spending() as of_save:
        saved = hue.author.put(course.at("/draft"), upload, headers={"if-match": draft["etag"]}).ok(200)
    assert saved["etag"] == draft["etag"]
    assert spent(of_save) == (small["save_draft"], 1)


def test_it_publishes_and_is_read_lesson_by_lesson(hue: OpenedSpace, course: CourseRef, small: dict[str, int]) -> None:
    with spending() as of_publishing:
        assert hue.author.post(course.at("/versions")).ok(201)["lessons"] == LESSONS
    # The index and the pack are read, the version's index is written; the pack is the draft's own.
    assert spent(of_publishing) == (small["publish_course"], 3)
    with spending() as of_reading:
        outline = hue.learner.get(course.at("/outline")).ok()
        found = hue.learner.get(course.at("/versions/1/lessons/1jj")).ok()
    assert [line["s3_calls"] for line in of_reading.lines] == [1, 1]
    assert sum(len(part["lessons"]) for part in outline["sections"]) == LESSONS
    assert found["title"] == "Bài 1998"
    assert hue.learner.get(course.at("/versions/1/lessons/k")).ok()["kind"] == "quiz"


def test_a_draft_of_four_megabytes_comes_in_the_answer(hue: OpenedSpace, small: dict[str, int]) -> None:
    course = new_course(hue)
    with spending() as of_save:
        saved = save(course, sections(1_200)).ok(200)
    assert 3_000_000 < saved["size"] < 4_000_000
    assert spent(of_save) == (small["save_draft"], 2)
    with spending() as of_read:
        draft = hue.author.get(course.at("/draft")).ok(200)
    assert spent(of_read) == (2, 1)
    assert draft["etag"] == saved["etag"]
    assert sum(len(part["lessons"]) for part in draft["sections"]) == 1_200


def test_a_draft_has_an_end(hue: OpenedSpace) -> None:
    """An upload has at most 20 MB; with ids and defaults written out, its draft may have more than that."""
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": "a" * 198_800}]}
    long = {"kind": "text", "title": "a", "body": {"type": "doc", "content": [paragraph]}}
    short = {"kind": "text", "title": "a", "body": {"type": "doc"}}
    content = json.dumps({"sections": [section(*[long] * 100, *[short] * 1_800)]}, separators=(",", ":")).encode()
    assert 19_950_000 < len(content) <= 20_000_000
    file_id = uploaded(hue, "application/json", content)
    course = new_course(hue)
    reply = hue.author.put(course.at("/draft"), {"upload": file_id}, headers={"if-match": "*"})
    assert "20 MB" in reply.refused(413, "draft_too_large")["detail"]
    assert hue.author.get(course.at("/draft")).ok(200)["sections"] == []


def test_questions_have_an_end(hue: OpenedSpace) -> None:
    quiz = {"kind": "quiz", "title": "a", "quiz": {"questions": [{"kind": "single", "prompt": "a"}] * 100}}
    reply = save(new_course(hue), [section(*[quiz] * 101)])
    (error,) = reply.refused(422)["errors"]
    assert (error["field"], error["code"]) == ("sections", "too_many_questions")


def test_a_copy_of_a_large_course_opens_too(hue: OpenedSpace, course: CourseRef) -> None:
    copy = hue.author.post(course.at("/copies")).ok(201)
    reply = hue.author.get(hue.at(f"/courses/{copy['id']}/draft"))
    assert reply.status == 303
    assert f"/courses/{copy['id']}/content/" in reply.headers["location"]
