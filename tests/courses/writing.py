"""Courses being written: a draft saved, files uploaded as S3's form would have put them."""

from __future__ import annotations

import json
from typing import Any

from chalicelib import config
from chalicelib.storage import files
from tests import pictures
from tests.api import Api, Reply
from tests.factories import CourseRef, OpenedSpace

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00" * 64
WEBM = (
    b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x84webm"
    + b"\x00" * 64
)
M4A = b"\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00M4A mp42" + b"\x00" * 64
VTT = "WEBVTT\n\n1\n00:00:01.000 --> 00:00:04.000 line:90%\nXin chào các bạn.\n".encode()
GIF = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"
CONTENTS: dict[str, bytes] = {
    "application/pdf": PDF,
    "video/mp4": MP4,
    "video/webm": WEBM,
    "audio/mpeg": b"\xff\xfb\x90\x64" + b"\x00" * 64,
    "audio/mp4": M4A,
    "text/vtt": VTT,
    "image/png": pictures.png(),
    "image/jpeg": pictures.jpeg(),
    "image/webp": pictures.webp(),
    "image/gif": GIF,
    "application/json": b'{"sections":[]}',
    "application/zip": b"PK\x03\x04" + bytes(26),
    "application/xml": b"<?xml version='1.0'?><assessmentItem/>",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": b"PK\x03\x04" + bytes(26),
    "text/plain": "Câu hỏi? {T}".encode(),
    "text/csv": "Loại,Câu hỏi".encode(),
}


def new_course(space: OpenedSpace, title: str = "An toàn trên mạng", **head: Any) -> CourseRef:
    """A course that nobody has written anything in yet."""
    return CourseRef(space, space.author.post(space.at("/courses"), {"title": title, **head}).ok(201)["id"], 0)


def draft_etag(course: CourseRef) -> str:
    """The validator of the draft as it is."""
    etag: str = course.space.author.get(course.at()).ok()["draft"]["etag"]
    return etag


def save(course: CourseRef, sections: Any, *, by: Api | None = None, etag: str | None = None) -> Reply:
    """Save a draft on the state that ``etag`` names (the present one unless told), in UTF-8 as browsers send it."""
    etag = draft_etag(course) if etag is None else etag
    raw = json.dumps({"sections": sections}, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return (by or course.space.author).put(course.at("/draft"), raw=raw, headers={"if-match": etag})


def section(*lessons: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A section of these lessons."""
    return {"title": "Chương 1", "lessons": list(lessons), **more}


def announce(space: OpenedSpace, content_type: str, content: bytes, **more: Any) -> str:
    """A file that is announced and not uploaded yet; gives its id."""
    body = {"name": "Tệp bài học", "content_type": content_type, "size": len(content), **more}
    file_id: str = space.author.post(space.at("/files"), body).ok(201)["id"]
    return file_id


def put(space: OpenedSpace, file_id: str, content: bytes) -> None:
    """What S3 does with the form: the object is there."""
    key = f"{space.slug}/uploads/{file_id}"
    files.s3().put_object(Bucket=config.current().bucket, Key=key, Body=content)


def uploaded(space: OpenedSpace, content_type: str, content: bytes | None = None, **more: Any) -> str:
    """A file that is uploaded and checked; gives its id."""
    content = CONTENTS[content_type] if content is None else content
    file_id = announce(space, content_type, content, **more)
    put(space, file_id, content)
    space.author.post(space.at(f"/files/{file_id}/completion")).ok(200)
    return file_id


def stored(key: str) -> bool:
    """Whether S3 holds an object."""
    found = files.s3().list_objects_v2(Bucket=config.current().bucket, Prefix=key)
    return any(each["Key"] == key for each in found.get("Contents", []))
