"""Files: announced, uploaded straight to S3, and looked at before they count."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ClientError

from chalicelib import clock, ids
from chalicelib.courses.file_types import SNIFFED_BYTES, TYPES, is_webvtt
from chalicelib.storage import files
from tests import pictures
from tests.courses.writing import CONTENTS, announce, put, stored, uploaded
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space

NEW: dict[str, Any] = {"name": "Phiếu\u0301 kiểm tra.pdf", "content_type": "application/pdf", "size": 1_000}


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def test_the_form_is_of_this_file_alone(hue: OpenedSpace, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def sign(**parameters: Any) -> dict[str, Any]:
        asked.update(parameters)
        return {"url": "https://s3.example", "fields": {"key": parameters["Key"]}}

    monkeypatch.setattr(files.s3(), "generate_presigned_post", sign)
    reply = hue.author.post(hue.at("/files"), NEW).ok(201)
    assert reply["upload"]["fields"]["key"] == f"{hue.slug}/uploads/{reply['id']}"
    assert {"Content-Type": "application/pdf"} in asked["Conditions"]
    assert ["content-length-range", 1, 1_000] in asked["Conditions"]
    assert {"tagging": asked["Fields"]["tagging"]} in asked["Conditions"]
    assert "<Key>keep</Key><Value>week</Value>" in asked["Fields"]["tagging"]
    assert asked["ExpiresIn"] == 900


def test_a_file_is_announced_once(hue: OpenedSpace) -> None:
    key = {"idempotency-key": "file"}
    first, again = (hue.author.post(hue.at("/files"), NEW, headers=key).ok(201) for _ in range(2))
    assert first["id"] == again["id"]


@pytest.mark.parametrize("content_type", TYPES)
def test_each_type_has_its_limit(hue: OpenedSpace, content_type: str) -> None:
    limit = TYPES[content_type].max_bytes
    hue.author.post(hue.at("/files"), NEW | {"content_type": content_type, "size": limit}).ok(201)
    reply = hue.author.post(hue.at("/files"), NEW | {"content_type": content_type, "size": limit + 1})
    (error,) = reply.refused(422)["errors"]
    assert (error["field"], error["code"]) == ("size", "file_too_large")
    assert str(limit // 1_000_000) in error["detail"]


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"content_type": "image/svg+xml"}, {"content_type"}),
        ({"content_type": "text/html", "size": 0, "name": ""}, {"content_type", "size", "name"}),
        ({"name": "a" * 201}, {"name"}),
        ({"purpose": "cover"}, {"purpose"}),
        ({"purpose": "captions"}, {"purpose"}),
        ({"key": "hue/files/x"}, {"key"}),
    ],
)
def test_every_bad_field_is_named(hue: OpenedSpace, wrong: dict[str, Any], fields: set[str]) -> None:
    reply = hue.author.post(hue.at("/files"), NEW | wrong)
    reply.refused(422)
    assert reply.bad_fields == fields


@pytest.mark.parametrize("content_type", CONTENTS)
def test_what_is_what_it_says_is_ready(hue: OpenedSpace, content_type: str) -> None:
    content = CONTENTS[content_type]
    file_id = announce(hue, content_type, content, name="  Tê\u0301p\u202e bài  học ")
    pending = hue.author.get(hue.at(f"/files/{file_id}")).ok()
    assert (pending["state"], pending["url"]) == ("pending", None)
    assert pending["name"] == "Tếp bài học"
    hue.author.post(hue.at(f"/files/{file_id}/completion")).refused(409, "not_uploaded")
    put(hue, file_id, content)
    done = hue.author.post(hue.at(f"/files/{file_id}/completion")).ok(200)
    assert (done["state"], done["size"], done["content_type"]) == ("ready", len(content), content_type)
    assert f"/{hue.slug}/files/{file_id}" in done["url"]
    assert parse_qs(urlsplit(done["url"]).query)["response-content-type"] == [content_type]
    assert hue.author.post(hue.at(f"/files/{file_id}/completion")).ok(200)["state"] == "ready"


HTML = b"<html><script>alert(1)</script></html>"


@pytest.mark.parametrize(
    ("content_type", "content"),
    [
        # Any text is a text, whatever it says: it is given out as one.
        *[(content_type, HTML) for content_type in CONTENTS if content_type not in ("text/plain", "text/csv")],
        (
            "application/xml",
            b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><assessmentItem/></html>",
        ),
        *[(content_type, CONTENTS["image/png"]) for content_type in CONTENTS if content_type != "image/png"],
        ("image/png", CONTENTS["image/png"][1:]),
        ("image/jpeg", CONTENTS["image/webp"]),
        ("image/webp", b"RIFF\0\0\0\0AVI LIST"),
        ("video/webm", CONTENTS["video/webm"].replace(b"webm", b"matr")),
        ("video/mp4", b"ftyp" * 10),
        ("video/mp4", b"\0\0\0\x1cftypavif\0\0\0\0avifmif1iso8" + b"\0" * 40),
        ("video/mp4", b"\0\0\0\x14ftypqt  \0\0\0\0qt  " + b"\0" * 40),
        ("video/mp4", CONTENTS["audio/mp4"].replace(b"mp42", b"M4B ")),
        ("audio/mpeg", b"\xff\xf1\x50\x80" + bytes(64)),  # AAC begins nearly alike
        ("application/pdf", b"MZ%PDF-1.7"),
        ("application/json", b"[1]"),
        ("text/vtt", b"WEBVTTX\n\n00:01.000 --> 00:02.000\nx"),
        ("text/vtt", b"WEBVTT\n\n"),
        ("text/vtt", b"WEBVTT\n\n00:02.000 --> 00:01.000\nx"),
        ("text/vtt", b"WEBVTT\n\n00:01 --> 00:02\nx"),
        ("text/vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\n\xff\xfe"),
    ],
    ids=lambda value: value if isinstance(value, str) else str(len(value)),
)
def test_a_file_that_lies_is_removed(hue: OpenedSpace, content_type: str, content: bytes) -> None:
    file_id = announce(hue, content_type, content)
    put(hue, file_id, content)
    hue.author.post(hue.at(f"/files/{file_id}/completion")).refused(422, "file_refused")
    assert not any(stored(f"{hue.slug}/{folder}/{file_id}") for folder in ("files", "uploads"))
    hue.author.get(hue.at(f"/files/{file_id}")).refused(404)
    hue.author.post(hue.at(f"/files/{file_id}/completion")).refused(404)


def test_a_form_that_is_still_good_changes_nothing_that_was_looked_at(hue: OpenedSpace) -> None:
    file_id = uploaded(hue, "image/png")
    assert not stored(f"{hue.slug}/uploads/{file_id}")
    put(hue, file_id, HTML)
    again = hue.author.post(hue.at(f"/files/{file_id}/completion")).ok(200)
    assert again["size"] == len(CONTENTS["image/png"])
    assert files.get(f"{hue.slug}/files/{file_id}") == CONTENTS["image/png"]


def test_what_is_replaced_before_it_is_looked_at_is_not_taken(
    hue: OpenedSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_id = announce(hue, "image/png", CONTENTS["image/png"])
    put(hue, file_id, CONTENTS["image/png"])
    real = files.get

    def replaced(*given: Any, **more: Any) -> bytes:
        put(hue, file_id, HTML)
        return real(*given, **more)

    with monkeypatch.context() as patched:
        patched.setattr(files, "get", replaced)
        hue.author.post(hue.at(f"/files/{file_id}/completion")).refused(409, "not_uploaded")
    assert not stored(f"{hue.slug}/files/{file_id}")
    hue.author.post(hue.at(f"/files/{file_id}/completion")).refused(422, "file_refused")


def test_what_is_replaced_after_it_was_looked_at_is_not_taken(
    hue: OpenedSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_id = announce(hue, "image/png", CONTENTS["image/png"])
    put(hue, file_id, CONTENTS["image/png"])
    seen = files.head(f"{hue.slug}/uploads/{file_id}")

    def copy_object(**asked: Any) -> None:
        # The emulator copies whatever the condition says; S3 refuses (CopyObject, x-amz-copy-source-if-match).
        assert seen
        assert asked["CopySourceIfMatch"] == seen.etag
        raise ClientError({"Error": {"Code": "PreconditionFailed"}}, "CopyObject")

    with monkeypatch.context() as patched:
        patched.setattr(files.s3(), "copy_object", copy_object)
        hue.author.post(hue.at(f"/files/{file_id}/completion")).refused(409, "not_uploaded")
    assert hue.author.get(hue.at(f"/files/{file_id}")).ok()["state"] == "pending"


def test_two_who_complete_at_once_are_told_alike(hue: OpenedSpace, monkeypatch: pytest.MonkeyPatch) -> None:
    file_id = announce(hue, "image/png", CONTENTS["image/png"])
    put(hue, file_id, CONTENTS["image/png"])
    at = hue.at(f"/files/{file_id}/completion")
    real = files.head

    def overtaken(name: str) -> Any:
        monkeypatch.setattr(files, "head", real)
        hue.author.post(at).ok(200)
        return real(name)

    monkeypatch.setattr(files, "head", overtaken)
    assert hue.author.post(at).ok(200)["state"] == "ready"


def test_an_upload_beyond_the_limit_is_removed(hue: OpenedSpace) -> None:
    content = CONTENTS["text/vtt"] + b"\n" * 1_000_000
    file_id = announce(hue, "text/vtt", CONTENTS["text/vtt"])
    put(hue, file_id, content)
    hue.author.post(hue.at(f"/files/{file_id}/completion")).refused(422, "file_refused")
    assert not any(stored(f"{hue.slug}/{folder}/{file_id}") for folder in ("files", "uploads"))


def test_captions_are_read_to_their_end(hue: OpenedSpace) -> None:
    good = b"WEBVTT\n\n" + b"00:01.000 --> 00:02.000\nx\n\n" * SNIFFED_BYTES
    uploaded(hue, "text/vtt", good)
    bad = good + b"00:03.000 --> 00:02.000\nx\n"
    file_id = announce(hue, "text/vtt", bad)
    put(hue, file_id, bad)
    hue.author.post(hue.at(f"/files/{file_id}/completion")).refused(422)


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nx", True),
        ("\ufeffWEBVTT - Bài 1\r\n\r\n100:00:01.000 --> 100:00:02.000 align:start\r\nx", True),
        ("WEBVTT\n\nNOTE a --> b\n\n00:01.000 --> 00:02.000\nx", False),
        ("WEBVTT\n\n00:61.000 --> 01:02.000\nx", False),
        ("00:01.000 --> 00:02.000", False),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n\0", False),
        ("", False),
    ],
)
def test_webvtt(text: str, good: bool) -> None:
    assert is_webvtt(text.encode()) is good


def test_an_upload_never_completed_is_forgotten(hue: OpenedSpace) -> None:
    file_id = announce(hue, "image/png", pictures.png())
    now = clock.epoch_s()
    clock.set_source(lambda: now + 24 * 3600 - 10.0)
    author = hue.author
    author.get(hue.at(f"/files/{file_id}")).ok()
    clock.set_source(lambda: now + 24 * 3600 + 1.0)
    hue.author.get(hue.at(f"/files/{file_id}")).refused(404)


def test_a_ready_file_stays(hue: OpenedSpace) -> None:
    file_id = uploaded(hue, "image/png")
    now = clock.epoch_s()
    clock.set_source(lambda: now + 400.0 * 24 * 3600)
    assert hue.author.get(hue.at(f"/files/{file_id}")).ok()["state"] == "ready"


def test_another_spaces_file_is_not_here(hue: OpenedSpace) -> None:
    foreign = uploaded(open_space(), "image/png")
    missing = hue.author.get(hue.at(f"/files/{ids.derived('không có')}")).refused(404)
    for reply in (
        hue.author.get(hue.at(f"/files/{foreign}")),
        hue.author.post(hue.at(f"/files/{foreign}/completion")),
    ):
        assert reply.refused(404)["detail"] == missing["detail"]
    cover = hue.author.post(hue.at("/courses"), {"title": "a", "cover": foreign})
    cover.refused(422)
    assert cover.bad_fields == {"cover"}


def test_only_those_who_write_courses_upload(hue: OpenedSpace) -> None:
    file_id = uploaded(hue, "image/png")
    for who in (hue.tutor, hue.learner):
        who.post(hue.at("/files"), NEW).refused(403)
        who.get(hue.at(f"/files/{file_id}")).refused(403)
        who.post(hue.at(f"/files/{file_id}/completion")).refused(403)
