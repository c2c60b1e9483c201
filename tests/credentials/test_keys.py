"""Keys that sign credentials are sealed at rest, for one space and time; what somebody else puts there is no key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from chalicelib import config
from chalicelib.credentials import keys, store
from chalicelib.http import caching, keyring
from chalicelib.storage.spaces import platform
from tests.api import Api
from tests.credentials.holders import certifying, issued, learner
from tests.credentials.verifying import verify
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space


@pytest.fixture
def sealing(aws: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A deployment that has a key of KMS, as in the cloud."""
    made = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
    with monkeypatch.context() as deployed:
        deployed.setenv("HOCMO_KEY_ARN", made)
        forget()
        yield
    forget()


def forget() -> None:
    """Another container."""
    config.current.cache_clear()
    caching.forget_everything()
    platform().table("people").delete("keyring", "signing")
    keyring.forget()


@pytest.fixture
def hue(sealing: None) -> OpenedSpace:
    return certifying()


def stored(hue: OpenedSpace) -> dict[str, Any]:
    item = store.keys(hue.slug)
    assert item is not None
    return item


def test_what_is_stored_is_sealed_and_opened_by_every_container(aws: Cloud, hue: OpenedSpace, api: Api) -> None:
    number = issued(aws, hue)
    assert all("sealed" in each and "clear" not in each for each in stored(hue)["keys"].values())
    caching.forget_everything()
    signed = api.get(f"/credentials/{number}/vc").ok()
    assert verify(api, credential=signed)["credential"]["verified"]
    second = api.get(f"/credentials/{issued(aws, hue, learner(hue, login='hai@hue.example'))}/vc").ok()
    assert second["proof"]["verificationMethod"] == signed["proof"]["verificationMethod"]


@pytest.mark.parametrize("how", ["clear", "another time", "another space"])
def test_who_may_write_but_not_seal_adds_no_key(aws: Cloud, hue: OpenedSpace, api: Api, how: str) -> None:
    issued(aws, hue)
    item = stored(hue)
    ((key_id, own),) = item["keys"].items()
    thief = open_space()
    keys.current(thief.slug)
    (theirs,) = stored(thief)["keys"].values()
    forged = {
        "clear": {"since": 1, "clear": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="},
        "another time": {**own, "since": own["since"] - 1},
        "another space": theirs,
    }[how]
    added = dict(item["keys"]) | {"0" * 22: forged}
    platform().table("people").put({**item, "keys": added})
    caching.forget_everything()
    found = api.get(hue.at("/did.json")).ok()["verificationMethod"]
    assert {each["id"].partition("#")[2] for each in found} == {key_id, f"{key_id}-jwk"}


def test_two_containers_that_need_the_first_key_at_once_make_one(aws: Cloud, hue: OpenedSpace) -> None:
    first = keys.current(hue.slug)
    caching.forget_everything()
    assert keys.current(hue.slug).public == first.public
    other = keys._first(hue.slug)  # who had seen none
    assert [key.public for key in other] == [first.public]


def test_a_new_key_is_published_before_it_signs(aws: Cloud, hue: OpenedSpace, api: Api) -> None:
    first = keys.current(hue.slug)
    hue.admin.post(hue.at("/credential-keys")).ok(201)
    assert len(api.get(hue.at("/did.json")).ok()["assertionMethod"]) == 4
    assert keys.current(hue.slug).id == first.id
