"""All corrected keys brought to one space anew: to one whose tables were restored to a time before some were corrected,
and to one that could not be reached when one was (``spreading``).

What the space has taken over says which keys it needs; by whom a bank is used stands with the centre, and outlives a
restore of the space.
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib import config, ids
from chalicelib.banks import national, refs, spreading, store
from chalicelib.banks.refs import Ref
from chalicelib.banks.store import ContentItem
from chalicelib.errors import NotFound, Unavailable
from chalicelib.jobs import queue
from chalicelib.jobs.queue import Job, Run
from chalicelib.storage import spaces
from chalicelib.storage.spaces import Space
from chalicelib.tenants import registry

_SLICE = 50


def after_restore(slug: str, begun_at: str) -> None:
    """Have a space whose tables are in place again hear of all keys: 1 call. Of one restore it is asked for once."""
    if slug != config.current().central:
        queue.enqueue(spreading.CATCH_UP, slug, {}, job_id=ids.derived(spreading.CATCH_UP, slug, begun_at))


@queue.handles(spreading.CATCH_UP, crosses="centre")
def catch_up(job: Job, run: Run) -> None:
    """Bring all keys, or those of one bank: 5 calls for each 50 contents that the space has, and 1 for each key.
    Repeating it changes nothing. Raises: GoOn, Unavailable while the space's tables are not there."""
    if spreading.is_closed(job.tenant):
        return
    try:
        _bring(spaces.find(job.tenant), job, run)
    except NotFound:
        raise Unavailable from None  # tried again; if they stay away, the job fails where the staff sees it


def _bring(space: Space, job: Job, run: Run) -> None:
    bank_id, after = str(job.checkpoint.get("bank", "")), job.checkpoint.get("after")
    brought = int(job.checkpoint.get("brought", 0))
    for each in [job.payload["bank"]] if "bank" in job.payload else _used(space):
        if each < bank_id:
            continue
        after = after if each == bank_id else None
        while True:
            page = store.all_contents(space, each, after, _SLICE)
            brought += _bring_keys(space, [refs.of_content(each, row.sk) for row in page.items])
            after = page.after
            if after is None:
                break
            run.progress(brought, brought, {"bank": each, "after": after, "brought": brought})
            run.go_on_if_late()
    run.result = {"keys": brought}


def _used(space: Space) -> list[str]:
    """The national banks that a space uses, in order; of a centre that has no space yet, none."""

    def read(centre: Space) -> list[str]:
        return store.used_by(centre, space.slug) if registry.find(centre.slug) else []

    return national.in_the_centre(read)


def _bring_keys(space: Space, taken: list[Ref]) -> int:
    """Whatever key the space has of these: it may have a content of which it does not know that it is the newest."""

    def read(centre: Space) -> dict[Ref, ContentItem]:
        newest = spreading.corrected_since(centre, {replace(ref, key=0) for ref in taken})
        return store.contents(centre, newest)

    content = national.in_the_centre(read)
    spreading.put(space, content, list(content))
    return len(content)
