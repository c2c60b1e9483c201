"""Corrected keys of national items, brought to the spaces that use them: a space marks by the newest key that it knows,
and asks nobody else for it when somebody submits.

The job is asked for before the key is corrected: whoever dies in between leaves a job that finds nothing.
"""

from __future__ import annotations

import logging
from dataclasses import asdict

from chalicelib import config, logs
from chalicelib.banks import refs, store
from chalicelib.banks.refs import Ref
from chalicelib.errors import NotFound
from chalicelib.jobs import queue
from chalicelib.jobs.queue import Run
from chalicelib.storage import acting, spaces
from chalicelib.storage.files import NATIONAL
from chalicelib.storage.spaces import Space

CORRECTED = "bank.key-corrected"
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
            try:
                with acting.on_behalf_of(slug):
                    space = spaces.find(slug)
                    store.put_contents(space, content, NATIONAL)
                    store.note_key(space, ref)  # when what it leads to is there
            except NotFound:  # closed: one such space must not keep the others waiting
                logs.event("taker.missing", level=logging.WARNING, tenant=slug, bank=ref.bank)
        done += len(slugs)
        if after is None:
            return done
        run.progress(done, done, {"done": done, "after": after})
        run.go_on_if_late()
