"""What learners and visitors see: the catalogue, outlines, lessons without their answers, and who may see them."""

from __future__ import annotations

import random
from typing import Any

import pytest

from chalicelib import clock, vietnamese
from chalicelib.courses import catalogue, content, store
from chalicelib.courses.outline import UnknownLesson
from chalicelib.errors import NotFound
from chalicelib.storage.client import METER, Meter
from chalicelib.storage.spaces import Space
from tests.api import Api
from tests.courses.writing import CONTENTS, new_course, save, section, uploaded
from tests.emulated import Cloud
from tests.factories import OpenedSpace, become, open_space, published_course, quiz_lesson, republished, text_lesson
from tests.spending import spending

YEAR = "max-age=31536000, immutable"


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


@pytest.fixture(scope="module")
def closed(aws: Cloud) -> OpenedSpace:
    """A space whose catalogue is for its own people."""
    return open_space(catalogue_public=False)


def titles(space: OpenedSpace, by: Api | None = None, **query: Any) -> list[str]:
    return [each["title"] for each in (by or space.learner).get(space.at("/courses"), query=query).ok()["items"]]


def test_a_quiz_never_says_what_is_right(hue: OpenedSpace) -> None:
    course = published_course(hue, [quiz_lesson("1"), text_lesson("2")])
    for who in (hue.learner, hue.author, Api()):
        reply = who.get(course.at("/versions/1/lessons/1"))
        quiz = reply.ok()["quiz"]
        assert quiz["questions"][0] == {
            "id": "q1",
            "kind": "single",
            "prompt": "Có nên đọc mã OTP cho người gọi điện không?",
            "stimulus": None,
            "points": 1,
            "choices": [{"id": "a", "text": "Không", "picture": None}, {"id": "b", "text": "Có", "picture": None}],
        }
        for secret in ("correct", "feedback", "explanation", "chìa khoá"):
            assert secret not in str(reply.text)


def test_a_public_catalogue_lets_anyone_in_as_far_as_the_first_lesson(hue: OpenedSpace) -> None:
    course = published_course(hue, [text_lesson("1"), text_lesson("2")], title="Mở")
    visitor = Api()
    assert "Mở" in titles(hue, visitor)
    for path in ("/outline", "/outline?version=1"):
        assert "public" in visitor.get(course.at(path)).headers["cache-control"]
    # The staff get more at the same address, so what a visitor got must not be given to them.
    seen = visitor.get(course.at())
    assert seen.ok()["draft"] is None
    assert (seen.headers["cache-control"], seen.headers["vary"]) == ("private, max-age=60", "Authorization")
    staff = hue.author.get(course.at())
    assert staff.ok()["draft"]["is_published"]
    assert staff.headers["cache-control"] == "no-store"
    first = visitor.get(course.at("/versions/1/lessons/1"))
    assert first.ok()["kind"] == "text"
    # Nobody can call back what the edge keeps.
    for path in ("/versions/1/lessons/1", "/outline?version=1"):
        assert visitor.get(course.at(path)).headers["cache-control"] == "public, max-age=300"
    assert visitor.get(course.at("/versions/1/lessons/1/files")).ok()["items"] == []
    visitor.get(course.at("/versions/1/lessons/2")).refused(401)
    visitor.get(course.at("/versions/1/lessons/2/files")).refused(401)
    second = hue.learner.get(course.at("/versions/1/lessons/2"))
    assert second.headers["cache-control"] == f"private, {YEAR}"
    assert second.headers["vary"] == "Authorization"


def test_a_visitor_reads_the_newest_versions_first_lesson_alone(hue: OpenedSpace) -> None:
    course = published_course(hue, [quiz_lesson("1"), text_lesson("2")])
    republished(course, [section(quiz_lesson("1"), text_lesson("3"))])
    visitor = Api()
    visitor.get(course.at("/versions/1/lessons/1")).refused(401)
    hue.learner.get(course.at("/versions/1/lessons/1")).ok()
    first = visitor.get(course.at("/versions/2/lessons/1"))
    assert first.ok()["kind"] == "quiz"
    assert all(secret not in str(first.text) for secret in ("correct", "feedback", "explanation", "chìa khoá"))


def test_a_suspended_spaces_first_lesson_is_for_nobody(aws: Cloud) -> None:
    space = open_space()
    course = published_course(space, [quiz_lesson("1")])
    Api().get(course.at("/versions/1/lessons/1")).ok()
    become(space, "suspended")
    for path in ("/versions/1/lessons/1", "/versions/1/lessons/1/files"):
        Api().get(course.at(path)).refused(403, "space_suspended")


def test_a_closed_catalogue_is_for_its_own_people(closed: OpenedSpace) -> None:
    course = published_course(closed, title="Nội bộ")
    for path in (closed.at("/courses"), *(course.at(each) for each in ("", "/outline", "/versions/1/lessons/1"))):
        Api().get(path).refused(401, "unauthenticated")
        reply = closed.learner.get(path)
        reply.ok()
        assert "private" in reply.headers["cache-control"]


def test_another_spaces_token_is_no_token(hue: OpenedSpace, closed: OpenedSpace) -> None:
    hue.author.get(closed.at("/courses")).refused(401)
    course = new_course(hue)
    closed.author.get(course.at()).refused(404)


def test_drafts_are_for_the_staff(hue: OpenedSpace) -> None:
    draft = new_course(hue, "Đang viết")
    for who in (Api(), hue.learner):
        assert "Đang viết" not in titles(hue, who)
        who.get(draft.at()).refused(404)
        who.get(draft.at("/outline")).refused(404)
    assert "Đang viết" not in titles(hue, hue.author)
    assert "Đang viết" in titles(hue, hue.author, status="draft")
    assert "Đang viết" in titles(hue, hue.tutor, status="any")
    for status in ("draft", "archived", "any"):
        hue.learner.get(hue.at("/courses"), query={"status": status}).refused(403)
        Api().get(hue.at("/courses"), query={"status": status}).refused(401)


def test_what_is_published_here_is_seen_at_once(hue: OpenedSpace) -> None:
    assert "Ngay lập tức" not in titles(hue)
    course = published_course(hue, title="Ngay lập tức")
    assert "Ngay lập tức" in titles(hue)
    assert hue.learner.get(course.at("/outline")).ok()["version"] == 1
    republished(course, [section(text_lesson("1", title="Hai"))])
    assert hue.learner.get(course.at("/outline")).ok()["version"] == 2


def test_what_another_container_published_is_found_by_its_address(hue: OpenedSpace) -> None:
    titles(hue)
    course = new_course(hue, "Nơi khác")
    save(course, [section(text_lesson("1"))]).ok()
    titles(hue)
    # Another container's publication: this one's cards know nothing of it for a minute.
    with_stale_cards = published_elsewhere(course)
    assert with_stale_cards.get(course.at("/outline")).ok()["version"] == 1


def published_elsewhere(course: Any) -> Api:
    kept = catalogue._CARDS.get(course.space.slug, lambda: pytest.fail("not warm"))
    course.space.author.post(course.at("/versions")).ok(201)
    catalogue._CARDS.keep(course.space.slug, kept)
    learner: Api = course.space.learner
    return learner


def test_cards_are_read_anew_after_a_minute(aws: Cloud) -> None:
    space = open_space()
    course = published_course(space, title="Một")
    assert titles(space) == ["Một"]
    store.change_head(space.space, course.id, {"title": "Hai"})
    assert titles(space) == ["Một"]
    now = clock.epoch_s()
    clock.set_source(lambda: now + 61.0)
    assert titles(space) == ["Hai"]


def test_reading_costs_nothing_when_warm(hue: OpenedSpace) -> None:
    course = published_course(hue)
    paths = [hue.at("/courses"), *(course.at(each) for each in ("", "/outline", "/outline?version=1"))]
    paths += [course.at(f"/versions/1/lessons/{lesson}{part}") for lesson in ("1", "2") for part in ("", "/files")]
    for path in paths:
        hue.learner.get(path).ok()
    with spending() as spent:
        for path in paths:
            hue.learner.get(path).ok()
    assert [(line["calls"], line["s3_calls"]) for line in spent.lines] == [(0, 0)] * len(paths)
    spent.within_budget()


def test_an_unchanged_answer_is_not_sent_again(hue: OpenedSpace) -> None:
    course = published_course(hue)
    for path in ("/outline", "/versions/1/lessons/1"):
        etag = hue.learner.get(course.at(path)).headers["etag"]
        assert hue.learner.get(course.at(path), headers={"if-none-match": etag}).status == 304


def test_search_needs_no_diacritics_and_all_words(aws: Cloud) -> None:
    space = open_space()
    published_course(space, title="Dữ liệu cá nhân", summary="Luật 91/2025: quyền của bạn.")
    published_course(space, title="Dịch vụ công", summary="Nộp hồ sơ trực tuyến, dữ liệu dân cư.")
    for q, expected in [
        ("du lieu", ["Dịch vụ công", "Dữ liệu cá nhân"]),
        ("DỮ LIỆU  cá", ["Dữ liệu cá nhân"]),
        ("nhan quyen", ["Dữ liệu cá nhân"]),
        ("lieu dan cu", ["Dịch vụ công"]),
        ("lieu xe", []),
        ("   ", ["Dịch vụ công", "Dữ liệu cá nhân"]),
        ("91/2025", ["Dữ liệu cá nhân"]),
    ]:
        assert titles(space, q=q) == expected, q


def test_filters(aws: Cloud) -> None:
    space = open_space()
    published_course(space, title="A", audiences=["citizen", "business"])
    published_course(space, title="B", audiences=["civil_servant"], language="en")
    published_course(space, title="C", audiences=["citizen"], language="en")
    assert titles(space, audience="citizen") == ["A", "C"]
    assert titles(space, audience="citizen", language="en") == ["C"]
    assert titles(space, language="vi") == ["A"]
    assert titles(space, audience="community_team") == []
    assert titles(space, national="true") == []
    assert titles(space, national="false") == ["A", "B", "C"]
    minutes = space.learner.get(space.at("/courses")).ok()["items"][0]["minutes"]
    assert titles(space, most_minutes=minutes) == ["A", "B", "C"]
    assert titles(space, most_minutes=minutes - 1) == []
    found = space.learner.get(space.at("/courses"), query={"limit": 1, "audience": "citizen"}).ok()
    assert (len(found["items"]), found["total"]) == (1, 2)
    for wrong in ({"audience": "x"}, {"status": "x"}, {"limit": 101}, {"sort": "title"}, {"q": "a" * 101}):
        space.learner.get(space.at("/courses"), query=wrong).refused(422)


def test_an_outline_tells_in_which_language_to_read_it_out(hue: OpenedSpace) -> None:
    course = published_course(hue, title="Online safety", language="en")
    assert hue.learner.get(course.at("/outline")).ok()["language"] == "en"


def many(space: OpenedSpace, number: int) -> list[str]:
    """So many published courses, written straight into the store; gives their titles."""
    words = ["Ăn toàn", "An toàn", "Ấn", "Đất đai", "Dữ liệu", "Ơn", "Ô", "Y tế", "Ủng hộ", "Xã"]
    made = [f"{random.Random(at).choice(words)} {at:04d}" for at in range(number)]
    for at, title in enumerate(made):
        head = {"title": title, "summary": "Tóm tắt. " * 20, "language": "vi", "audiences": ["citizen"]}
        shown = {"version": 1, "published_at": clock.timestamp(), "frozen_title": title, "lessons": 1, "minutes": 5}
        times = {"created_at": clock.timestamp(), "updated_at": clock.timestamp()}
        store.create_head(space.space, f"{at:022d}", head | shown | times)
    return made


def test_a_thousand_courses_in_vietnamese_order_page_by_page(aws: Cloud) -> None:
    space = open_space()
    made = many(space, 1_000)
    found, cursor, pages = [], None, 0
    while True:
        query = {"limit": 100} | ({"cursor": cursor} if cursor else {})
        page = space.learner.get(space.at("/courses"), query=query).ok()
        found += [each["title"] for each in page["items"]]
        cursor, pages = page["next"], pages + 1
        if cursor is None:
            break
    assert pages == 10
    assert found == sorted(made, key=vietnamese.collation_key)
    firsts = list(dict.fromkeys(title.rpartition(" ")[0] for title in found))
    assert firsts == ["An toàn", "Ăn toàn", "Ấn", "Dữ liệu", "Đất đai", "Ô", "Ơn", "Ủng hộ", "Xã", "Y tế"]
    with spending() as spent:
        titles(space, q="du lieu 09")
        space.author.get(space.at("/courses"), query={"status": "any"}).ok()
    assert [line["calls"] for line in spent.lines] == [0, 1]


def test_a_cursor_is_of_its_list(hue: OpenedSpace) -> None:
    for title in ("Một", "Hai", "Ba"):
        published_course(hue, title=title)
    cursor = hue.learner.get(hue.at("/courses"), query={"limit": 1}).ok()["next"]
    hue.learner.get(hue.at("/courses"), query={"limit": 1, "cursor": cursor, "language": "vi"}).refused(400)
    hue.learner.get(hue.at("/courses"), query={"cursor": "x"}).refused(400, "bad_cursor")


def test_long_titles_are_paged_too(aws: Cloud) -> None:
    space = open_space()
    for last in "abc":
        published_course(space, title="đ" * 199 + last)
    first = space.learner.get(space.at("/courses"), query={"limit": 2}).ok()
    rest = space.learner.get(space.at("/courses"), query={"limit": 2, "cursor": first["next"]}).ok()
    assert sorted(each["title"][-1] for each in first["items"] + rest["items"]) == ["a", "b", "c"]


def test_a_lessons_files_have_addresses(hue: OpenedSpace) -> None:
    video, vtt, pdf = (uploaded(hue, each, name=f"Tệp {each}") for each in ("video/mp4", "text/vtt", "application/pdf"))
    film = {"file": video, "captions": [{"language": "vi", "label": "Việt", "file": vtt}]}
    course = published_course(
        hue,
        [
            text_lesson("1"),
            {"id": "2", "kind": "video", "title": "Phim", "video": film},
            {"id": "3", "kind": "document", "title": "Đọc", "document": {"files": [pdf]}},
        ],
    )
    found = hue.learner.get(course.at("/versions/1/lessons/2/files")).ok()["items"]
    assert [each["id"] for each in found] == [video, vtt]
    assert found[0]["content_type"] == "video/mp4"
    assert found[0]["size"] == len(CONTENTS["video/mp4"])
    assert found[0]["name"] == "Tệp video/mp4"
    assert f"/{hue.slug}/files/{video}?" in found[0]["url"]
    assert found[0]["expires_at"] > clock.timestamp()
    assert [each["id"] for each in hue.learner.get(course.at("/versions/1/lessons/3/files")).ok()["items"]] == [pdf]
    hue.learner.get(course.at("/versions/1/lessons/9/files")).refused(404, "unknown_lesson")
    assert hue.learner.get(course.at("/versions/1/lessons/2")).ok()["video"]["file"] == video


@pytest.mark.parametrize("path", ["/versions/0/lessons/1", "/versions/x/lessons/1", "/versions/1/lessons/UPPER"])
def test_a_malformed_address_is_nothings(hue: OpenedSpace, path: str) -> None:
    course = published_course(hue)
    hue.learner.get(course.at(path)).refused(404)


def test_a_quiz_is_graded_by_what_was_frozen(hue: OpenedSpace) -> None:
    course = published_course(hue, [text_lesson("1"), quiz_lesson("2")])
    outline = catalogue.outline(hue.space, course.id)
    meter = Meter()
    remembered = METER.set(meter)
    quizzes = [content.quiz(hue.space, outline, "2") for _ in range(2)]
    METER.reset(remembered)
    assert (meter.calls, meter.s3_calls) == (0, 1)
    assert quizzes[1].questions[1].key() == ["a", "c"]
    with pytest.raises(content.NotAQuiz):
        content.quiz(hue.space, outline, "1")
    with pytest.raises(UnknownLesson):
        content.quiz(hue.space, outline, "3")
    with pytest.raises(NotFound):
        content.quiz(Space("khac"), outline, "2")


def test_an_archived_course_is_in_no_shared_cache(hue: OpenedSpace) -> None:
    course = published_course(hue)
    paths = [course.at("/outline?version=1"), course.at("/versions/1/lessons/1")]
    before = [hue.learner.get(path).headers["cache-control"] for path in paths]
    hue.author.post(course.at("/archive")).ok(200)
    after = [hue.learner.get(path).headers["cache-control"] for path in paths]
    assert all(each.startswith("public") for each in before)
    assert all(each.startswith("private") for each in after)
