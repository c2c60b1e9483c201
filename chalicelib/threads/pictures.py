"""Pictures of questions and replies: uploaded as files of courses are, by whoever writes.

Neither what the camera noted (``courses/bare_pictures.py``) nor what the file was called is kept: both tell of people
and places.
"""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.courses import uploads
from chalicelib.courses.uploads import File, NewFile, Upload
from chalicelib.errors import refuse_field
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.storage.spaces import Space
from chalicelib.threads import pacing
from chalicelib.threads.models import Attachment, NewPicture

_ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


def announce(space: Space, actor: Actor, new: NewPicture, circumstances: Circumstances) -> Upload:
    """A picture that is to be uploaded: what announcing a file costs, and 1 call. Raises: TooManyPosts, StorageFull,
    UploadsWaiting."""
    pacing.count(space, actor, "files")
    file = NewFile(name=_name(1, new.content_type), content_type=new.content_type, size=new.size, purpose="thread")
    return uploads.announce(space, file, circumstances)


def complete(space: Space, actor: Actor, file_id: str) -> File:
    """It was uploaded. Raises: NotFound for another's too, NotUploaded, FileRefused."""
    uploads.require_own(space, file_id, actor.person_id)
    return uploads.complete(space, file_id)


def require(space: Space, actor: Actor, file_ids: Sequence[str]) -> list[list[str]]:
    """These pictures as a post keeps them: 1 call when there are any. Raises: InvalidInput."""
    found = uploads.ready(space, file_ids, "thread") if file_ids else {}
    for each in file_ids:
        item = found.get(each)
        if item is None or item.by != actor.person_id:
            raise refuse_field(
                "files",
                "not_a_picture",
                "Tệp đính kèm phải là ảnh bạn đã tải lên xong.",
                "What is attached must be pictures that you have uploaded.",
            )
    return [[each, found[each].content_type] for each in file_ids]


def shown(space: Space, files: Sequence[tuple[str, str]]) -> list[Attachment]:
    """Pictures with their addresses, called by their place; signing is local."""
    return [
        Attachment(id=each, name=_name(place, kind), content_type=kind, url=uploads.address(space.slug, each, kind))
        for place, (each, kind) in enumerate(files, 1)
    ]


def _name(place: int, content_type: str) -> str:
    return f"anh-{place}.{_ENDINGS[content_type]}"
