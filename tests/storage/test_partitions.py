"""Within the platform's table a tenant's work reaches what is listed for it, and nothing of anybody else."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from chalicelib.jobs.queue import JobItem
from chalicelib.storage import acting, client
from chalicelib.storage.acting import Foreign
from chalicelib.storage.spaces import platform
from chalicelib.storage.table import ConditionFailed, transact
from tests.walls import as_nobody, on_behalf

as_hue = partial(on_behalf, "hue")


@pytest.fixture(scope="module", autouse=True)
def the_platforms_table(aws: object) -> None:
    """There is one, empty."""


# Every way that the program has to an item of the platform's table.
ON_ITEMS: dict[str, Callable[[str, str], object]] = {
    "get": lambda pk, sk: platform().table("people").get(pk, sk),
    "batch get": lambda pk, sk: platform().table("people").batch_get([(pk, sk)]),
    "model": lambda pk, sk: platform()[JobItem].find(pk, sk),
    "put": lambda pk, sk: platform().table("people").put({"pk": pk, "sk": sk}),
    "batch write": lambda pk, sk: platform().table("people").put_all([{"pk": pk, "sk": sk}]),
    "update": lambda pk, sk: platform().table("people").update(pk, sk, "SET x = :x", {":x": 1}),
    "delete": lambda pk, sk: platform().table("people").delete(pk, sk),
    "put in a transaction": lambda pk, sk: transact([platform().table("people").putting({"pk": pk, "sk": sk})]),
    "update in a transaction": lambda pk, sk: transact(
        [platform().table("people").updating(pk, sk, "SET x = :x", {":x": 1})]
    ),
    "deletion in a transaction": lambda pk, sk: transact([platform().table("people").deleting(pk, sk)]),
    "deletion of a model": lambda pk, sk: platform()[JobItem](pk, sk).delete(),
}
READING = ("get", "batch get", "model")
QUERIES: dict[str, Callable[[str], object]] = {
    "query": lambda pk: platform().table("people").query(pk),
    "part of a query": lambda pk: platform().table("people").query(pk, begins_with="hue", consistent=True),
    "page of models": lambda pk: platform()[JobItem].page(pk, limit=1),
}
OWN = [("tenant#hue", "wall"), ("job#hue", "wall"), ("usage-stored", "hue"), ("national#wall", "adopter#hue")]
OTHERS = [
    *[(f"{kind}#hue-city", sk) for kind in ("tenant", "job", "usage", "quota") for sk in ("tenant", "hue", "2026-11")],
    ("usage-stored", "hue-city"),
    ("usage-stored", "x-hue"),
    ("usage-month#2026-11", "hue"),
    ("quota#hue", "1"),
    ("tenant#hue#x", "hue"),
    ("tenant", "hue"),
    ("job#platform", "hue"),
    ("person#1", "person"),
    ("login#email#a@b.example", "login"),
    ("session#1", "hue"),
    ("audit#2026-11", "hue"),
    ("metered#1", "0"),
    ("due#2026-12-24", "hue-city"),
    ("digest#2026-12-24", "hue-city"),
    ("", "hue"),
]
each_item_way = pytest.mark.parametrize("way", ON_ITEMS.values(), ids=ON_ITEMS.keys())


@each_item_way
@pytest.mark.parametrize("place", OWN, ids="/".join)
def test_of_the_platforms_table_a_spaces_own_is_there(
    way: Callable[[str, str], object], place: tuple[str, str]
) -> None:
    as_hue(way, *place)


@each_item_way
@pytest.mark.parametrize("place", OTHERS, ids="/".join)
def test_of_the_platforms_table_the_rest_is_not(way: Callable[[str, str], object], place: tuple[str, str]) -> None:
    with pytest.raises(Foreign):
        as_hue(way, *place)


@pytest.mark.parametrize("name", ON_ITEMS)
@pytest.mark.parametrize(
    "place",
    [("national-figures", "hue"), ("keyring", "signing"), ("national#wall", "offer"), ("usage#hue", "2026-11-24")],
    ids="/".join,
)
def test_what_all_may_read_none_may_write(name: str, place: tuple[str, str]) -> None:
    if name in READING:
        as_hue(ON_ITEMS[name], *place)
    else:
        with pytest.raises(Foreign):
            as_hue(ON_ITEMS[name], *place)


@pytest.mark.parametrize("name", ON_ITEMS)
def test_a_space_says_when_to_look_at_it_and_reads_of_nobody_when(name: str) -> None:
    if name in READING:
        with pytest.raises(Foreign):
            as_hue(ON_ITEMS[name], "due#2026-12-24", "hue")
    else:
        as_hue(ON_ITEMS[name], "due#2026-12-24", "hue")


@pytest.mark.parametrize("way", QUERIES.values(), ids=QUERIES.keys())
def test_a_space_lists_its_own_of_the_platforms_table(way: Callable[[str], object]) -> None:
    for pk in ("job#hue", "usage#hue", "national#wall"):
        as_hue(way, pk)
    for pk in (
        "job#hue-city",
        "job#platform",
        "usage#hue-city",
        "usage-month#2026-11",
        "usage-stored",
        "audit#2026-11",
        "due#2026-12-24",
    ):
        with pytest.raises(Foreign):
            as_hue(way, pk)


def test_of_the_index_only_what_the_centre_offers_is_listed() -> None:
    def listed(name: str) -> None:
        platform().table("people").query(name, index="listed")

    as_hue(listed, "national")
    for name in ("tenants", "jobs#open", "people#1", "job#hue", "tenant#hue"):
        with pytest.raises(Foreign):
            as_hue(listed, name)


def test_a_first_ring_of_keys_is_made_by_whoever_finds_none() -> None:
    """And by nobody where there is one: that would sign whatever they like for everybody."""
    ring = {"pk": "keyring", "sk": "wall"}
    as_hue(platform().table("people").create, ring)
    with pytest.raises(ConditionFailed):
        as_hue(platform().table("people").create, ring)
    with pytest.raises(Foreign):
        as_hue(partial(platform().table("people").put, ring, condition="v = :v", values={":v": 1}))


@pytest.mark.parametrize("place", [("tenant#hue", "tenant"), ("quota#hue", "1"), ("person#1", "person")], ids="/".join)
def test_of_its_own_table_the_platform_names_all(place: tuple[str, str]) -> None:
    def as_platform() -> None:
        with acting.on_behalf_of("platform"):
            platform().table("people").get(*place)

    as_nobody(as_platform)
    as_nobody(platform().table("people").get, *place)  # a space is looked up before anybody acts


def _of_platform(**request: Any) -> dict[str, Any]:
    return {"TableName": platform().table_name("people"), **request}


_OWN: dict[str, Any] = {"pk": {"S": "job#hue"}, "sk": {"S": "1"}}
_OTHER: dict[str, Any] = {"pk": {"S": "job#hue-city"}, "sk": {"S": "1"}}
_NAMES = {"#p": "pk", "#s": "sk", "#l": "l"}
_VALUES = {":o": {"S": "job#hue"}, ":f": {"S": "job#hue-city"}, ":n": {"S": "national"}}


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("GetItem", _of_platform()),
        ("Scan", _of_platform()),
        ("PutItem", _of_platform(Key=_OWN, Item=_OTHER)),
        ("GetItem", _of_platform(Key=_OTHER, Item=_OWN)),
        ("GetItem", _of_platform(Key=_OTHER, RequestItems={platform().table_name("people"): {"Keys": [_OWN]}})),
        ("BatchGetItem", {"RequestItems": {platform().table_name("people"): {"Keys": [_OWN, _OTHER]}}}),
        ("BatchGetItem", {"RequestItems": {platform().table_name("people"): {"Keys": []}}}),
        (
            "BatchWriteItem",
            {"RequestItems": {platform().table_name("people"): [{"DeleteRequest": {"Key": _OTHER}}]}},
        ),
        ("TransactGetItems", {"TransactItems": [{"Get": _of_platform(Key=_OTHER)}]}),
        (
            "TransactWriteItems",
            {"TransactItems": [{"Put": _of_platform(Item=_OWN)}, {"ConditionCheck": _of_platform(Key=_OTHER)}]},
        ),
        ("Query", _of_platform(Key=_OWN)),
        *[
            (
                "Query",
                _of_platform(
                    KeyConditionExpression=said, ExpressionAttributeNames=_NAMES, ExpressionAttributeValues=_VALUES
                ),
            )
            for said in ("#p = :f", "#s = :o AND #p = :f", "pk = :o", "#l = :n", "begins_with(#p, :o)", "")
        ],
        (
            "Query",
            _of_platform(
                IndexName="listed",
                KeyConditionExpression="#p = :o",
                ExpressionAttributeNames=_NAMES,
                ExpressionAttributeValues=_VALUES,
            ),
        ),
    ],
)
def test_no_request_takes_anothers_item_along(operation: str, request_: dict[str, Any]) -> None:
    with pytest.raises(Foreign):
        as_hue(client.call, operation, dict(request_))
