"""Super-apps, consents and links in the people table: keys, and one function per access pattern.

| item | pk, sk | holds |
|---|---|---|
| app | ``apps``, ``app#<id>`` | the registration, ``v`` |
| issuer | ``apps``, ``issuer#<fingerprint>`` | whose an issuer is: unique in the space |
| consent | ``person#<id>``, ``consent#<app>`` | the text's version, what was told; index ``app#<app>#<shard>`` |
| apart | ``apart#<app>#<subject's mac>``, ``apart`` | an admin split this subject from an account |
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib import ids
from chalicelib.federation import ambiguities
from chalicelib.federation.ambiguities import Case
from chalicelib.people.keys import person_pk
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import Rows, Write, transact

SHARDS = 4  # a partition of an index takes 1,000 writes a second
_APPS = "apps"
_INDEX = "listed"


def apps(space: Space) -> list[Item]:
    """All apps of a space, at most 20: one Query."""
    return space.table("people").query_all(_APPS, begins_with="app#")


def app(space: Space, app_id: str) -> Item | None:
    """One app at this moment: one GetItem, 1 RCU a 4 KB."""
    return space.table("people").get(_APPS, f"app#{app_id}", consistent=True)


def create_app(space: Space, facts: Item) -> None:
    """A new app and its issuer, which nobody else may have: one transaction. Raises: TransactionFailed."""
    table = space.table("people")
    transact(
        [
            table.creating({"pk": _APPS, "sk": f"app#{facts['id']}", **facts}),
            table.creating(_issuer(facts["issuer"], facts["id"])),
        ]
    )


def replace_app(space: Space, facts: Item, version: int) -> None:
    """An app in another state, unless that version of it was changed meanwhile: one PutItem, 1 WCU a KB.

    Raises: ConditionFailed.
    """
    item = {"pk": _APPS, "sk": f"app#{facts['id']}", **facts}
    space.table("people").put(item, condition="v = :v", values={":v": version})


def delete_app(space: Space, old: Item) -> None:
    """An app and its claim to the issuer: one transaction."""
    table = space.table("people")
    issuer = _issuer(old["issuer"], old["id"])["sk"]
    transact([table.deleting(_APPS, f"app#{old['id']}"), table.deleting(_APPS, issuer)])


def consent(space: Space, person_id: str, app_id: str) -> Item | None:
    """What a person allowed an app: one GetItem, 1 RCU."""
    return space.table("people").get(person_pk(person_id), _consent(app_id), consistent=True)


def consents_of(space: Space, person_id: str) -> list[Item]:
    """All that a person allowed, at most one item an app there ever was: one Query."""
    return space.table("people").query_all(person_pk(person_id), begins_with=_consent(""))


def putting_consent(space: Space, person_id: str, facts: Item) -> Write:
    """The write of a consent; its link is listed under its app while the consent stands."""
    app_id = facts["app"]
    listed = {"l": f"app#{app_id}#{ids.shard(person_id, SHARDS)}", "ls": f"{facts['at']}#{person_id}"}
    return space.table("people").putting({"pk": person_pk(person_id), "sk": _consent(app_id), **facts, **listed})


def checking_consent(space: Space, person_id: str, app_id: str, version: str, told: str) -> Write:
    """The condition that a consent to this very text stands, and that the app told nothing else then."""
    return space.table("people").checking(
        person_pk(person_id),
        _consent(app_id),
        "version = :version AND fingerprint = :told AND attribute_not_exists(withdrawn_at)",
        {":version": version, ":told": told},
    )


def withdrawing(space: Space, person_id: str, app_id: str, at: str) -> list[Write]:
    """The writes that keep of a consent that it was given and withdrawn, and nothing that the app told."""
    table, pk = space.table("people"), person_pk(person_id)
    expression = "SET withdrawn_at = :at REMOVE l, ls, subject, told, identifiers, fingerprint"
    return [table.updating(pk, _consent(app_id), expression, {":at": at}), _ending_doubt(space, person_id, app_id)]


def deleting_consent(space: Space, person_id: str, app_id: str) -> list[Write]:
    """The writes that take a link away whole: it goes elsewhere."""
    table, pk = space.table("people"), person_pk(person_id)
    return [table.deleting(pk, _consent(app_id)), _ending_doubt(space, person_id, app_id)]


def move_consent(space: Space, from_id: str, to_id: str, facts: Item) -> None:
    """A consent that goes from one account to another: one transaction, 6 WCU and the index."""
    transact([putting_consent(space, to_id, facts), *deleting_consent(space, from_id, facts["app"])])


def links(space: Space, app_id: str, shard: int, after: str, limit: int) -> Rows:
    """One shard's links of an app, oldest first, after a place: one Query."""
    return _listed(space, f"app#{app_id}#{shard}", after, limit)


def consents_with(space: Space, app_id: str, person_ids: list[str]) -> Mapping[str, Item]:
    """What these persons allowed an app, as of now: one BatchGetItem a hundred, 1 RCU each."""
    keys = {(person_pk(each), _consent(app_id)): each for each in person_ids}
    return {keys[key]: item for key, item in space.table("people").batch_get([*keys], consistent=True).items()}


def forget_link(space: Space, person_id: str, app_id: str) -> None:
    """Take away what is left of a link that went elsewhere: one transaction, 4 WCU and the index."""
    transact(deleting_consent(space, person_id, app_id))


def is_apart(space: Space, app_id: str, subject: str) -> bool:
    """Whether an admin split this subject (as its mac) from an account: one GetItem, 1 RCU."""
    return space.table("people").get(*_apart(app_id, subject), consistent=True) is not None


def keeping_apart(space: Space, app_id: str, subject: str, at: str) -> Write:
    """The write that remembers that a subject must not be joined to an account by itself."""
    pk, sk = _apart(app_id, subject)
    return space.table("people").putting({"pk": pk, "sk": sk, "at": at})


def _listed(space: Space, partition: str, after: str, limit: int) -> Rows:
    low = f"{after}\u0001" if after else "\u0001"
    return space.table("people").query(partition, index=_INDEX, between=(low, "\U0010ffff"), limit=limit)


def _ending_doubt(space: Space, person_id: str, app_id: str) -> Write:
    return ambiguities.ending(space, Case.of_app(app_id, person_id))


def _issuer(issuer: str, app_id: str) -> dict[str, Any]:
    return {"pk": _APPS, "sk": f"issuer#{ids.fingerprint(issuer)}", "app": app_id}


def _consent(app_id: str) -> str:
    return f"consent#{app_id}"


def _apart(app_id: str, subject: str) -> tuple[str, str]:
    return f"apart#{app_id}#{subject}", "apart"
