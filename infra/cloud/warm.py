"""Options against cold starts: a published version of the API's function behind an alias, kept warm or snapshotted.

Neither is free of charge, and both need a version that never changes, so that one is made anew with each change of
code or settings. Without them the API invokes the function as it is.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from infra.cloud.cloudformation import Json, attribute, ref
from infra.cloud.functions import logical

ALIAS = "live"


@dataclass(frozen=True, slots=True)
class Warmth:
    """How many containers are kept ready; whether new ones start from a snapshot."""

    provisioned: int = 0
    snap_start: bool = False

    @property
    def needed(self) -> bool:
        """Whether the API runs a published version at all."""
        return self.snap_start or self.provisioned > 0


def applied(resources: Json, warmth: Warmth, code: str) -> Json:
    """The resources with the version and the alias, and the API's permission given for the alias."""
    if not warmth.needed:
        return resources
    function = json.loads(json.dumps(resources[logical("api")]))
    if warmth.snap_start:
        function["Properties"]["SnapStart"] = {"ApplyOn": "PublishedVersions"}
    version = "ApiVersion" + hashlib.sha256(json.dumps([function, code], sort_keys=True).encode()).hexdigest()[:10]
    permission = json.loads(json.dumps(resources["ApiPermission"]))
    permission["Properties"]["FunctionName"] = ref("ApiAlias")
    return {
        **resources,
        logical("api"): function,
        version: {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": ref(logical("api"))}},
        "ApiAlias": _alias(version, warmth),
        "ApiPermission": permission,
    }


def _alias(version: str, warmth: Warmth) -> Json:
    properties: Json = {
        "Name": ALIAS,
        "FunctionName": ref(logical("api")),
        "FunctionVersion": attribute(version, "Version"),
    }
    if warmth.provisioned:
        properties["ProvisionedConcurrencyConfig"] = {"ProvisionedConcurrentExecutions": warmth.provisioned}
    return {"Type": "AWS::Lambda::Alias", "Properties": properties}
