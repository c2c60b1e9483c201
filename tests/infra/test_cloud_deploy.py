"""Planning, deploying and destroying a stage in an emulated account: by the very commands."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from infra.cloud import account, deploy
from infra.cloud.account import DeployFailed
from infra.cloud.deploy import Deployment
from infra.cloud.stages import Stage
from infra.local import engine
from infra.local.places import REPOSITORY
from infra.local.settings import clean_environment

SERVICES = (
    "cloudformation,s3,sqs,sns,ses,sts,iam,kms,lambda,events,apigateway,apigatewayv2,cloudfront,cloudwatch,monitoring,"
    "logs,dynamodb,dynamodbstreams,wafv2"
).split(",")
STAGE = Stage(name="trial", region="ap-southeast-1", mail_from="no-reply@hoc.vn")


@pytest.fixture(scope="module")
def emulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with engine.ministack(tmp_path_factory.mktemp("account"), SERVICES) as url:
        yield url


@pytest.fixture
def deployment(emulated: str, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    for name in [each for each in os.environ if each.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in clean_environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulated)
    return Deployment(STAGE, account.enter(STAGE.region))


def test_a_stage_is_planned_deployed_and_destroyed(
    deployment: Deployment, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One walk, since each step stands on the one before."""
    deployment.plan()
    planned = capsys.readouterr().out
    assert "  + DynamoDB::Table PlatformTable" in planned
    assert not stack_names()

    deployment.deploy()
    told = capsys.readouterr().out
    assert "ApiAddress" in told
    assert "make operator STAGE=trial" in told
    assert stack_names() == ["hocmo-trial"]
    functions = boto3.client("lambda").list_functions()["Functions"]
    assert len(functions) == 6
    assert {each["Architectures"][0] for each in functions} == {"arm64"}

    deployment.deploy()
    assert "The stack is as it should be." in capsys.readouterr().out
    Deployment(STAGE.model_copy(update={"request_burst": 9}), deployment.account).plan()
    assert "ApiGateway::Stage ApiStage: MethodSettings" in capsys.readouterr().out

    monkeypatch.setenv("HOCMO_DYNAMODB_URL", "http://127.0.0.1:9")  # a shell's, of another deployment
    made = first_operator(tmp_path)
    assert made.returncode == 0, made.stderr[-2000:]
    people = boto3.client("dynamodb").scan(TableName="hocmo-trial-platform")["Items"]
    assert any(each["pk"]["S"] == "login#email#an@hoc.vn" for each in people)

    deployment.destroy()
    assert "hocmo-trial-platform" in capsys.readouterr().out
    assert not stack_names()
    assert boto3.client("dynamodb").describe_table(TableName="hocmo-trial-platform")["Table"]["TableStatus"] == "ACTIVE"
    assert boto3.client("lambda").list_functions()["Functions"] == []
    with pytest.raises(DeployFailed, match=r"are there from a former stack"):
        deployment.plan()


# What `make operator` does, less asking for the password.
OPERATOR = """
import sys
from pathlib import Path
from infra.cloud import as_deployer, first_operator, stages
stages.FOLDER = Path(sys.argv[1])
as_deployer.enter("trial")
first_operator.ensure("an@hoc.vn", "Nguyễn Văn An", "mot-mat-khau-rat-dai-2026")
"""


def first_operator(folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "trial.toml").write_text(f'region = "{STAGE.region}"\nmail_from = "{STAGE.mail_from}"\n')
    told = [sys.executable, "-c", OPERATOR, str(folder)]
    return subprocess.run(told, cwd=REPOSITORY, env=dict(os.environ), capture_output=True, text=True, check=False)


def stack_names() -> list[str]:
    stacks = boto3.client("cloudformation").describe_stacks()["Stacks"]
    return [each["StackName"] for each in stacks if each["StackStatus"] != "DELETE_COMPLETE"]


def command(*arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "infra.cloud.deploy", *arguments],
        cwd=REPOSITORY,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_credentials_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = {name: value for name, value in clean_environment().items() if "KEY" not in name}
    for name in [each for each in os.environ if each.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in bare.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(DeployFailed, match="No AWS credentials were found"):
        account.enter("ap-southeast-1")


def test_a_script_cannot_destroy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("trial\n"))
    with pytest.raises(DeployFailed, match="its name must be typed"):
        deploy.require_confirmation("trial")


def test_an_unfit_stage_ends_the_command_before_aws_is_asked() -> None:
    ran = command("plan", "prod", environment=clean_environment())
    assert ran.returncode == 1
    assert ran.stderr.startswith("make plan: ")
    assert "fill in what is yours" in ran.stderr
    assert "Traceback" not in ran.stderr
