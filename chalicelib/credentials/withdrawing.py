"""A key that fell into others' hands: nothing that it signed is believed any more, and all that it signed for us is
signed anew, under the same numbers.

What a signature says of its own time whoever has the key may write as they please, so a thief's signature cannot be
told from ours by its date: all of them fail. What we issued stands in our register, so that is signed by another key.
The job asks for it, and the stream signs: jobs cannot open what signs credentials.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

from chalicelib import clock, ids
from chalicelib.credentials import addresses, keys, register, store
from chalicelib.credentials.models import Withdrawal
from chalicelib.errors import refuse_field
from chalicelib.http.permissions import MANAGE_SPACE
from chalicelib.jobs import queue, streams
from chalicelib.jobs.queue import GoOn, Job, Run
from chalicelib.learning.models import instant
from chalicelib.storage import spaces
from chalicelib.storage.changes import Batch
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed

SIGN = "credentials.sign-anew"
_SLICE = 100
_LOOKS_AGAIN_S = 70  # a container that does not know of it yet signs with the old key for a minute
_LOOKS = 10


def withdraw(slug: str, key_id: str, since: datetime | None, actor_id: str, allowance: keys.Allowance) -> Withdrawal:
    """Withdraw a key, and have signed anew what it signed: some 4 calls, and 1 to KMS. Repeating it changes nothing.

    Raises: NotFound, InvalidInput, TooManyWithdrawals, TooManyKeys, Unavailable.
    """
    now = clock.now()
    if since and since > now:
        raise refuse_field(
            "since",
            "time_to_come",
            "Thời điểm này chưa tới. Hãy ghi thời điểm khoá bị lộ, hoặc bỏ trống nếu không rõ.",
            "That time is still to come. Say when the key leaked, or leave it out.",
        )
    told = keys.withdraw(slug, key_id, int((since or now).timestamp()), allowance)
    job_id = None
    if spaces.directory.find(slug):  # of a closed one each is signed anew when somebody asks for it
        job_id = ids.derived(SIGN, slug, key_id)
        queue.enqueue(SIGN, slug, {"key": key_id}, job_id=job_id, actor=actor_id)
    return Withdrawal(key=key_id, since=instant(told), job=job_id)


@queue.handles(SIGN, shown_to=MANAGE_SPACE)
def ask(job: Job, run: Run) -> None:
    """Look through all that the space has issued, ask for what needs it, and look again until nothing does: 3 calls for
    a hundred, and 1 for each that is asked for. What nobody holds, as after a restore, is signed when it is asked for.
    """
    space = spaces.find(job.tenant)
    keys.look_again(space.slug)
    at: dict[str, Any] = {"place": "", "looked": 0, "asked": 0, "look": 1, **job.checkpoint}
    total = int((store.places(space.slug) or {"n": 0})["n"])
    while True:
        rows = store.issued_after(space, at["place"] or None, _SLICE)
        asked = _ask(space, [str(each["cs"]).partition("#")[2] for each in rows.items])
        at = {**at, "looked": at["looked"] + len(rows.items), "asked": at["asked"] + asked}
        if rows.after is None:
            break
        at["place"] = rows.after["cs"]
        run.progress(at["looked"], max(total, at["looked"]), at)
        run.go_on_if_late()
    if at["asked"] and at["look"] < _LOOKS:
        run.progress(total - at["asked"], total, {"place": "", "looked": 0, "asked": 0, "look": at["look"] + 1})
        raise GoOn(in_s=_LOOKS_AGAIN_S)
    run.progress(at["looked"], at["looked"])
    run.result = {"looked": at["looked"], "left": at["asked"]}


@streams.reacts
def sign(space: Space, batch: Batch) -> None:
    """Sign anew what was asked for. 0 calls for a batch without any; else 1, and 3 and some 20 ms for each."""
    found = [
        change.sk.removeprefix(store.HELD)
        for change in batch.changes
        if change.sk.startswith(store.HELD) and change.old and change.new
        if change.new.get("sign") != change.old.get("sign")
    ]
    if found:
        keys.look_again(space.slug)  # this process may not know of it yet
    for credential_id in dict.fromkeys(found):
        register.find_signed(addresses.number(space.slug, credential_id))


def _ask(space: Space, credential_ids: list[str]) -> int:
    found = register.several(space.slug, credential_ids)
    needing = [each for each, issued in found.items() if register.needs_signing(space.slug, issued)]
    owners = store.owners(space, needing) if needing else {}
    for credential_id, person_id in owners.items():
        with suppress(ConditionFailed):  # it moved to another account just now: the next look finds it
            store.ask_to_sign(space, person_id, credential_id, clock.epoch_s())
    return len(owners)
