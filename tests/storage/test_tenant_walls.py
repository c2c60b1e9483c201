"""IAM's wall between tenants: what was assumed for one is tried against every table, index and file of another.

The clients here are botocore's own with the keys in hand, as whoever stole them would use them: nothing of ours stands
in between.
"""

from __future__ import annotations

from typing import Any

import pytest
import urllib3
from botocore.exceptions import ClientError

from chalicelib.errors import NotFound
from chalicelib.storage import acting, credentials, files
from chalicelib.storage.models import TABLE_KINDS
from chalicelib.storage.names import INDEXED_KINDS, PLATFORM
from chalicelib.storage.partitions import SHARED, Shared
from chalicelib.storage.signing import Credentials
from chalicelib.storage.spaces import Space, platform
from chalicelib.storage.table import transact
from infra.cloud.rehearsal import attempts
from infra.cloud.rehearsal.attempts import CHANGING, CONTROL, DENIED, ITEMS, KEY, READING, RULING, WRITING, outcome
from infra.cloud.rehearsal.attempts import outcomes as outcomes_of
from tests.storage.iam import BUCKET, CENTRE, ROOT, SPACES, Account, account, assumed, code_of, role_arn
from tests.walls import as_nobody

INDEXES = (*INDEXED_KINDS, PLATFORM)
ON_FILES = {**READING, **WRITING, **CHANGING}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with account(tmp_path_factory.mktemp("iam")) as made:
        yield made


def keys_of(slug: str, beside: Shared | None = None) -> Credentials:
    """What the program assumes for a space."""

    def acting_for_it() -> Credentials:
        with acting.on_behalf_of(slug, beside=beside):
            return credentials.of_now()

    return as_nobody(acting_for_it)


def table_of(slug: str, kind: Any) -> str:
    return Space(PLATFORM if kind == PLATFORM else slug).table_name("people" if kind == PLATFORM else kind)


@pytest.mark.parametrize("slug", SPACES)
def test_a_spaces_keys_open_its_own_tables(cloud: Account, slug: str) -> None:
    dynamodb = cloud.client("dynamodb", keys_of(slug))
    for kind in TABLE_KINDS:
        outcomes = outcomes_of(ITEMS, dynamodb, table_of(slug, kind))
        assert set(outcomes.values()) == {"done"}, outcomes
        if kind in INDEXES:
            assert outcome(attempts.index, dynamodb, table_of(slug, kind), kind) == "done"


@pytest.mark.parametrize("beside", [None, *SHARED])
@pytest.mark.parametrize(("slug", "other"), [(a, b) for a in SPACES for b in SPACES if a != b])
def test_a_spaces_keys_open_no_table_of_another(cloud: Account, slug: str, other: str, beside: Shared | None) -> None:
    dynamodb = cloud.client("dynamodb", keys_of(slug, beside))
    for kind in TABLE_KINDS:
        table = table_of(other, kind)
        outcomes = outcomes_of({**ITEMS, **CONTROL}, dynamodb, table)
        if kind in INDEXES:
            outcomes["index"] = outcome(attempts.index, dynamodb, table, kind)
        assert {name: each for name, each in outcomes.items() if each not in DENIED} == {}


def test_a_transaction_takes_no_table_of_another_along(cloud: Account) -> None:
    dynamodb = cloud.client("dynamodb", keys_of("hue"))
    for kind in TABLE_KINDS:
        own, foreign = table_of("hue", kind), table_of("hue-city", kind)
        both = [{"Put": {"TableName": own, "Item": KEY}}, {"Put": {"TableName": foreign, "Item": KEY}}]
        assert outcome(lambda: dynamodb.transact_write_items(TransactItems=both)) in DENIED  # noqa: B023 (at once)


@pytest.mark.parametrize("slug", SPACES)
def test_nobody_who_acts_for_a_space_rules_over_tables(cloud: Account, slug: str) -> None:
    dynamodb = cloud.client("dynamodb", keys_of(slug))
    for kind in TABLE_KINDS:
        outcomes = outcomes_of(CONTROL, dynamodb, table_of(slug, kind))
        assert set(outcomes.values()) <= DENIED, outcomes


def test_the_platforms_table_is_closed_to_a_space(cloud: Account) -> None:
    """But for what it writes beside its own; which partitions that is, ministack does not look at, and AWS does."""
    open_: dict[Shared | None, set[str]] = {
        None: set(),
        "figures": {"update", "update in a transaction"},
        "courses": {"put", "put in a transaction", "check in a transaction"},
    }
    for beside, allowed in open_.items():
        dynamodb = cloud.client("dynamodb", keys_of("hue", beside))
        outcomes = outcomes_of({**ITEMS, **CONTROL}, dynamodb, table_of("", PLATFORM))
        outcomes["index"] = outcome(attempts.index, dynamodb, table_of("", PLATFORM), PLATFORM)
        # A batch of writes needs a right of its own beside that to put.
        assert {name for name, each in outcomes.items() if each not in DENIED} == allowed


def test_the_function_itself_reaches_no_tenants_table(cloud: Account) -> None:
    """Its own role has the platform's items alone: without acting for somebody there is nothing to read."""
    dynamodb, s3 = cloud.client("dynamodb", cloud.function), cloud.client("s3", cloud.function)
    assert outcome(ITEMS["get"], dynamodb, table_of("", PLATFORM)) == "done"
    for slug in SPACES:
        for kind in TABLE_KINDS:
            assert outcome(ITEMS["get"], dynamodb, table_of(slug, kind)) in DENIED
        assert outcome(lambda: s3.get_object(Bucket=BUCKET, Key=f"{slug}/x")) in DENIED  # noqa: B023 (at once)


# Files


@pytest.mark.parametrize("slug", SPACES)
def test_a_spaces_keys_open_its_own_files(cloud: Account, slug: str) -> None:
    s3 = cloud.client("s3", keys_of(slug))
    assert set(outcomes_of(ON_FILES, s3, BUCKET, slug).values()) == {"done"}
    assert set(outcomes_of(RULING, s3, BUCKET, slug).values()) <= DENIED


@pytest.mark.parametrize(("slug", "other"), [(a, b) for a in SPACES for b in SPACES if a != b])
def test_a_spaces_keys_open_no_file_of_another(cloud: Account, slug: str, other: str) -> None:
    s3 = cloud.client("s3", keys_of(slug))
    outcomes = outcomes_of({**ON_FILES, **RULING}, s3, BUCKET, other)
    outcomes["copy from"] = outcome(attempts.copy, s3, BUCKET, f"{other}/x", f"{slug}/stolen")
    outcomes["delete many"] = attempts.delete_many(s3, BUCKET, f"{other}/x")
    assert {name: each for name, each in outcomes.items() if each not in DENIED} == {}
    assert cloud.client("s3", keys_of(other)).get_object(Bucket=BUCKET, Key=f"{other}/x")["Body"].read()


def test_what_is_national_is_read_by_all_and_written_by_the_centre(cloud: Account) -> None:
    for slug in SPACES:
        s3 = cloud.client("s3", keys_of(slug))
        assert set(outcomes_of(READING, s3, BUCKET, "national").values()) == {"done"}
        assert set(outcomes_of(WRITING, s3, BUCKET, "national").values()) <= ({"done"} if slug == CENTRE else DENIED)
        assert outcome(CHANGING["delete"], s3, BUCKET, "national") in DENIED


def test_an_address_signed_for_one_space_opens_nothing_of_another(cloud: Account) -> None:
    s3 = cloud.client("s3", keys_of("hue"))
    assert [attempts.read_address(s3, BUCKET, f"{first}/x") for first in ("hue", "national")] == ["done", "done"]
    assert attempts.read_address(s3, BUCKET, "hue-city/x") in DENIED
    assert attempts.send_form(s3, BUCKET, "hue/y") == "done"
    assert {attempts.send_form(s3, BUCKET, f"{first}/y") for first in ("national", "hue-city")} <= DENIED


# The role


def test_it_is_the_sessions_policy_that_parts_tenants(cloud: Account) -> None:
    """The role itself reaches every tenant: were a session assumed without a policy, every test here would fail."""
    keys = assumed(cloud, cloud.function, "space")
    dynamodb, s3 = cloud.client("dynamodb", keys), cloud.client("s3", keys)
    for slug in SPACES:
        assert {outcome(ITEMS["get"], dynamodb, table_of(slug, kind)) for kind in TABLE_KINDS} == {"done"}
        assert outcome(READING["get"], s3, BUCKET, slug) == "done"
        assert outcome(CONTROL["drop"], dynamodb, table_of(slug, "people")) in DENIED


def test_a_session_gives_no_way_to_another(cloud: Account) -> None:
    """Nor does anyone else assume the role: it trusts the functions alone."""
    for keys in (keys_of("hue"), assumed(cloud, ROOT, "other")):
        with pytest.raises(ClientError) as refused:
            cloud.client("sts", keys).assume_role(RoleArn=role_arn("space"), RoleSessionName="x")
        assert code_of(refused.value) in DENIED


# The program, as its function


def test_the_program_reads_and_writes_as_the_space_it_acts_for(cloud: Account) -> None:
    http = urllib3.PoolManager()

    def served() -> None:
        with acting.on_behalf_of("hue"):
            table = Space("hue").table("learning")
            table.put({"pk": "learner#1", "sk": "x"})
            assert table.get("learner#1", "x") is not None
            files.put("hue/a", b"content", "text/plain", temporary=True)
            files.copy("hue/a", "hue/b")
            assert files.get("hue/b") == b"content"
            assert files.names("hue/b") == ["hue/b"]
            assert http.request("GET", files.address("hue/b")).data == b"content"
            form = files.upload_form("hue/uploads/c", "text/plain", 10)
            sent = {**form["fields"], "file": ("c", b"sent", "text/plain")}
            assert http.request("POST", form["url"], fields=sent).status == 204
            files.copy("hue/uploads/c", "hue/c")
            upload = files.begin("hue/d", "text/plain")
            files.complete("hue/d", upload, [files.put_piece("hue/d", upload, 1, b"piece")])
            assert (files.get("hue/c"), files.get("hue/d")) == (b"sent", b"piece")
            files.delete("hue/c")
            assert files.listed(Space("hue"), "").files

    as_nobody(served)


def test_what_is_missing_is_told_from_what_is_denied(cloud: Account) -> None:
    """Without the right to list a whole bucket, S3 denies whatever is missing."""

    def looked() -> None:
        with acting.on_behalf_of("hue"):
            assert files.head("hue/nothing") is None
            with pytest.raises(NotFound):
                files.get("hue/nothing")
            with pytest.raises(NotFound):
                files.copy("hue/nothing", "hue/c")

    as_nobody(looked)


def test_counting_writes_both_tables_at_once(cloud: Account) -> None:
    def counted() -> None:
        own = Space("hue").table("learning").updating("checkpoint", "s", "SET seq = :s", {":s": "1"})
        figures = platform().table("people").updating("national-figures", "hue", "ADD e :n", {":n": 1})
        with acting.on_behalf_of("hue", beside="figures"):
            transact([own, figures])

    as_nobody(counted)
    assert as_nobody(platform().table("people").get, "national-figures", "hue") == {
        "pk": "national-figures",
        "sk": "hue",
        "e": 1,
    }
