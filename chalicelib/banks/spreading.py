"""Corrected keys of national items, brought to the spaces that use them: a space marks by the newest key that it knows,
and asks nobody else for it when somebody submits.

The job is asked for before the key is corrected: whoever dies in between leaves a job that finds nothing. A space that
cannot be reached keeps no other waiting: a job of its own brings it all keys (``catching_up``).
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import asdict, replace

from chalicelib import config, ids, logs
from chalicelib.banks import refs, store
from chalicelib.banks.refs import Ref
from chalicelib.banks.store import ContentItem
from chalicelib.errors import NotFound, Unavailable
from chalicelib.jobs import queue
from chalicelib.jobs.queue import Run
from chalicelib.storage import acting, spaces
from chalicelib.storage.files import NATIONAL
from chalicelib.storage.spaces import Space
from chalicelib.tenants import registry

CORRECTED = "bank.key-corrected"
CATCH_UP = "bank.keys-catch-up"
_SLICE = 50


def announce(space: Space, ref: Ref) -> None:
    """Have the key that is about to be corrected brought to all spaces that use the item: 1 call; of a space's own
    items, which nobody else uses, 0."""
    if space.slug == config.current().central:
        queue.enqueue(CORRECTED, space.slug, asdict(ref))


def bring(centre: Space, ref: Ref, run: Run, done: int, after: str | None) -> int:
    """Bring it; gives to how many spaces. 4 calls for each; repeating it changes nothing. Raises: GoOn."""
    head = store.head(centre, ref.bank, ref.item)
    if head is None or refs.corrections(head, ref.version) < ref.key:
        run.wait()
        return 0  # it was refused after all
    content = store.contents(centre, [ref])
    while True:
        slugs, after = store.takers(centre, ref.bank, after, _SLICE)
        for slug in slugs:
            with acting.on_behalf_of(slug):
                _bring_to(slug, ref, content)
        done += len(slugs)
        if after is None:
            return done
        run.progress(done, done, {"done": done, "after": after})
        run.go_on_if_late()


def _bring_to(slug: str, ref: Ref, content: Mapping[Ref, ContentItem]) -> None:
    try:
        put(spaces.find(slug), content, [ref])
    except (NotFound, Unavailable):
        if is_closed(slug):
            logs.event("taker.closed", level=logging.WARNING, tenant=slug, bank=ref.bank)
        else:  # its tables are throttled, or just being replaced by restored ones
            again = ids.derived(CATCH_UP, slug, ref.bank, ref.item, str(ref.version), str(ref.key))
            queue.enqueue(CATCH_UP, slug, {"bank": ref.bank}, job_id=again)


def is_closed(slug: str) -> bool:
    """Whether a space is closed for good, or about to be, as the registry has it at this moment: 1 call."""
    record = registry.find(slug)
    return record is None or record.status in ("closing", "closed")


def corrected_since(centre: Space, wanted: Collection[Ref]) -> list[Ref]:
    """With their newest keys, those of the centre's items whose key was corrected after the one that is named: 1 call
    for each hundred, as of now."""
    heads = store.some_heads(centre, {(ref.bank, ref.item) for ref in wanted})
    found = {(ref, refs.corrections(heads[ref.bank, ref.item], ref.version)) for ref in wanted if _of(ref) in heads}
    return [replace(ref, key=key) for ref, key in found if key > ref.key]


def _of(ref: Ref) -> tuple[str, str]:
    return ref.bank, ref.item


def put(space: Space, content: Mapping[Ref, ContentItem], keys: Collection[Ref]) -> None:
    """Keep contents of national items in a space, and that those ``keys`` of them are the newest, when what they lead
    to is there: 1 call for each 25, and 1 for each key. Again, it changes nothing."""
    store.put_contents(space, content, NATIONAL)
    for ref in keys:
        store.note_key(space, ref)
