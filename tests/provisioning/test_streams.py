"""A learning table's changes reach the function that applies them: attached once, as it should be, and let go again."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from chalicelib import config
from chalicelib.errors import Unavailable
from chalicelib.jobs.queue import Job
from chalicelib.provisioning import closing, opening
from chalicelib.storage import mappings, tables
from chalicelib.storage.spaces import Space
from tests.emulated import Cloud

HUE, HUE_CITY = Space("hue"), Space("hue-city")
FUNCTION = "hocmo-test-apply_changes"
DEAD = "arn:aws:sqs:ap-southeast-1:123456789012:hocmo-test-changes-dead"


@pytest.fixture
def lambdas(in_the_cloud: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Lambda, with a function that applies changes, and two spaces that have their tables."""
    monkeypatch.setenv("HOCMO_CHANGES_FUNCTION", FUNCTION)
    monkeypatch.setenv("HOCMO_CHANGES_DEAD_QUEUE_ARN", DEAD)
    config.current.cache_clear()
    found = boto3.client("lambda")
    _make_function(found)
    for space in (HUE, HUE_CITY):
        tables.create(space, "learning")
    yield found
    for mapping in found.list_event_source_mappings()["EventSourceMappings"]:
        found.delete_event_source_mapping(UUID=mapping["UUID"])
    for space in (HUE, HUE_CITY):
        tables.drop(space)


def _make_function(lambdas: Any) -> None:
    try:
        lambdas.get_function(FunctionName=FUNCTION)
    except lambdas.exceptions.ResourceNotFoundException:
        trust = json.dumps({"Version": "2012-10-17", "Statement": []})
        role = boto3.client("iam").create_role(RoleName="changes", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("app.py", "")
        lambdas.create_function(
            FunctionName=FUNCTION,
            Runtime="python3.11",
            Role=role,
            Handler="app.apply_changes",
            Code={"ZipFile": packed.getvalue()},
        )


def _mappings(lambdas: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = lambdas.list_event_source_mappings()["EventSourceMappings"]
    return found


def test_a_stream_is_attached_once_and_tells_its_shard(lambdas: Any) -> None:
    for _ in range(2):
        mappings.attach(HUE)
    (mapping,) = _mappings(lambdas)
    assert mapping["EventSourceArn"] == tables.stream(HUE)
    assert mapping["FunctionArn"].endswith(f":{FUNCTION}")
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    assert mapping["TumblingWindowInSeconds"] == 5
    assert mapping["ParallelizationFactor"] == 1
    assert mapping["BisectBatchOnFunctionError"]
    assert mapping["DestinationConfig"] == {"OnFailure": {"Destination": DEAD}}
    (narrow,) = mapping["FilterCriteria"]["Filters"]
    assert json.loads(narrow["Pattern"]) == {"dynamodb": {"Keys": {"pk": {"S": [{"prefix": "learner#"}]}}}}


@pytest.mark.parametrize("drift", [{"BatchSize": 10}, {"Enabled": False}, {"ParallelizationFactor": 4}])
def test_what_someone_changed_is_mended(lambdas: Any, drift: dict[str, Any]) -> None:
    mappings.attach(HUE)
    (before,) = _mappings(lambdas)
    lambdas.update_event_source_mapping(UUID=before["UUID"], **drift)
    mappings.attach(HUE)
    (after,) = _mappings(lambdas)
    assert {**after, "LastModified": 0} == {**before, "LastModified": 0}


def test_letting_go_of_one_space_leaves_those_whose_names_begin_alike(lambdas: Any) -> None:
    for space in (HUE, HUE_CITY):
        mappings.attach(space)
    for _ in range(2):
        mappings.detach(HUE)
    assert [each["EventSourceArn"] for each in _mappings(lambdas)] == [tables.stream(HUE_CITY)]


def test_letting_go_needs_no_table(lambdas: Any) -> None:
    mappings.attach(HUE)
    tables.drop(HUE)
    mappings.detach(HUE)
    assert _mappings(lambdas) == []


def _as_if(operation: str, state: str) -> None:
    """Let Lambda say that a mapping is in another state than it is."""

    def say(parsed: dict[str, Any], **_: object) -> None:
        for mapping in parsed.get("EventSourceMappings", [parsed]):
            mapping["State"] = state

    mappings.lambdas().meta.events.register(f"after-call.lambda.{operation}", say)


def test_it_is_waited_for_until_changes_are_applied(lambdas: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mappings, "_POLL_S", 0)
    _as_if("CreateEventSourceMapping", "Creating")
    mappings.attach(HUE)
    mappings.detach(HUE)
    _as_if("ListEventSourceMappings", "Creating")
    with pytest.raises(Unavailable):
        mappings.attach(HUE)


def test_opening_a_space_attaches_and_closing_it_detaches(lambdas: Any) -> None:
    job = Job(id="1", tenant="hue", kind=opening.KIND, payload={}, checkpoint={}, attempts=1, actor="")
    opening.STEPS["streams"](job)
    assert len(_mappings(lambdas)) == 1
    closing.STEPS["streams"](job)
    assert _mappings(lambdas) == []


@pytest.mark.parametrize(
    ("code", "expected"), [("TooManyRequestsException", Unavailable), ("AccessDeniedException", ClientError)]
)
def test_what_passes_with_time_brings_the_job_back(lambdas: Any, code: str, expected: type[Exception]) -> None:
    def refuse(**_: object) -> None:
        raise ClientError({"Error": {"Code": code, "Message": ""}}, "CreateEventSourceMapping")

    mappings.lambdas().meta.events.register("before-call.lambda.CreateEventSourceMapping", refuse)
    with pytest.raises(expected):
        mappings.attach(HUE)
    assert _mappings(lambdas) == []


def test_on_one_machine_there_is_nothing_to_attach(aws: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mappings, "lambdas", pytest.fail)
    mappings.attach(HUE)
    mappings.detach(HUE)
