"""Results on their way to apps, in the people table: keys, and one function per access pattern.

| item | pk, sk | holds |
|---|---|---|
| message | ``message#<id>``, ``message`` | what is told of whom to which app, its state, tries, last answer; index |
| ticket | ``outbox#<app>``, ``<due, 10 digits>#<id>`` | that a message waits, and until when |
| courier | ``apps``, ``webhook#<app>`` | who delivers (``run``, ``open``, ``woken``), and the secrets that sign |

A message waits exactly as long as it has a ticket: both change in one transaction. What is delivered or parked is in
the index ``outbox#<app>#<state>`` as what waits is, and is forgotten after a while.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from chalicelib import clock
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed, Rows, Table, TransactionFailed, transact

State = Literal["waiting", "delivered", "parked"]
KEPT_S: Mapping[State, int] = {"delivered": 30 * 86_400, "parked": 180 * 86_400}
_MESSAGE = "message"
_INDEX = "listed"


@dataclass(frozen=True, slots=True)
class Message:
    """One result for one app. ``since`` is when it was begun to be sent, ``due`` when the next try is; epoch
    seconds."""

    id: str
    app_id: str
    person_id: str
    kind: str
    data: Mapping[str, Any]
    at: int
    state: State
    since: int
    due: int
    tries: int = 0
    answer: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, item: Item) -> Message:
        """A stored message."""
        return cls(
            id=item["pk"].removeprefix("message#"), app_id=item["app"], person_id=item["person"], kind=item["kind"],
            data=item["data"], at=item["at"], state=item["state"], since=item["since"], due=item["due"],
            tries=item["tries"], answer=item.get("answer"),
        )  # fmt: skip


def add(space: Space, message: Message) -> bool:
    """A new message and its ticket: one transaction, 4 WCU and the index. ``False`` when it is there already."""
    pk, sk = _key(message.id)
    item = {
        "pk": pk, "sk": sk, "app": message.app_id, "person": message.person_id, "kind": message.kind,
        "data": dict(message.data), "at": message.at, "state": message.state, "since": message.since,
        "due": message.due, "tries": 0, **_listed(message, "waiting"),
    }  # fmt: skip
    try:
        transact(
            [_table(space).creating(item), _table(space).putting(_ticket(message.app_id, message.due, message.id))]
        )
    except TransactionFailed:
        return False
    return True


def waiting(space: Space, app_id: str, limit: int) -> list[tuple[int, str]]:
    """What waits for an app, the soonest due first: when, and the message's id. One Query, read consistently."""
    rows = _table(space).query(_outbox(app_id), limit=limit, consistent=True)
    return [(int(item["sk"][:10]), item["sk"][11:]) for item in rows.items]


def messages(space: Space, message_ids: list[str]) -> dict[str, Message]:
    """These messages, as of now: one BatchGetItem, 1 RCU each."""
    keys = [_key(each) for each in message_ids]
    found = _table(space).batch_get(keys, consistent=True)
    return {pk.removeprefix("message#"): Message.of(item) for (pk, _), item in found.items()}


def page(space: Space, app_id: str, state: State, after: Item | None, limit: int) -> Rows:
    """An app's messages in one state, newest first: one Query."""
    index = f"{_outbox(app_id)}#{state}"
    return _table(space).query(index, index=_INDEX, after=after, limit=limit, descending=True)


def place(app_id: str, state: State, sort: str, message_id: str) -> Item:
    """The key after which a page begins."""
    pk, sk = _key(message_id)
    return {"pk": pk, "sk": sk, "l": f"{_outbox(app_id)}#{state}", "ls": sort}


def settle(space: Space, message: Message, state: State, answer: Mapping[str, Any]) -> None:
    """A message that waits no longer: one transaction, 4 WCU and the index. Nothing when somebody was quicker."""
    facts = {"state": state, "answer": dict(answer), "tries": message.tries + 1, **_listed(message, state)}
    _change(space, message, facts | {"ttl": clock.epoch_s() + KEPT_S[state]}, None)


def postpone(space: Space, message: Message, due: int, answer: Mapping[str, Any]) -> None:
    """A message that is tried again later: one transaction, 6 WCU and the index. Nothing when somebody was quicker."""
    _change(space, message, {"due": due, "answer": dict(answer), "tries": message.tries + 1}, due)


def drop(space: Space, message: Message) -> None:
    """A message that nobody is to be told any more: one transaction, 4 WCU and the index."""
    table = _table(space)
    with suppress(TransactionFailed):
        gone = table.deleting(*_key(message.id), condition="due = :due", values={":due": message.due})
        transact([gone, _untold(table, message)])


def forget_ticket(space: Space, app_id: str, due: int, message_id: str) -> None:
    """A ticket whose message is no more: one DeleteItem."""
    ticket = _ticket(app_id, due, message_id)
    _table(space).delete(ticket["pk"], ticket["sk"])


def resend(space: Space, message: Message, now: int) -> bool:
    """Have a message that waits no longer sent again under its id, for as long as a new one: one transaction, 6 WCU.

    ``False`` when it waits already.
    """
    table = _table(space)
    facts = {"state": "waiting", "since": now, "due": now, "tries": 0, **_listed(message, "waiting")}
    names = {f"#{name}": name for name in (*facts, "ttl")}
    sets = ", ".join(f"#{name} = :{name}" for name in facts)
    back = table.updating(
        *_key(message.id),
        f"SET {sets} REMOVE #ttl",
        {**{f":{name}": value for name, value in facts.items()}, ":was": message.state},
        names=names,
        condition="#state = :was",
    )
    try:
        transact([back, table.putting(_ticket(message.app_id, now, message.id))])
    except TransactionFailed:
        return False
    return True


def courier(space: Space, app_id: str) -> Item:
    """Who delivers an app's messages, and what signs them: one GetItem, 1 RCU."""
    return _table(space).get(*_courier(app_id), consistent=True) or {}


def knock(space: Space, app_id: str) -> Item:
    """Tell whoever delivers that there is more, and see whether anybody does: one UpdateItem, 1 WCU."""
    return _table(space).update(*_courier(app_id), "ADD woken :one", {":one": 1})


def begin_run(space: Space, app_id: str, run: int) -> Item:
    """Begin a run of that number, the courier's next, unless somebody has: one UpdateItem, 1 WCU."""
    names = {"#run": "run", "#open": "open"}
    values = {":run": run, ":yes": True, ":no": False}
    condition = "attribute_not_exists(#open) OR #open = :no"
    try:
        return _table(space).update(
            *_courier(app_id), "SET #run = :run, #open = :yes", values, names=names, condition=condition
        )
    except ConditionFailed as failed:
        return failed.item or {}


def end_run(space: Space, app_id: str, run: int, woken: int | None) -> bool:
    """End a run that found nothing left, unless there came more since ``woken`` was read: one UpdateItem, 1 WCU.

    ``None``: whatever came.
    """
    names = {"#run": "run", "#open": "open"}
    values: Item = {":run": run, ":no": False} | ({} if woken is None else {":woken": woken})
    condition = "#run = :run" if woken is None else "#run = :run AND woken = :woken"
    try:
        _table(space).update(*_courier(app_id), "SET #open = :no", values, names=names, condition=condition)
    except ConditionFailed:
        return False
    return True


def keep_secret(space: Space, app_id: str, secret: Item, old: Item | None, old_until: int) -> None:
    """A new secret, and until when the one before it signs too: one UpdateItem, 1 WCU.

    Raises: ConditionFailed when the secret is no longer the ``old`` one.
    """
    values: Item = {":secret": secret, ":until": old_until} | ({":old": old} if old else {})
    condition = "secret = :old" if old else "attribute_not_exists(secret)"
    expression = "SET secret = :secret, old_until = :until" + (", old_secret = :old" if old else " REMOVE old_secret")
    _table(space).update(*_courier(app_id), expression, values, condition=condition, returns="NONE")


def forget_secrets(space: Space, app_id: str) -> None:
    """An app is trusted no more; whoever delivers is not disturbed in clearing up. One UpdateItem, 1 WCU."""
    with suppress(ConditionFailed):
        _table(space).update(
            *_courier(app_id), "REMOVE secret, old_secret", condition="attribute_exists(pk)", returns="NONE"
        )


def _change(space: Space, message: Message, facts: Item, due: int | None) -> None:
    table = _table(space)
    changing = table.updating(
        *_key(message.id),
        "SET " + ", ".join(f"#{name} = :{name}" for name in facts),
        {**{f":{name}": value for name, value in facts.items()}, ":waiting": "waiting", ":seen": message.due},
        names={f"#{name}": name for name in {*facts, "state", "due"}},
        condition="#state = :waiting AND #due = :seen",
    )
    again = [table.putting(_ticket(message.app_id, due, message.id))] if due is not None else []
    with suppress(TransactionFailed):
        transact([changing, _untold(table, message), *again])


def _untold(table: Table, message: Message) -> Any:
    ticket = _ticket(message.app_id, message.due, message.id)
    return table.deleting(ticket["pk"], ticket["sk"])


def _key(message_id: str) -> tuple[str, str]:
    return f"message#{message_id}", _MESSAGE


def _ticket(app_id: str, due: int, message_id: str) -> dict[str, str]:
    return {"pk": _outbox(app_id), "sk": f"{due:010d}#{message_id}"}


def _listed(message: Message, state: State) -> dict[str, str]:
    return {"l": f"{_outbox(message.app_id)}#{state}", "ls": f"{message.at:010d}#{message.id}"}


def _outbox(app_id: str) -> str:
    return f"outbox#{app_id}"


def _courier(app_id: str) -> tuple[str, str]:
    return "apps", f"webhook#{app_id}"


def _table(space: Space) -> Table:
    return space.table("people")
