"""Pictures of questions and replies: uploaded as files of courses are, by whoever writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from chalicelib.courses import uploads
from chalicelib.courses.uploads import File, NewFile, Upload
from chalicelib.errors import refuse_field
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.storage.spaces import Space
from chalicelib.threads import pacing
from chalicelib.threads.models import Attachment, NewPicture, Picture


def announce(space: Space, actor: Actor, new: NewPicture, circumstances: Circumstances) -> Upload:
    """A picture that is to be uploaded: what announcing a file costs, and 1 call. Raises: TooManyPosts, StorageFull,
    UploadsWaiting."""
    pacing.count(space, actor, "files")
    file = NewFile(name=new.name, content_type=new.content_type, size=new.size, purpose=None)
    return uploads.announce(space, file, circumstances)


def complete(space: Space, actor: Actor, file_id: str) -> File:
    """It was uploaded. Raises: NotFound for another's too, NotUploaded, FileRefused."""
    uploads.require_own(space, file_id, actor.person_id)
    return uploads.complete(space, file_id)


def require(space: Space, actor: Actor, file_ids: Sequence[str]) -> list[list[str]]:
    """These pictures as a post keeps them: 1 call when there are any. Raises: InvalidInput."""
    found = uploads.ready(space, file_ids) if file_ids else {}
    for each in file_ids:
        item = found.get(each)
        if item is None or item.by != actor.person_id or item.content_type not in get_args(Picture):
            raise refuse_field(
                "files",
                "not_a_picture",
                "Tệp đính kèm phải là ảnh bạn đã tải lên xong.",
                "What is attached must be pictures that you have uploaded.",
            )
    return [[each, found[each].content_type, found[each].name] for each in file_ids]


def shown(space: Space, files: Sequence[tuple[str, str, str]]) -> list[Attachment]:
    """Pictures with their addresses; signing is local."""
    return [
        Attachment(id=each, name=name, content_type=kind, url=uploads.address(space.slug, each, kind))
        for each, kind, name in files
    ]
