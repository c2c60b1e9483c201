"""IAM's wall between tenants: what was assumed for one is tried against every table, index and file of another.

The clients here are botocore's own with the keys in hand, as whoever stole them would use them: nothing of ours stands
in between.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import urllib3
from botocore.exceptions import ClientError

from chalicelib.errors import NotFound
from chalicelib.storage import acting, credentials, files
from chalicelib.storage.acting import SHARED, Shared
from chalicelib.storage.models import TABLE_KINDS
from chalicelib.storage.names import PLATFORM
from chalicelib.storage.signing import Credentials
from chalicelib.storage.spaces import Space, platform
from chalicelib.storage.table import INDEX_KEYS, transact
from tests.storage.iam import BUCKET, CENTRE, ROOT, SPACES, Account, account, assumed, code_of, role_arn
from tests.walls import as_nobody

DENIED = {"AccessDeniedException", "AccessDenied", "403"}
KEY: dict[str, Any] = {"pk": {"S": "a"}, "sk": {"S": "b"}}
KINDS = (*TABLE_KINDS, PLATFORM)
INDEXES = {"people": "listed", "learning": "by-course", PLATFORM: "listed"}


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


def _transaction(part: str) -> Callable[[Any, str], Any]:
    more: dict[str, dict[str, Any]] = {
        "Put": {"Item": KEY},
        "Update": {"Key": KEY, "UpdateExpression": "SET x = :x", "ExpressionAttributeValues": {":x": {"N": "1"}}},
        "Delete": {"Key": KEY},
        "ConditionCheck": {"Key": KEY, "ConditionExpression": "attribute_not_exists(nothing)"},
    }
    return lambda dynamodb, table: dynamodb.transact_write_items(
        TransactItems=[{part: {"TableName": table, **more[part]}}]
    )


# What the program does with items.
ITEMS: dict[str, Callable[[Any, str], Any]] = {
    "get": lambda dynamodb, table: dynamodb.get_item(TableName=table, Key=KEY),
    "batch get": lambda dynamodb, table: dynamodb.batch_get_item(RequestItems={table: {"Keys": [KEY]}}),
    "query": lambda dynamodb, table: dynamodb.query(
        TableName=table, KeyConditionExpression="pk = :a", ExpressionAttributeValues={":a": {"S": "a"}}
    ),
    "scan": lambda dynamodb, table: dynamodb.scan(TableName=table),
    "put": lambda dynamodb, table: dynamodb.put_item(TableName=table, Item=KEY),
    "update": lambda dynamodb, table: dynamodb.update_item(
        TableName=table, Key=KEY, UpdateExpression="SET x = :x", ExpressionAttributeValues={":x": {"N": "1"}}
    ),
    "batch write": lambda dynamodb, table: dynamodb.batch_write_item(
        RequestItems={table: [{"PutRequest": {"Item": KEY}}]}
    ),
    "put in a transaction": _transaction("Put"),
    "update in a transaction": _transaction("Update"),
    "check in a transaction": _transaction("ConditionCheck"),
    "delete in a transaction": _transaction("Delete"),
    "get in a transaction": lambda dynamodb, table: dynamodb.transact_get_items(
        TransactItems=[{"Get": {"TableName": table, "Key": KEY}}]
    ),
    "delete": lambda dynamodb, table: dynamodb.delete_item(TableName=table, Key=KEY),
}
# What nobody does who acts for a space, not even to its own tables.
CONTROL: dict[str, Callable[[Any, str], Any]] = {
    "statement": lambda dynamodb, table: dynamodb.execute_statement(Statement=f'SELECT * FROM "{table}"'),
    "statements": lambda dynamodb, table: dynamodb.batch_execute_statement(
        Statements=[{"Statement": f"""SELECT * FROM "{table}" WHERE pk = 'a' AND sk = 'b'"""}]
    ),
    "describe": lambda dynamodb, table: dynamodb.describe_table(TableName=table),
    "change": lambda dynamodb, table: dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False),
    "drop": lambda dynamodb, table: dynamodb.delete_table(TableName=table),
    "back up": lambda dynamodb, table: dynamodb.create_backup(TableName=table, BackupName="b"),
    "restore": lambda dynamodb, table: dynamodb.restore_table_to_point_in_time(
        SourceTableName=table, TargetTableName="t", UseLatestRestorableTime=True
    ),
    "expire": lambda dynamodb, table: dynamodb.update_time_to_live(
        TableName=table, TimeToLiveSpecification={"Enabled": False, "AttributeName": "ttl"}
    ),
    "make": lambda dynamodb, table: dynamodb.create_table(
        TableName=f"{table}-x",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    ),
    "list": lambda dynamodb, table: dynamodb.list_tables(),
}


def _index(dynamodb: Any, table: str, kind: str) -> Any:
    name = INDEXES[kind]
    return dynamodb.query(
        TableName=table,
        IndexName=name,
        KeyConditionExpression="#h = :a",
        ExpressionAttributeNames={"#h": INDEX_KEYS[name][0]},
        ExpressionAttributeValues={":a": {"S": "a"}},
    )


def table_of(slug: str, kind: Any) -> str:
    return Space(PLATFORM if kind == PLATFORM else slug).table_name("people" if kind == PLATFORM else kind)


def _outcome(run: Callable[..., Any], *arguments: Any) -> str:
    try:
        run(*arguments)
    except ClientError as error:
        return code_of(error)
    return "done"


@pytest.mark.parametrize("slug", SPACES)
def test_a_spaces_keys_open_its_own_tables(cloud: Account, slug: str) -> None:
    dynamodb = cloud.client("dynamodb", keys_of(slug))
    for kind in TABLE_KINDS:
        outcomes = {name: _outcome(way, dynamodb, table_of(slug, kind)) for name, way in ITEMS.items()}
        assert set(outcomes.values()) == {"done"}, outcomes
        if kind in INDEXES:
            assert _outcome(_index, dynamodb, table_of(slug, kind), kind) == "done"


@pytest.mark.parametrize("beside", [None, *SHARED])
@pytest.mark.parametrize(("slug", "other"), [(a, b) for a in SPACES for b in SPACES if a != b])
def test_a_spaces_keys_open_no_table_of_another(cloud: Account, slug: str, other: str, beside: Shared | None) -> None:
    dynamodb = cloud.client("dynamodb", keys_of(slug, beside))
    for kind in TABLE_KINDS:
        table = table_of(other, kind)
        outcomes = {name: _outcome(way, dynamodb, table) for name, way in (ITEMS | CONTROL).items()}
        if kind in INDEXES:
            outcomes["index"] = _outcome(_index, dynamodb, table, kind)
        assert {name: each for name, each in outcomes.items() if each not in DENIED} == {}


def test_a_transaction_takes_no_table_of_another_along(cloud: Account) -> None:
    dynamodb = cloud.client("dynamodb", keys_of("hue"))
    for kind in TABLE_KINDS:
        own, foreign = table_of("hue", kind), table_of("hue-city", kind)
        both = [{"Put": {"TableName": own, "Item": KEY}}, {"Put": {"TableName": foreign, "Item": KEY}}]
        assert _outcome(lambda: dynamodb.transact_write_items(TransactItems=both)) in DENIED  # noqa: B023 (at once)


@pytest.mark.parametrize("slug", SPACES)
def test_nobody_who_acts_for_a_space_rules_over_tables(cloud: Account, slug: str) -> None:
    dynamodb = cloud.client("dynamodb", keys_of(slug))
    for kind in TABLE_KINDS:
        outcomes = {name: _outcome(way, dynamodb, table_of(slug, kind)) for name, way in CONTROL.items()}
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
        outcomes = {name: _outcome(way, dynamodb, table_of("", PLATFORM)) for name, way in (ITEMS | CONTROL).items()}
        outcomes["index"] = _outcome(_index, dynamodb, table_of("", PLATFORM), PLATFORM)
        # A batch of writes needs a right of its own beside that to put.
        assert {name for name, each in outcomes.items() if each not in DENIED} == allowed


def test_the_function_itself_reaches_no_tenants_table(cloud: Account) -> None:
    """Its own role has the platform's items alone: without acting for somebody there is nothing to read."""
    dynamodb, s3 = cloud.client("dynamodb", cloud.function), cloud.client("s3", cloud.function)
    assert _outcome(ITEMS["get"], dynamodb, table_of("", PLATFORM)) == "done"
    for slug in SPACES:
        for kind in TABLE_KINDS:
            assert _outcome(ITEMS["get"], dynamodb, table_of(slug, kind)) in DENIED
        assert _outcome(lambda: s3.get_object(Bucket=BUCKET, Key=f"{slug}/x")) in DENIED  # noqa: B023 (at once)


# Files


def _copy(s3: Any, source: str, target: str) -> None:
    s3.copy_object(Bucket=BUCKET, Key=target, CopySource={"Bucket": BUCKET, "Key": source})


def _deleted(s3: Any, key: str) -> str:
    """The outcome of deleting in a batch, in whose answer each key has its own."""
    try:
        answer = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": key}]})
    except ClientError as error:
        return code_of(error)
    return str(answer["Errors"][0]["Code"]) if answer.get("Errors") else "done"


READING: dict[str, Callable[[Any, str], Any]] = {
    "get": lambda s3, first: s3.get_object(Bucket=BUCKET, Key=f"{first}/x"),
    "head": lambda s3, first: s3.head_object(Bucket=BUCKET, Key=f"{first}/x"),
    "list": lambda s3, first: s3.list_objects_v2(Bucket=BUCKET, Prefix=f"{first}/"),
}
WRITING: dict[str, Callable[[Any, str], Any]] = {
    "put": lambda s3, first: s3.put_object(Bucket=BUCKET, Key=f"{first}/y", Body=b""),
    "copy to": lambda s3, first: _copy(s3, "national/x", f"{first}/y"),
}
CHANGING: dict[str, Callable[[Any, str], Any]] = {
    "put with a tag": lambda s3, first: s3.put_object(Bucket=BUCKET, Key=f"{first}/y", Body=b"", Tagging="keep=week"),
    "tag": lambda s3, first: s3.put_object_tagging(
        Bucket=BUCKET, Key=f"{first}/y", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]}
    ),
    "begin": lambda s3, first: s3.create_multipart_upload(Bucket=BUCKET, Key=f"{first}/z"),
    "delete": lambda s3, first: s3.delete_object(Bucket=BUCKET, Key=f"{first}/y"),
}
RULING: dict[str, Callable[[Any, str], Any]] = {
    "list everything": lambda s3, first: s3.list_objects_v2(Bucket=BUCKET),
    "list what begins so": lambda s3, first: s3.list_objects_v2(Bucket=BUCKET, Prefix=first),
    "old versions": lambda s3, first: s3.list_object_versions(Bucket=BUCKET, Prefix=f"{first}/"),
    "uploads": lambda s3, first: s3.list_multipart_uploads(Bucket=BUCKET),
    "policy": lambda s3, first: s3.get_bucket_policy(Bucket=BUCKET),
    "drop": lambda s3, first: s3.delete_bucket(Bucket=BUCKET),
    "publish": lambda s3, first: s3.put_object_acl(Bucket=BUCKET, Key=f"{first}/x", ACL="public-read"),
}


def _outcomes(s3: Any, first: str, ways: dict[str, Callable[[Any, str], Any]]) -> dict[str, str]:
    return {name: _outcome(way, s3, first) for name, way in ways.items()}


@pytest.mark.parametrize("slug", SPACES)
def test_a_spaces_keys_open_its_own_files(cloud: Account, slug: str) -> None:
    s3 = cloud.client("s3", keys_of(slug))
    assert set(_outcomes(s3, slug, READING | WRITING | CHANGING).values()) == {"done"}
    assert set(_outcomes(s3, slug, RULING).values()) <= DENIED


@pytest.mark.parametrize(("slug", "other"), [(a, b) for a in SPACES for b in SPACES if a != b])
def test_a_spaces_keys_open_no_file_of_another(cloud: Account, slug: str, other: str) -> None:
    s3 = cloud.client("s3", keys_of(slug))
    outcomes = _outcomes(s3, other, READING | WRITING | CHANGING | RULING)
    outcomes["copy from"] = _outcome(_copy, s3, f"{other}/x", f"{slug}/stolen")
    outcomes["delete many"] = _deleted(s3, f"{other}/x")
    assert {name: each for name, each in outcomes.items() if each not in DENIED} == {}
    assert cloud.client("s3", keys_of(other)).get_object(Bucket=BUCKET, Key=f"{other}/x")["Body"].read()


def test_what_is_national_is_read_by_all_and_written_by_the_centre(cloud: Account) -> None:
    for slug in SPACES:
        s3 = cloud.client("s3", keys_of(slug))
        assert set(_outcomes(s3, "national", READING).values()) == {"done"}
        assert set(_outcomes(s3, "national", WRITING).values()) <= ({"done"} if slug == CENTRE else DENIED)
        assert _outcome(CHANGING["delete"], s3, "national") in DENIED


def test_an_address_signed_for_one_space_opens_nothing_of_another(cloud: Account) -> None:
    http, s3 = urllib3.PoolManager(), cloud.client("s3", keys_of("hue"))

    def status(key: str) -> int:
        url = s3.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": key})
        return http.request("GET", url).status

    def sent(key: str) -> int:
        form = s3.generate_presigned_post(Bucket=BUCKET, Key=key)
        return http.request("POST", form["url"], fields={**form["fields"], "file": ("f", b"x")}).status

    assert (status("hue/x"), status("national/x"), status("hue-city/x")) == (200, 200, 403)
    assert (sent("hue/y"), sent("national/y"), sent("hue-city/y")) == (204, 403, 403)


# The role


def test_it_is_the_sessions_policy_that_parts_tenants(cloud: Account) -> None:
    """The role itself reaches every tenant: were a session assumed without a policy, every test here would fail."""
    keys = assumed(cloud, cloud.function, "space")
    dynamodb, s3 = cloud.client("dynamodb", keys), cloud.client("s3", keys)
    for slug in SPACES:
        assert {_outcome(ITEMS["get"], dynamodb, table_of(slug, kind)) for kind in TABLE_KINDS} == {"done"}
        assert _outcome(READING["get"], s3, slug) == "done"
        assert _outcome(CONTROL["drop"], dynamodb, table_of(slug, "people")) in DENIED


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
