"""National courses: offered once by the centre, adopted with one call, read from one shared version, kept current."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib import ids
from chalicelib.courses import national, store
from chalicelib.storage import files, spaces
from chalicelib.storage.table import TransactionFailed
from tests.api import Api
from tests.courses.writing import new_course, save, section, stored, uploaded
from tests.crashes import killed_at
from tests.emulated import Cloud
from tests.factories import (
    CourseRef,
    OpenedSpace,
    open_space,
    published_course,
    quiz_lesson,
    republished,
    text_lesson,
)
from tests.spending import spending


@pytest.fixture(scope="module")
def centre(aws: Cloud) -> OpenedSpace:
    return open_space("trung-uong", kind="ministry", name="Bộ Khoa học và Công nghệ")


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def video(file_id: str) -> dict[str, object]:
    return {"id": "3", "kind": "video", "title": "Phim", "video": {"file": file_id}}


def touched(file_id: str) -> dict[str, object]:
    picture = {"file": file_id, "alt": "Màn hình", "width": 2, "height": 1}
    area = {"shape": "circle", "x": 0.5, "y": 0.5, "r": 0.1}
    return {"kind": "hot_spot", "prompt": "Chạm", "picture": picture, "areas": [area]}


def offered(centre: OpenedSpace, title: str = "Kỹ năng số cơ bản") -> CourseRef:
    """A course of text, quiz and film with a cover, offered to all."""
    cover, film, seen = uploaded(centre, "image/png"), uploaded(centre, "video/mp4"), uploaded(centre, "image/png")
    lessons = [text_lesson("1"), quiz_lesson("2", questions=[touched(seen)]), video(film)]
    course = published_course(centre, lessons, title=title, cover=cover, audiences=["citizen"], summary="Tóm tắt.")
    answer = centre.author.post(course.at("/offer")).ok(200)
    assert answer == {"course": course.id, "version": 1, "state": "offered", "job": None}
    return course


def adopt(space: OpenedSpace, course: CourseRef, status: int = 201) -> CourseRef:
    adopted = space.author.post(space.at("/courses"), {"adopt": course.id}).ok(status)
    return CourseRef(space, adopted["id"], adopted["version"])


def listed(space: OpenedSpace, **query: Any) -> list[dict[str, object]]:
    found: list[dict[str, object]] = space.tutor.get(space.at("/national-courses"), query={"limit": 100, **query}).ok()[
        "items"
    ]
    return found


def courses(space: OpenedSpace) -> list[str]:
    """The ids of what its learners find."""
    return [each["id"] for each in space.learner.get(space.at("/courses"), query={"limit": 100}).ok()["items"]]


def run_jobs(aws: Cloud) -> None:
    """What the centre has left to do in the background."""
    while aws.run_jobs():
        pass


def course_of(course: CourseRef) -> dict[str, object]:
    found: dict[str, object] = course.space.author.get(course.at()).ok()
    return found


def test_a_space_adopts_with_one_call_and_its_learners_find_the_course(centre: OpenedSpace, hue: OpenedSpace) -> None:
    original = offered(centre, "An toàn số")
    (entry,) = [each for each in listed(hue) if each["id"] == original.id]
    assert (entry["title"], entry["version"], entry["adopted_as"]) == ("An toàn số", 1, None)
    assert f"/national/files/{course_of(original)['cover_file']}" in str(entry["cover"])
    with spending() as spent:
        adopted = adopt(hue, original)
    assert spent.last["s3_calls"] == 0
    assert adopted.id != original.id
    card = hue.learner.get(adopted.at()).ok()
    assert card["title"] == "An toàn số"
    assert card["national"] == {"course": original.id, "version": 1, "latest": 1}
    assert (card["audiences"], card["summary"], card["lessons"]) == (["citizen"], "Tóm tắt.", 3)
    assert adopted.id in courses(hue)
    (entry,) = [each for each in listed(hue) if each["id"] == original.id]
    assert (entry["adopted_as"], entry["adopted_version"]) == (adopted.id, 1)


def test_the_content_is_read_from_the_shared_version(centre: OpenedSpace, hue: OpenedSpace) -> None:
    original = offered(centre)
    adopted = adopt(hue, original)
    outline = hue.learner.get(adopted.at("/outline")).ok()
    theirs = centre.learner.get(original.at("/outline")).ok()
    assert (outline["course"], outline["national"]) == (adopted.id, original.id)
    assert outline["sections"] == theirs["sections"]
    for lesson in ("1", "2", "3"):
        here = hue.learner.get(adopted.at(f"/versions/1/lessons/{lesson}")).ok()
        assert here == centre.learner.get(original.at(f"/versions/1/lessons/{lesson}")).ok()
    (film,) = hue.learner.get(adopted.at("/versions/1/lessons/3/files")).ok()["items"]
    assert f"/national/files/{film['id']}" in film["url"]
    assert stored(f"national/files/{film['id']}")
    (seen,) = hue.learner.get(adopted.at("/versions/1/lessons/2/files")).ok()["items"]
    assert stored(f"national/files/{seen['id']}"), "a question's picture goes where the films go"
    assert "/national/files/" in Api().get(adopted.at("/cover")).headers["location"]
    # Nothing of it lies under the adopter's own prefix, and the centre's file is no file of theirs.
    assert files.names(f"{hue.slug}/courses/{adopted.id}/") == []
    hue.author.get(hue.at(f"/files/{film['id']}")).refused(404)


def test_adopting_twice_is_once(centre: OpenedSpace, hue: OpenedSpace) -> None:
    original = offered(centre)
    with ThreadPoolExecutor(6) as pool:
        replies = list(pool.map(lambda _: hue.author.post(hue.at("/courses"), {"adopt": original.id}), range(6)))
    assert sorted(reply.status for reply in replies) == [200] * 5 + [201]
    assert len({reply.json["id"] for reply in replies}) == 1
    adopt(hue, original, status=200)
    assert courses(hue).count(replies[0].json["id"]) == 1


@pytest.mark.parametrize("call", range(1, 9))
def test_killed_anywhere_adopting_is_finished_by_the_retry(centre: OpenedSpace, hue: OpenedSpace, call: int) -> None:
    original = offered(centre)
    with killed_at(call):
        hue.author.post(hue.at("/courses"), {"adopt": original.id})
    adopted = hue.author.post(hue.at("/courses"), {"adopt": original.id}).ok()
    assert hue.learner.get(hue.at(f"/courses/{adopted['id']}/versions/1/lessons/1")).ok()
    assert courses(hue).count(adopted["id"]) == 1


def test_each_space_has_its_own_course(centre: OpenedSpace) -> None:
    original = offered(centre)
    one, other = open_space(), open_space()
    first, second = adopt(one, original), adopt(other, original)
    assert first.id != second.id
    other.author.get(other.at(f"/courses/{first.id}")).refused(404)
    one.author.post(first.at("/archive")).ok()
    assert other.learner.get(second.at()).ok()["status"] == "published"


def test_an_adopted_course_is_written_by_the_centre_alone(centre: OpenedSpace, hue: OpenedSpace) -> None:
    adopted = adopt(hue, offered(centre))
    assert course_of(adopted)["editable"] is False
    assert course_of(adopted)["draft"] is None
    match = {"if-match": "*"}
    for reply in (
        hue.author.get(adopted.at("/draft")),
        hue.author.put(adopted.at("/draft"), {"sections": []}, headers=match),
        hue.author.patch(adopted.at(), {"title": "Của tôi"}, headers=match),
        hue.author.post(adopted.at("/copies")),
    ):
        assert "trung ương" in reply.refused(409, "adopted_course")["detail"]


def test_what_is_not_offered_cannot_be_adopted(centre: OpenedSpace, hue: OpenedSpace) -> None:
    drafted = new_course(centre)
    for national_id in (drafted.id, published_course(centre).id, published_course(hue).id, ids.derived("x")):
        reply = hue.author.post(hue.at("/courses"), {"adopt": national_id})
        reply.refused(422)
        assert reply.json["errors"][0]["code"] == "not_offered"


def test_only_the_centre_offers(centre: OpenedSpace, hue: OpenedSpace) -> None:
    course = published_course(hue)
    hue.author.post(course.at("/offer")).refused(403)
    hue.admin.delete(course.at("/offer")).refused(403)
    own = published_course(centre)
    for who in (centre.tutor, centre.learner):
        who.post(own.at("/offer")).refused(403)
    centre.author.post(centre.at("/courses"), {"adopt": own.id}).refused(409, "own_course")
    hue.learner.get(hue.at("/national-courses")).refused(403)


def test_only_what_can_be_learned_is_offered(centre: OpenedSpace) -> None:
    drafted = new_course(centre)
    save(drafted, [section(text_lesson())]).ok()
    centre.author.post(drafted.at("/offer")).refused(409, "not_published")
    archived = published_course(centre)
    centre.author.post(archived.at("/archive")).ok()
    centre.author.post(archived.at("/offer")).refused(409, "not_published")


def test_a_new_version_is_offered_and_taken_by_hand(aws: Cloud, centre: OpenedSpace, hue: OpenedSpace) -> None:
    original = offered(centre)
    adopted = adopt(hue, original)
    before = hue.author.get(adopted.at()).headers["etag"]
    assert hue.author.post(adopted.at("/versions")).ok(200)["version"] == 1
    republished(original, [section(text_lesson("1", title="Bản hai"))])
    run_jobs(aws)
    course = course_of(adopted)
    assert course["update_available"]
    assert course["national"] == {"course": original.id, "version": 1, "latest": 2}
    assert hue.author.get(adopted.at()).headers["etag"] != before
    assert hue.learner.get(adopted.at("/outline")).ok()["version"] == 1
    taken = hue.author.post(adopted.at("/versions")).ok(201)
    assert taken["version"] == 2
    assert not course_of(adopted)["update_available"]
    assert hue.learner.get(adopted.at("/outline")).ok()["version"] == 2
    assert hue.learner.get(adopted.at("/versions/2/lessons/1")).ok()["title"] == "Bản hai"
    assert hue.learner.get(adopted.at("/versions/1/lessons/2")).ok()["kind"] == "quiz"
    assert hue.author.post(adopted.at("/versions")).ok(200)["version"] == 2


def test_a_new_version_comes_by_itself_where_the_space_says_so(aws: Cloud, centre: OpenedSpace) -> None:
    original = offered(centre)
    by_itself, by_hand = open_space(national_updates="automatic"), open_space()
    adopted, waiting = adopt(by_itself, original), adopt(by_hand, original)
    republished(original, [section(text_lesson("1", title="Bản hai"))])
    run_jobs(aws)
    assert by_itself.learner.get(adopted.at("/outline")).ok()["version"] == 2
    assert by_hand.learner.get(waiting.at("/outline")).ok()["version"] == 1
    late = adopt(open_space(), original)
    assert late.version == 2
    # The job may come again at any time.
    republished(original, [section(text_lesson("1", title="Bản ba"))])
    run_jobs(aws)
    run_jobs(aws)
    assert by_itself.learner.get(adopted.at("/outline")).ok()["version"] == 3
    assert [each["version"] for each in by_itself.author.get(adopted.at("/versions")).ok()["items"]] == [3, 2, 1]


def test_a_version_may_be_left_out(aws: Cloud, centre: OpenedSpace, hue: OpenedSpace) -> None:
    original = offered(centre)
    adopted = adopt(hue, original)
    for title in ("Hai", "Ba"):
        republished(original, [section(text_lesson("1", title=title))])
    run_jobs(aws)
    assert hue.author.post(adopted.at("/versions")).ok(201)["version"] == 3
    hue.learner.get(adopted.at("/outline"), query={"version": 2}).refused(404)


def test_many_adopters_are_told_in_slices(aws: Cloud, centre: OpenedSpace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.courses.jobs._SLICE", 2)
    original = offered(centre)
    adopted = [adopt(open_space(national_updates="automatic"), original) for _ in range(5)]
    gone, emptied = adopted.pop(), adopted.pop(0)
    emptied.space.space.table("courses").delete("catalogue", emptied.id)
    spaces.platform().table("people").update(
        *spaces.registry_key(gone.space.slug), "SET #s = :closed", {":closed": "closed"}, names={"#s": "status"}
    )
    spaces.directory.forget()
    republished(original, [section(text_lesson("1", title="Bản hai"))])
    run_jobs(aws)
    assert [course_of(each)["version"] for each in adopted] == [2, 2, 2]


def test_two_who_take_a_version_at_once(aws: Cloud, centre: OpenedSpace, hue: OpenedSpace) -> None:
    original = offered(centre)
    adopted = adopt(hue, original)
    republished(original, [section(text_lesson("1", title="Bản hai"))])
    with ThreadPoolExecutor(5) as pool:
        replies = list(pool.map(lambda _: hue.author.post(adopted.at("/versions")), range(5)))
    assert sorted(reply.status for reply in replies) == [200] * 4 + [201]
    assert len(hue.author.get(adopted.at("/versions")).ok()["items"]) == 2


def test_an_offer_withdrawn_leaves_adopters_what_they_have(aws: Cloud, centre: OpenedSpace, hue: OpenedSpace) -> None:
    original = offered(centre)
    late = open_space()
    adopted = adopt(hue, original)
    for _ in range(2):
        assert centre.author.delete(original.at("/offer")).ok(200)["state"] == "withdrawn"
    assert original.id not in [each["id"] for each in listed(late)]
    late.author.post(late.at("/courses"), {"adopt": original.id}).refused(422)
    republished(original, [section(text_lesson("1", title="Bản hai"))])
    run_jobs(aws)
    assert hue.author.post(adopted.at("/versions")).ok(200)["version"] == 1
    assert hue.learner.get(adopted.at("/versions/1/lessons/3/files")).ok()["items"]
    # Offered again, it goes on from the newest version.
    centre.author.post(original.at("/offer")).ok(200)
    run_jobs(aws)
    assert hue.author.post(adopted.at("/versions")).ok(201)["version"] == 2


def test_a_course_of_many_files_is_copied_by_a_job(
    aws: Cloud, centre: OpenedSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(national, "AT_ONCE_FILES", 1)
    films = [uploaded(centre, "video/mp4") for _ in range(3)]
    document = {"kind": "document", "title": "Đọc", "document": {"files": [uploaded(centre, "application/pdf")]}}
    lessons = [{**video(each), "id": str(at)} for at, each in enumerate(films)]
    course = published_course(centre, [*lessons, document])
    answer = centre.author.post(course.at("/offer")).ok(202)
    assert (answer["state"], answer["version"]) == ("copying", None)
    assert course.id not in [each["id"] for each in listed(centre)]
    run_jobs(aws)
    job = centre.author.get(centre.at(f"/jobs/{answer['job']}")).ok()
    assert (job["state"], job["done"], job["total"]) == ("done", 6, 6)
    assert course.id in [each["id"] for each in listed(centre)]
    assert all(stored(f"national/files/{each}") for each in films)


@pytest.mark.parametrize("call", [*range(1, 26, 2)])
def test_killed_anywhere_offering_is_finished_by_the_retry(
    aws: Cloud, centre: OpenedSpace, hue: OpenedSpace, call: int
) -> None:
    film = uploaded(centre, "video/mp4")
    course = published_course(centre, [video(film)])
    with killed_at(call):
        centre.author.post(course.at("/offer"))
    assert centre.author.post(course.at("/offer")).ok(200)["version"] == 1
    run_jobs(aws)
    adopted = adopt(hue, course)
    assert adopted.space.learner.get(adopted.at("/versions/1/lessons/3/files")).ok()["items"]


def test_an_adopter_of_the_old_version_hears_of_one_whose_publication_was_cut_short(
    aws: Cloud, centre: OpenedSpace, hue: OpenedSpace
) -> None:
    original = offered(centre)
    adopted = adopt(hue, original)
    save(original, [section(text_lesson("1", title="Bản hai"))]).ok()
    for call in range(7, 20):
        with killed_at(call) as kill:
            centre.author.post(original.at("/versions"))
        if not kill.happened:
            break
    centre.author.post(original.at("/versions")).ok(200)
    run_jobs(aws)
    assert course_of(adopted)["update_available"]


def test_a_new_description_is_offered_anew(aws: Cloud, centre: OpenedSpace) -> None:
    original = offered(centre)
    centre.author.patch(original.at(), {"summary": "Mới"}, headers={"if-match": "*"}).ok()
    centre.author.post(original.at("/offer")).ok(200)
    (entry,) = [each for each in listed(centre) if each["id"] == original.id]
    assert entry["summary"] == "Mới"


def test_the_national_list_is_searched_and_paged(centre: OpenedSpace, hue: OpenedSpace) -> None:
    for title in ("Đọc báo điện tử", "Đi chợ điện tử", "Ăn uống lành mạnh"):
        offered(centre, title)
    assert listed(hue, q="dien tu lanh") == []
    assert [each["title"] for each in listed(hue, q="cho dien tu")] == ["Đi chợ điện tử"]
    first = hue.author.get(hue.at("/national-courses"), query={"q": "dien tu", "limit": 1}).ok()
    query = {"q": "dien tu", "limit": 5, "cursor": first["next"]}
    rest = hue.author.get(hue.at("/national-courses"), query=query).ok()["items"]
    assert [each["title"] for each in first["items"] + rest] == ["Đi chợ điện tử", "Đọc báo điện tử"]
    listed(hue)
    with spending() as spent:
        listed(hue)
    assert spent.last["calls"] == 0
    spent.within_budget()


def test_an_older_version_never_replaces_a_newer_offer(centre: OpenedSpace) -> None:
    original = offered(centre)
    old = store.offer(original.id) or {}
    republished(original, [section(text_lesson("1", title="Bản hai"))])
    with pytest.raises(TransactionFailed):
        store.put_offer(centre.space, original.id, {name: old[name] for name in old if name not in ("pk", "sk")})
    assert (store.offer(original.id) or {})["version"] == 2
