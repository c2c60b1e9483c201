"""What a stage is told: complete, possible, and of the deployer's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.cloud import stages
from infra.cloud.parameters import PARAMETERS

TOLD = 'region = "ap-southeast-1"\nmail_from = "no-reply@hoc.vn"\n'
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/a"


def written(folder: Path, more: str = "") -> Path:
    (folder / "trial.toml").write_text(TOLD + more)
    return folder


def test_a_stage_fills_in_the_templates_parameters(tmp_path: Path) -> None:
    stage = stages.read("trial", written(tmp_path))
    told = stage.parameters(CodeBucket="b", CodeKey="k", WebAclArn="")
    assert told.keys() == PARAMETERS.keys()
    assert told["MailDomain"] == "hoc.vn"


@pytest.mark.parametrize("name", ["trial", "prod"])
def test_the_examples_are_whole_but_for_what_is_the_deployers(name: str) -> None:
    with pytest.raises(stages.Unfit, match=r"fill in what is yours: .*mail_from"):
        stages.read(name)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ('domain = "hoc.vn"', "come together"),
        (f'certificate_arn = "{CERTIFICATE}"', "come together"),
        ("budget_usd = 10", "needs alarm_email"),
        ("snap_start = true", r"needs python3\.12 or newer, this is python3\.11"),
        ("origin_secrets = [2, 2]", "two different numbers"),
        ("origin_secrets = [0, 1]", "two different numbers"),
        ("api_concurrency = 4\nprovisioned_concurrency = 5", "cannot be more"),
        ('colour = "red"', "colour"),
        ("log_retention_days = ", "Invalid value"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_asked(tmp_path: Path, more: str, why: str) -> None:
    with pytest.raises(stages.Unfit, match=why):
        stages.read("trial", written(tmp_path, more))


@pytest.mark.parametrize("name", ["Prod", "my-stage", "", "a" * 17, "../trial"])
def test_a_stages_name_has_no_hyphen(tmp_path: Path, name: str) -> None:
    with pytest.raises(stages.Unfit, match="no stage's name"):
        stages.read(name, written(tmp_path))


def test_a_stage_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(stages.Unfit, match=r"There is no stage prod: copy one of those there are \(trial\)"):
        stages.read("prod", written(tmp_path))
