"""The content bucket: whole objects, parts of them, one state of them, and a line that breaks while one is read."""

from __future__ import annotations

import pytest

from chalicelib import config
from chalicelib.errors import NotFound, Unavailable
from chalicelib.storage import files
from chalicelib.storage.lines import LineBroken, Reply
from chalicelib.storage.spaces import Space
from tests.emulated import Cloud
from tests.wire import Passing, steered

CONTENT = "Dữ liệu cá nhân".encode()


@pytest.fixture
def name(aws: Cloud) -> str:
    name = files.key(Space("hue"), "thu", "ban-ghi.txt")
    files.put(name, CONTENT, "text/plain")
    return name


def test_a_key_begins_with_the_tenant() -> None:
    assert files.key(Space("hue"), "a", "b.pdf") == "hue/a/b.pdf"


def test_an_object_is_read_whole_or_in_part(name: str) -> None:
    assert files.get(name) == CONTENT
    assert files.get(name, start=0, length=2) == CONTENT[:2]
    assert files.head(name) == files.StoredFile(len(CONTENT), "text/plain", files.head(name).etag)  # type: ignore[union-attr]


def test_an_object_is_read_in_the_state_that_was_looked_at(name: str) -> None:
    seen = files.head(name)
    assert seen
    assert files.get(name, etag=seen.etag) == CONTENT
    files.put(name, b"khac", "text/plain")
    with pytest.raises(files.Changed):
        files.get(name, etag=seen.etag)


def test_what_is_missing_is_not_found(aws: Cloud) -> None:
    assert files.head("hue/khong-co") is None
    with pytest.raises(NotFound):
        files.get("hue/khong-co")
    files.delete("hue/khong-co")


def test_a_line_that_breaks_while_reading_passes_with_time(name: str) -> None:
    def break_off(passing: Passing) -> Reply:
        raise LineBroken

    with steered(break_off), pytest.raises(Unavailable):
        files.get(name)


def test_an_upload_in_pieces_is_seen_when_it_is_complete(aws: Cloud) -> None:
    name = "hue/xuat/bao-cao.csv"
    upload = files.begin(name, "text/csv")
    pieces = [b"a" * files.PIECE_BYTES, b"b"]
    validators = [files.put_piece(name, upload, number, piece) for number, piece in enumerate(pieces, 1)]
    assert files.head(name) is None
    files.complete(name, upload, validators)
    assert files.get(name) == b"".join(pieces)
    files.abandon(name, upload)


def test_a_copy_of_what_is_temporary_stays(aws: Cloud) -> None:
    """An upload is temporary until it is taken over; the bucket's rules go by the tag."""
    files.put("hue/uploads/a", CONTENT, "text/plain", temporary=True)
    files.copy("hue/uploads/a", "hue/files/a")
    assert files.get("hue/files/a") == CONTENT
    assert _tags("hue/uploads/a") == {"keep": "week"}
    assert _tags("hue/files/a") == {}


def _tags(name: str) -> dict[str, str]:
    told = files.s3().get_object_tagging(Bucket=config.current().bucket, Key=name)["TagSet"]
    return {each["Key"]: each["Value"] for each in told}
