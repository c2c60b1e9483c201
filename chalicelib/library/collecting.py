"""Collections: the staff keep all of them at once, in the order in which they are shown."""

from __future__ import annotations

from collections import Counter

from chalicelib.errors import Conflict, PreconditionFailed
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.library import shelf, store
from chalicelib.library.models import CollectionsToKeep, LibraryCollection, LibraryCollections
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed


class CollectionInUse(Conflict):
    """A collection that has documents cannot be left out."""

    code = "collection_in_use"
    vi = "Bộ sưu tập “{title}” còn tài liệu. Hãy chuyển tài liệu đi trước khi bỏ."
    en = 'The collection "{title}" has documents. Move them before it is left out.'


def titles(space: Space) -> dict[str, str]:
    """All collections by id: 1 call."""
    return _titles(store.collections(space))


def _titles(item: Item) -> dict[str, str]:
    return {each["id"]: each["title"] for each in item.get("all", ())}


def etag(item: Item) -> str:
    """The validator of all collections: it counts their changes."""
    return f'"{item.get("v", 0)}"'


def read(space: Space, actor: Actor | None) -> tuple[LibraryCollections, str]:
    """All collections with what a reader may find in each, and their validator: 1 call when warm. Raises:
    Unauthenticated."""
    documents = shelf.seen_by(space, actor)
    return _shown(store.collections(space), Counter(each.collection for each in documents))


def _shown(item: Item, counts: Counter[str | None]) -> tuple[LibraryCollections, str]:
    found = [LibraryCollection(id=each, title=title, documents=counts[each]) for each, title in _titles(item).items()]
    return LibraryCollections(collections=found), etag(item)


def keep(
    space: Space, actor: Actor, wanted: CollectionsToKeep, circumstances: Circumstances
) -> tuple[LibraryCollections, str]:
    """All collections in place of those that were read (``If-Match``): 2 calls and those of a list of all documents.
    A document that joins one while it is left out is shown without any.

    Raises: PreconditionRequired, PreconditionFailed, CollectionInUse.
    """
    before = store.collections(space)
    circumstances.require_match(etag(before))
    shelf.forget(space)
    counts = Counter(each.collection for each in shelf.seen_by(space, actor))
    kept = [
        {"id": each.id or circumstances.new_id(space.slug, str(at)), "title": each.title}
        for at, each in enumerate(wanted.collections)
    ]
    left_out = _titles(before).keys() - {each["id"] for each in kept}
    for each in sorted(left_out & counts.keys()):
        raise CollectionInUse(title=_titles(before)[each])
    try:
        store.keep_collections(space, kept, before.get("v", 0))
    except ConditionFailed:
        raise PreconditionFailed from None
    return _shown({"all": kept, "v": before.get("v", 0) + 1}, counts)
