"""A ministry that opens a space for every commune of a province on one morning."""

from __future__ import annotations

from tests.emulated import Cloud
from tests.factories import operator
from tests.provisioning.tenants import new_tenant, protected_tables

COMMUNES = [f"xa-{number}" for number in range(100)]


def test_a_hundred_are_opened_in_one_go(aws: Cloud) -> None:
    caller = operator()
    for slug in COMMUNES:
        caller.post("/tenants", new_tenant(slug, kind="commune")).ok(202)
    while aws.run_jobs():
        pass
    found: list[str] = []
    cursor = None
    while True:
        query = {"q": "xa", "status": "open", "limit": 40, **({"cursor": cursor} if cursor else {})}
        page = caller.get("/tenants", query=query).ok()
        found += [item["slug"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == sorted(COMMUNES)
    assert all(protected_tables(aws, COMMUNES[-1]).values())
