"""Documents that lessons name: what courses ask before they publish such a lesson (``courses/named_documents.py``)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from chalicelib.courses import named_documents
from chalicelib.courses.outline import FileFacts
from chalicelib.library import store
from chalicelib.library.shelf import Document
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import TransactionFailed


@named_documents.finds
def published(space: Space, document_ids: Collection[str]) -> dict[str, FileFacts]:
    """Those of these documents that lessons may name, as they are now: one Query for each megabyte of the library."""
    wanted = set(document_ids)
    found = [Document.of(item) for item in store.documents(space) if item["sk"].removeprefix("doc#") in wanted]
    return {
        each.id: FileFacts(each.title, each.content_type or "", each.size)
        for each in found
        if each.status == "published"
    }


@named_documents.holds
def lend(space: Space, course_id: str, title: str, lessons: Mapping[str, Sequence[str]]) -> bool:
    """Note which lessons name which document, so that none of these is deleted. Gives whether all were still there."""
    try:
        store.lend(space, course_id, title, lessons)
    except TransactionFailed:
        return False
    return True
