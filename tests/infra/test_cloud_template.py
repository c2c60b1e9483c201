"""The templates: within AWS's limits, clean to its linter, tagged, and what they promise of the deployment."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

import app
from chalicelib.http import paths
from chalicelib.http.problems import Problem
from chalicelib.storage import tables
from infra.cloud import api, firewall, packaged, template
from infra.cloud.cloudformation import Json
from infra.cloud.warm import Warmth
from infra.local.logs import METERED
from infra.local.places import REPOSITORY


@pytest.fixture(scope="module")
def main() -> Json:
    return template.build()


@pytest.fixture(scope="module")
def edge() -> Json:
    return firewall.template()


def of_type(made: Json, kind: str) -> dict[str, Json]:
    return {name: each["Properties"] for name, each in made["Resources"].items() if each["Type"] == f"AWS::{kind}"}


def body(made: Json) -> Json:
    found: Json = made["Resources"]["Api"]["Properties"]["Body"]
    return found


def test_a_template_is_small_enough(main: Json) -> None:
    assert len(template.text(main).encode()) < template.MOST_BYTES
    assert len(main["Resources"]) < 500


def test_the_api_has_few_path_nodes(main: Json) -> None:
    """Of 300 that API Gateway gives without being asked: a feature takes two."""
    assert 50 < api.path_nodes(body(main)) < api.MOST_PATH_NODES / 2


def test_path_nodes_are_counted_as_the_gateway_makes_them() -> None:
    assert api.path_nodes({"paths": {"/v1/a/{b}": {}, "/v1/a": {}, "/docs": {}}}) == 5


def test_the_linter_finds_nothing(edge: Json, tmp_path: Path) -> None:
    """Of the two options the larger, which holds all of the other."""
    made = {"edge": edge, "warm": template.build(warmth=Warmth(provisioned=2), code="c")}
    paths = [str(template.write(each, tmp_path / f"{name}.json")) for name, each in made.items()]
    linter = Path(sys.executable).with_name("cfn-lint")
    ran = subprocess.run([linter, "--", *paths], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[:4000]


@pytest.mark.parametrize("which", ["main", "edge"])
def test_everything_that_can_carry_tags_does(which: str, request: pytest.FixtureRequest) -> None:
    made: Json = request.getfixturevalue(which)
    bare = {
        name
        for name, each in made["Resources"].items()
        if "Tags" in PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", each["Type"]).schema["properties"]
        and {tag["Key"] for tag in each["Properties"].get("Tags", [])} != {"app", "stage", "cost-centre"}
    }
    assert bare == set()


def test_each_operation_of_the_app_is_in_the_gateway(main: Json) -> None:
    described = body(main)["paths"]
    assert described.keys() == {paths.node(address) for address in app.app.routes}
    assert all(methods.keys() == {api.ANY} for methods in described.values())


def test_the_gateway_hands_everything_over_as_chalice_would(main: Json) -> None:
    by_chalice = {
        json.dumps({**each["x-amazon-apigateway-integration"], "uri": None}, sort_keys=True)
        for methods in packaged.read(app.app).swagger["paths"].values()
        for each in methods.values()
    }
    for node, methods in body(main)["paths"].items():
        told = methods[api.ANY]
        assert {json.dumps({**told["x-amazon-apigateway-integration"], "uri": None}, sort_keys=True)} == by_chalice
        assert [f"{{{each['name']}}}" for each in told["parameters"]] == re.findall(r"{\w+}", node.replace("+}", "}"))
        assert "security" not in told  # who may do what is the function's to say, of each operation


def test_a_changed_api_is_deployed_anew(main: Json) -> None:
    described = packaged.read(app.app)
    before = {name for name in main["Resources"] if name.startswith("Deployment")}
    described.swagger["paths"]["/v1/something-new"] = {}
    after = {name for name in api.resources(described) if name.startswith("Deployment")}
    assert len(before) == len(after) == 1
    assert before != after


def test_what_the_gateway_refuses_reads_as_our_own_refusals(main: Json) -> None:
    refusals = body(main)["x-amazon-apigateway-gateway-responses"]
    for kind, refusal in refusals.items():
        problem = Problem.model_validate_json(refusal["responseTemplates"]["application/json"])
        assert refusal["responseParameters"]["gatewayresponse.header.Content-Type"] == "'application/problem+json'"
        assert " / " in problem.detail
        assert kind.startswith("DEFAULT") or refusal["statusCode"] == str(problem.status)
        assert (problem.status in (429, 503)) == ("gatewayresponse.header.Retry-After" in refusal["responseParameters"])
    assert refusals["MISSING_AUTHENTICATION_TOKEN"]["statusCode"] == "404"
    assert {"THROTTLED", "REQUEST_TOO_LARGE", "DEFAULT_5XX"} <= refusals.keys()


def test_a_log_of_requests_names_nobody(main: Json) -> None:
    line = main["Resources"]["ApiStage"]["Properties"]["AccessLogSetting"]["Format"]
    assert not re.search(r"identity|sourceIp|userAgent|context\.path\b|authorizer", line)
    assert json.loads(line)["path"] == "$context.resourcePath"


def test_every_function_runs_something_that_is_there(main: Json) -> None:
    functions = of_type(main, "Lambda::Function")
    assert {each["FunctionName"]["Fn::Sub"].removeprefix("hocmo-${Stage}-") for each in functions.values()} == {
        "api",
        "run_jobs",
        "provision",
        "apply_changes",
        "tick",
        "meter",
    }
    for each in functions.values():
        module, _, name = each["Handler"].partition(".")
        assert callable(getattr(importlib.import_module(module), name))
        assert each["Architectures"] == ["arm64"]
        assert "TracingConfig" not in each


def test_functions_are_told_what_the_code_reads_and_nothing_secret(main: Json) -> None:
    read = set(re.findall(r'"(HOCMO_\w+)"', (REPOSITORY / "chalicelib" / "config.py").read_text(encoding="utf-8")))
    of_one_machine = {"HOCMO_LOCAL", "HOCMO_DYNAMODB_URL", "HOCMO_AWS_URL", "HOCMO_FETCH_LOOPBACK"}
    for each in of_type(main, "Lambda::Function").values():
        told = each["Environment"]["Variables"].keys()
        assert {name for name in told if name.startswith("HOCMO_")} == read - of_one_machine
        assert not [name for name in told if re.search("SECRET|PASSWORD|TOKEN|PRIVATE", name)]


def test_every_log_is_kept_for_a_time(main: Json) -> None:
    groups = of_type(main, "Logs::LogGroup")
    assert len(groups) == 7
    assert all(each["RetentionInDays"] == {"Ref": "LogRetentionDays"} for each in groups.values())


def test_what_is_metered_is_handed_over(main: Json) -> None:
    filters = of_type(main, "Logs::SubscriptionFilter").values()
    assert {each["FilterPattern"].strip('"') for each in filters} == set(METERED)
    assert {each["DestinationArn"]["Fn::GetAtt"][0] for each in filters} == {"MeterFunction"}


def test_queues_give_up_into_a_queue_that_is_watched(main: Json) -> None:
    watched = {
        each["Dimensions"][0]["Value"]["Fn::GetAtt"][0]
        for each in of_type(main, "CloudWatch::Alarm").values()
        if each["MetricName"] == "ApproximateNumberOfMessagesVisible"
    }
    queues = of_type(main, "SQS::Queue")
    dead = {
        each["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0] for each in queues.values() if _redrives(each)
    }
    assert dead == {"JobsDeadQueue", "ProvisioningDeadQueue"}
    assert dead | {"ChangesDeadQueue", "MeterDeadQueue"} == watched


def test_lines_that_cannot_be_metered_are_put_aside(main: Json) -> None:
    (given_up,) = [
        each["DestinationConfig"]["OnFailure"]["Destination"]
        for each in of_type(main, "Lambda::EventInvokeConfig").values()
        if each["FunctionName"] == {"Ref": "MeterFunction"}
    ]
    assert given_up == {"Fn::GetAtt": ["MeterDeadQueue", "Arn"]}
    policies = main["Resources"]["MeterRole"]["Properties"]["Policies"]
    (rights,) = [each["PolicyDocument"]["Statement"] for each in policies]
    assert {"sqs:SendMessage"} == {
        action for each in rights if each["Resource"] == given_up for action in each["Action"]
    }


def _redrives(queue: Json) -> bool:
    return "RedrivePolicy" in queue


def test_no_tenants_jobs_take_the_containers_of_the_api(main: Json) -> None:
    reserved = {
        name: each["ReservedConcurrentExecutions"]["Fn::If"] for name, each in of_type(main, "Lambda::Function").items()
    }
    assert reserved.pop("ApiFunction")[:2] == ["BoundsApi", {"Ref": "ApiConcurrency"}]
    assert {condition for condition, _, _ in reserved.values()} == {"SetsAside"}
    for source in of_type(main, "Lambda::EventSourceMapping").values():
        assert source["ScalingConfig"]["MaximumConcurrency"] <= reserved[source["FunctionName"]["Ref"]][1]


def test_queues_outlast_their_functions(main: Json) -> None:
    """SQS hands a message over again while its function still runs, unless it is hidden for longer than that."""
    functions = {name: each["Timeout"] for name, each in of_type(main, "Lambda::Function").items()}
    queues = of_type(main, "SQS::Queue")
    sources = of_type(main, "Lambda::EventSourceMapping").values()
    assert len(sources) == 2
    for source in sources:
        hidden_s = queues[source["EventSourceArn"]["Fn::GetAtt"][0]]["VisibilityTimeout"]
        assert hidden_s >= 6 * functions[source["FunctionName"]["Ref"]]
        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert source["ScalingConfig"]["MaximumConcurrency"] >= 2


def test_the_platforms_table_is_the_codes_own(main: Json) -> None:
    made = main["Resources"]["PlatformTable"]["Properties"]
    own = tables.definition("any", "platform")
    same = ("KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes", "BillingMode", "DeletionProtectionEnabled")
    assert {name: made[name] for name in same} == {name: own[name] for name in same}
    assert made["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert made["SSESpecification"]["SSEType"] == "KMS"


def test_buckets_are_closed(main: Json) -> None:
    for each in of_type(main, "S3::Bucket").values():
        assert all(each["PublicAccessBlockConfiguration"].values())
        assert each["VersioningConfiguration"]["Status"] == "Enabled"
        assert each["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    for each in of_type(main, "S3::BucketPolicy").values():
        first = each["PolicyDocument"]["Statement"][0]
        assert (first["Effect"], first["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_what_is_temporary_goes_after_a_week(main: Json) -> None:
    rules = main["Resources"]["ContentBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    assert any(
        rule.get("TagFilters") == [{"Key": "keep", "Value": "week"}]
        and rule["ExpirationInDays"] == 7
        and rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 1}
        for rule in rules
    )
    assert any(rule.get("AbortIncompleteMultipartUpload") for rule in rules)


def test_what_holds_data_outlives_the_stack(main: Json) -> None:
    kept = {name for name, each in main["Resources"].items() if each.get("DeletionPolicy") == "Retain"}
    assert {"PlatformTable", "ContentBucket", "Key"} <= kept


def test_a_stage_without_a_domain_has_no_edge(main: Json) -> None:
    unconditional = {
        name
        for name, each in main["Resources"].items()
        if each["Type"].startswith("AWS::CloudFront") and each.get("Condition") != "HasDomain"
    }
    assert unconditional == set()


def test_what_is_billed_by_time_can_be_left_out_but_for_the_key(main: Json) -> None:
    by_time = {"CloudWatch::Alarm", "CloudWatch::Dashboard", "WAFv2::WebACL", "SecretsManager::Secret"}
    for name, each in main["Resources"].items():
        if each["Type"].removeprefix("AWS::") in by_time:
            assert each.get("Condition") in ("IsWatched", "HasDomain"), name


def test_only_the_edge_reaches_the_api(main: Json) -> None:
    made = main["Resources"]
    names = ("OriginSecret1", "OriginSecret2", "OriginFirewall", "OriginFirewallOfApi")
    assert all(made[name]["Condition"] == "HasDomain" for name in names)
    origins = made["Distribution"]["Properties"]["DistributionConfig"]["Origins"]
    (sent,) = next(each for each in origins if each["Id"] == "api")["OriginCustomHeaders"]
    firewall_of_api = made["OriginFirewall"]["Properties"]
    (rule,) = firewall_of_api["Rules"]
    accepted = [each["ByteMatchStatement"] for each in rule["Statement"]["OrStatement"]["Statements"]]
    assert firewall_of_api["DefaultAction"] == {"Block": {}}
    for each in accepted:
        assert each["FieldToMatch"] == {"SingleHeader": {"Name": sent["HeaderName"]}}
        assert each["PositionalConstraint"] == "EXACTLY"
    assert sent["HeaderValue"] in [each["SearchString"] for each in accepted]
    assert "DependsOn" not in made["OriginFirewallOfApi"], "open until the edge has spread"


def test_no_step_of_a_rotation_refuses_what_the_edge_sends_meanwhile() -> None:
    """CloudFront spreads what is deployed over minutes: what was sent before is accepted after each step."""
    steps = [template.build(secrets=secrets)["Resources"] for secrets in ((1, 2), (2, 1), (2, 3))]
    for before, after in pairwise(steps):
        assert _sent(before) in _accepted(after)
        assert _sent(after) in _accepted(before), "the firewall's change spreads too"
    assert _sent(steps[0]) not in _accepted(steps[-1])


def _sent(made: Json) -> str:
    origins = made["Distribution"]["Properties"]["DistributionConfig"]["Origins"]
    (header,) = next(each for each in origins if each["Id"] == "api")["OriginCustomHeaders"]
    return str(header["HeaderValue"])


def _accepted(made: Json) -> list[str]:
    (rule,) = made["OriginFirewall"]["Properties"]["Rules"]
    statements = rule["Statement"]["OrStatement"]["Statements"]
    return [str(each["ByteMatchStatement"]["SearchString"]) for each in statements]


def test_the_edge_tells_who_asks_and_not_its_host(main: Json) -> None:
    policy = main["Resources"]["ApiRequests"]["Properties"]["OriginRequestPolicyConfig"]["HeadersConfig"]
    assert policy["HeaderBehavior"] == "whitelist"
    assert len(policy["Headers"]) <= 10
    assert {"CloudFront-Viewer-Address", "Content-Encoding"} <= set(policy["Headers"])
    assert not {"Host", "Authorization"} & set(policy["Headers"])


def test_a_storm_is_told_when_to_come_back(edge: Json) -> None:
    rules = edge["Resources"]["Firewall"]["Properties"]["Rules"]
    rates = [rule for rule in rules if "RateBasedStatement" in rule["Statement"]]
    assert len(rates) == 2
    for rule in rates:
        refusal = rule["Action"]["Block"]["CustomResponse"]
        assert refusal["ResponseCode"] == 429
        assert {"Name": "Retry-After", "Value": "60"} in refusal["ResponseHeaders"]
    Problem.model_validate_json(
        edge["Resources"]["Firewall"]["Properties"]["CustomResponseBodies"]["too_many_requests"]["Content"]
    )


def test_a_warm_api_runs_a_version_that_changes_with_its_code() -> None:
    made = [template.build(warmth=Warmth(provisioned=2), code=code) for code in ("a", "b", "a")]
    versions = [next(iter(of_type(each, "Lambda::Version"))) for each in made]
    assert versions[0] == versions[2] != versions[1]
    alias: dict[str, Any] = made[0]["Resources"]["ApiAlias"]["Properties"]
    assert alias["ProvisionedConcurrencyConfig"] == {"ProvisionedConcurrentExecutions": 2}
    assert made[0]["Resources"]["ApiPermission"]["Properties"]["FunctionName"] == {"Ref": "ApiAlias"}
    uris = {
        method["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
        for path in body(made[0])["paths"].values()
        for method in path.values()
    }
    assert all(uri.endswith(":function:hocmo-${Stage}-api:live/invocations") for uri in uris)
