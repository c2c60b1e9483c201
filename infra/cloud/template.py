"""The template of a stage: Chalice's package, merged with the resources of this folder, as plain CloudFormation.

``python -m infra.cloud.template`` writes ``build/template.json`` and, for the edge, ``build/edge.json``.
"""

from __future__ import annotations

import json
from pathlib import Path

from infra.cloud import (
    api,
    edge,
    firewall,
    functions,
    keys,
    mail,
    packaged,
    queues,
    roles,
    runtime,
    storage,
    tags,
    warm,
    watching,
)
from infra.cloud.build import BUILD
from infra.cloud.cloudformation import Json, attribute, ref, sub
from infra.cloud.parameters import CONDITIONS, PARAMETERS
from infra.cloud.runtime import Platform
from infra.cloud.warm import ALIAS, Warmth

COLD = Warmth()
MOST_BYTES = 1_000_000  # what CloudFormation takes, from a bucket


def build(
    platform: Platform = runtime.LAMBDA,
    warmth: Warmth = COLD,
    code: str = "",
    secrets: edge.Secrets = edge.FIRST,
) -> Json:
    """The stack ``hocmo-{stage}``, for a package of that platform; almost all else about a stage is a parameter.

    ``code`` is the package's key: a published version (``warmth``) is made anew with it. ``secrets``: the edge's.
    """
    import app  # building the app takes a second, which those who only read settings need not wait

    described = packaged.read(app.app)
    resources: Json = {
        **keys.resources(),
        **storage.resources(),
        **queues.resources(),
        **roles.resources(),
        **functions.resources(described, platform),
        **api.resources(described, ALIAS if warmth.needed else None),
        **edge.resources(secrets),
        **mail.resources(),
        **watching.resources(list(described.functions)),
    }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Hocmo: serverless training spaces",
        "Parameters": PARAMETERS,
        "Conditions": CONDITIONS,
        "Resources": tags.tagged(warm.applied(resources, warmth, code)),
        "Outputs": _outputs(),
    }


def _outputs() -> Json:
    """What the commands, the rehearsal and a person look for."""
    values: Json = {
        "Address": functions.PUBLIC_URL,
        "ApiId": ref("Api"),
        "ApiAddress": sub("https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/api"),
        "ContentBucket": ref("ContentBucket"),
        "WebBucket": ref("WebBucket"),
        "PlatformTable": ref("PlatformTable"),
        "KeyArn": keys.KEY,
        "SpaceRoleArn": attribute("SpaceRole"),
        "JobsQueueUrl": ref("JobsQueue"),
        "ProvisioningQueueUrl": ref("ProvisioningQueue"),
    }
    found: Json = {name: {"Value": value} for name, value in values.items()}
    found["DistributionDomain"] = {"Condition": "HasDomain", "Value": attribute("Distribution", "DomainName")}
    return {**found, "DistributionId": {"Condition": "HasDomain", "Value": ref("Distribution")}}


def text(template: Json) -> str:
    """A template as it is sent: without blanks, since its size is limited."""
    return json.dumps(template, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def write(template: Json, path: Path) -> Path:
    """Write a template where it can be read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text(template), encoding="utf-8")
    return path


def main() -> None:
    """``make template``."""
    for name, made in {"template": build(), "edge": firewall.template()}.items():
        path = write(made, BUILD / f"{name}.json")
        print(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
