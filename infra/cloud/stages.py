"""What a stage is told of itself: ``stages/NAME.toml``, checked before anything is asked of AWS."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from infra.cloud import edge, runtime

FOLDER = Path(__file__).parent / "stages"
_NAME = re.compile(r"[a-z][a-z0-9]{0,15}")
_HOST = r"^\.?([a-z0-9-]+\.)+[a-z]{2,}$"
_SNAP_START_FROM = (3, 12)


class Unfit(Exception):
    """A stage's settings cannot be deployed; the message says what to change and where."""


class Stage(BaseModel):
    """One stage's settings. What is not said has the defaults of ``parameters.py``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    region: str = Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")
    cost_centre: str = Field(default="hocmo", pattern=r"^[\w .:/=+@-]{1,100}$")
    domain: str = Field(default="", pattern=r"^([a-z0-9-]+\.)+[a-z]{2,}$|^$")
    certificate_arn: str = Field(default="", pattern=r"^arn:aws[\w-]*:acm:us-east-1:\d{12}:certificate/.+$|^$")
    public_url: str = Field(default="", pattern=r"^https://[^/]+$|^$")
    mail_from: str = Field(pattern=r"^[^@ ]+@([a-z0-9-]+\.)+[a-z]{2,}$")
    makes_mail_identity: bool = False
    sms_sender: str = Field(default="", pattern=r"^[A-Za-z0-9]{0,11}$")
    central: str = "trung-uong"
    push_hosts: list[Annotated[str, Field(pattern=_HOST)]] = Field(default=[], max_length=20)
    key_arn: str = Field(default="", pattern=r"^arn:aws[\w-]*:kms:[a-z0-9-]+:\d{12}:key/.+$|^$")
    log_retention_days: int = 30
    requests_per_second: int = Field(default=2_000, ge=1)
    request_burst: int = Field(default=4_000, ge=1)
    sets_aside_concurrency: bool = False
    api_concurrency: int = Field(default=0, ge=0)
    alarm_email: str = ""
    budget_usd: int = Field(default=0, ge=0)
    watched: bool = True
    # Sent by the edge, and accepted beside it: docs/runbook.md, rotating keys.
    origin_secrets: edge.Secrets = edge.FIRST
    requests_per_address: int = Field(default=3_000, ge=10)
    requests_per_host: int = Field(default=60_000, ge=10)
    provisioned_concurrency: int = Field(default=0, ge=0)
    snap_start: bool = False

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if bool(self.domain) != bool(self.certificate_arn):
            raise ValueError("domain and certificate_arn come together: CloudFront serves a host under its certificate")
        if self.budget_usd and not self.alarm_email:
            raise ValueError("budget_usd needs alarm_email: somebody must be told")
        if min(self.origin_secrets) < 1 or self.origin_secrets[0] == self.origin_secrets[1]:
            raise ValueError("origin_secrets are two different numbers from 1 up: the one sent, the one accepted too")
        if self.snap_start and runtime.PYTHON < _SNAP_START_FROM:
            raise ValueError(
                f"snap_start needs python3.12 or newer, this is {runtime.RUNTIME}: "
                "use provisioned_concurrency, or raise the Python in infra/cloud/runtime.py"
            )
        if self.snap_start and self.provisioned_concurrency:
            raise ValueError("snap_start and provisioned_concurrency exclude each other")
        if 0 < self.api_concurrency < self.provisioned_concurrency:
            raise ValueError("provisioned_concurrency is part of api_concurrency and cannot be more")
        return self

    @property
    def stack(self) -> str:
        """The name of its stack."""
        return f"hocmo-{self.name}"

    @property
    def is_warm(self) -> bool:
        """Whether the API runs a published version, as SnapStart and provisioned concurrency ask for."""
        return self.snap_start or self.provisioned_concurrency > 0

    def parameters(self, **more: str) -> dict[str, str]:
        """The template's parameters, without those that only a build or the edge stack knows."""
        told = {
            "Stage": self.name,
            "CostCentre": self.cost_centre,
            "Domain": self.domain,
            "CertificateArn": self.certificate_arn,
            "PublicUrl": self.public_url,
            "MailFrom": self.mail_from,
            "MailDomain": self.mail_from.partition("@")[2],
            "MakesMailIdentity": _yes(self.makes_mail_identity),
            "SmsSender": self.sms_sender,
            "Central": self.central,
            "PushHosts": " ".join(self.push_hosts),
            "KeyArn": self.key_arn,
            "LogRetentionDays": str(self.log_retention_days),
            "RequestsPerSecond": str(self.requests_per_second),
            "RequestBurst": str(self.request_burst),
            "SetsAsideConcurrency": _yes(self.sets_aside_concurrency),
            "ApiConcurrency": str(self.api_concurrency),
            "AlarmEmail": self.alarm_email,
            "BudgetUsd": str(self.budget_usd),
            "Watched": _yes(self.watched),
        }
        return told | more


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def read(name: str, folder: Path | None = None) -> Stage:
    """The stage of that name. Raises: Unfit."""
    folder = folder or FOLDER
    if not _NAME.fullmatch(name):
        raise Unfit(f"{name!r} is no stage's name: small letters and digits, at most 16, no hyphen")
    path = folder / f"{name}.toml"
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        known = ", ".join(sorted(each.stem for each in folder.glob("*.toml")))
        raise Unfit(f"There is no stage {name}: copy one of those there are ({known}) to {path}") from None
    except tomllib.TOMLDecodeError as error:
        raise Unfit(f"{path}: {error}") from None
    try:
        stage = Stage(name=name, **told)
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, each['loc'])) or 'the whole'}: {each['msg']}" for each in error.errors()
        )
        raise Unfit(f"{path}: {faults}") from None
    _require_filled_in(path, stage)
    return stage


def _require_filled_in(path: Path, stage: Stage) -> None:
    """What stands for something of the deployer's own is not deployed."""
    left = [name for name, value in stage.model_dump().items() if "example." in str(value)]
    if left:
        raise Unfit(f"{path}: fill in what is yours: {', '.join(left)}")
