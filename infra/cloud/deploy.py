"""``make plan``, ``make deploy`` and ``make destroy`` of a stage.

Deploying again what is deployed changes nothing. Data (tables, content) is never deleted from here.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.cloud import account, artefacts, firewall, runtime, stacks, stages, template, web_builds
from infra.cloud.account import EDGE_REGION, Account, DeployFailed, told_clearly
from infra.cloud.build import Package, build
from infra.cloud.cloudformation import Json
from infra.cloud.runtime import Platform
from infra.cloud.stages import Stage, Unfit
from infra.cloud.warm import Warmth
from infra.cloud.wheels import BuildFailed
from infra.local.places import REPOSITORY


@dataclass(frozen=True)
class Deployment:
    """A stage, the account it goes to, and what is said about it.

    The rehearsal's account runs functions on this machine's ``platform``, takes a template ``adapted`` to it, and gets
    its second release from another ``source``.
    """

    stage: Stage
    account: Account
    platform: Platform = runtime.LAMBDA
    adapted: Callable[[Json], Json] = dict
    source: Path = REPOSITORY

    @property
    def tags(self) -> dict[str, str]:
        """On the stacks, and by CloudFormation on all that they make."""
        return {"app": "hocmo", "stage": self.stage.name, "cost-centre": self.stage.cost_centre}

    def plan(self) -> None:
        """Show what deploying would change, and change nothing. Raises: DeployFailed."""
        if self.stage.domain:
            self._show_edge()
        proposed = self._proposed(self._web_acl())
        if proposed is None:
            print("Nothing would change.")
            return
        print(stacks.shown(proposed.changes))
        stacks.drop(self._cloudformation(), proposed)

    def deploy(self) -> None:
        """Bring the account to this code and these settings. Raises: DeployFailed."""
        web_acl = self._deploy_edge() if self.stage.domain else ""
        proposed = self._proposed(web_acl)
        if proposed is None:
            print("The stack is as it should be.")
        else:
            print(stacks.shown(proposed.changes))
            print(f"{self.stage.stack}: being changed; this takes some minutes (with a domain, up to twenty).")
            stacks.execute(self._cloudformation(), proposed)
        told = stacks.outputs(self._cloudformation(), self.stage.stack)
        self._upload_pages(told)
        self._say_what_is_next(told)

    def destroy(self) -> None:
        """Delete the stacks. What holds data stays, and is named. Raises: DeployFailed."""
        told = stacks.outputs(self._cloudformation(), self.stage.stack)
        stacks.delete(self._cloudformation(), self.stage.stack)
        stacks.delete(self._cloudformation(EDGE_REGION), f"{self.stage.stack}-edge")
        print(f"{self.stage.stack} is deleted. What holds data is left:")
        for name in ("PlatformTable", "ContentBucket", "WebBucket"):
            print(f"  {told.get(name, '?')}")
        print(f"  the spaces' tables {self.stage.stack}-*-(people|courses|learning|statements)")
        print(f"  the key {told.get('KeyArn', '?')}: without it they cannot be read")
        print("To deploy over them again, write the key into the stage's file: key_arn = …")

    def _proposed(self, web_acl: str) -> stacks.ChangeSet | None:
        self._require_former_key()
        bucket = artefacts.bucket(self.account)
        package = build(self.platform, source=self.source)
        print(f"Package: {package.path.stat().st_size:,} bytes, sha256 {package.digest}")
        key = artefacts.keep_package(self.account, bucket, package)
        parameters = self.stage.parameters(CodeBucket=bucket, CodeKey=key, WebAclArn=web_acl)
        fingerprint = self._fingerprint(package, parameters)
        whole = template.build(package.platform, self._warmth(), fingerprint, self.stage.origin_secrets)
        made = self.adapted(whole)
        source = {"TemplateURL": artefacts.keep_template(self.account, bucket, made)}
        return stacks.propose(self._cloudformation(), self.stage.stack, source, parameters, self.tags)

    def _warmth(self) -> Warmth:
        return Warmth(self.stage.provisioned_concurrency, self.stage.snap_start)

    def _fingerprint(self, package: Package, parameters: dict[str, str]) -> str:
        """A published version has its code and its settings for ever, so either makes another one."""
        told = json.dumps([package.digest, parameters], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()

    def _require_former_key(self) -> None:
        """A new stack over data that a former one left needs the key that they are encrypted with."""
        if self.stage.key_arn or stacks.status(self._cloudformation(), self.stage.stack) not in (
            None,
            "REVIEW_IN_PROGRESS",
        ):
            return
        dynamodb = self.account.client("dynamodb")
        with told_clearly("The platform's table could not be looked for"):
            try:
                table = dynamodb.describe_table(TableName=f"{self.stage.stack}-platform")["Table"]
            except dynamodb.exceptions.ResourceNotFoundException:
                return
        key = table.get("SSEDescription", {}).get("KMSMasterKeyArn")
        raise DeployFailed(
            f"The data of {self.stage.name} are there from a former stack, encrypted with {key}: "
            f'write key_arn = "{key}" into infra/cloud/stages/{self.stage.name}.toml'
        )

    def _deploy_edge(self) -> str:
        proposed = self._proposed_edge()
        if proposed is not None:
            print(stacks.shown(proposed.changes))
            stacks.execute(self._cloudformation(EDGE_REGION), proposed)
        return self._web_acl()

    def _show_edge(self) -> None:
        proposed = self._proposed_edge()
        if proposed is not None:
            print(f"In {EDGE_REGION}:\n{stacks.shown(proposed.changes)}")
            stacks.drop(self._cloudformation(EDGE_REGION), proposed)

    def _proposed_edge(self) -> stacks.ChangeSet | None:
        parameters = {
            "Stage": self.stage.name,
            "CostCentre": self.stage.cost_centre,
            "RequestsPerAddress": str(self.stage.requests_per_address),
            "RequestsPerHost": str(self.stage.requests_per_host),
        }
        source = {"TemplateBody": template.text(firewall.template())}
        edge = f"{self.stage.stack}-edge"
        return stacks.propose(self._cloudformation(EDGE_REGION), edge, source, parameters, self.tags)

    def _web_acl(self) -> str:
        told = (
            stacks.outputs(self._cloudformation(EDGE_REGION), f"{self.stage.stack}-edge") if self.stage.domain else {}
        )
        return told.get("WebAclArn", "")

    def _cloudformation(self, region: str | None = None) -> Any:
        return self.account.client("cloudformation", region)

    def _upload_pages(self, told: dict[str, str]) -> None:
        count = web_builds.upload(self.account, told)
        print(
            f"{count} files of the web builds uploaded." if count else "No web builds here (web/dist): none uploaded."
        )

    def _say_what_is_next(self, told: dict[str, str]) -> None:
        for name, value in sorted(told.items()):
            print(f"  {name:20} {value}")
        if "DistributionDomain" in told:
            domain = self.stage.domain
            print(f"DNS: point {domain} and *.{domain} at {told['DistributionDomain']} (CNAME or alias).")
        print(f"The first operator: make operator STAGE={self.stage.name} EMAIL=… NAME='…' (it asks for a password)")
        print(f"Address: {told.get('Address')}")


def main() -> int:
    """Returns the exit status."""
    parser = argparse.ArgumentParser(description="Plan, deploy or destroy a stage.")
    parser.add_argument("command", choices=("plan", "deploy", "destroy"))
    parser.add_argument("stage")
    asked = parser.parse_args()
    try:
        stage = stages.read(asked.stage)
        if asked.command == "destroy":
            require_confirmation(stage.name)
        here = account.enter(stage.region)
        print(f"{stage.stack} in account {here.number}, {here.region}, as {here.arn}")
        getattr(Deployment(stage, here), asked.command)()
    except (Unfit, DeployFailed, BuildFailed, runtime.UnfitMachine) as failure:
        print(f"make {asked.command}: {failure}", file=sys.stderr)
        return 1
    return 0


def require_confirmation(name: str) -> None:
    """Destroying is confirmed by typing the stage's name; a script cannot. Raises: DeployFailed."""
    if not sys.stdin.isatty():
        raise DeployFailed("a stage is destroyed from a terminal alone: its name must be typed")
    print(f"This deletes the functions, queues, API and edge of {name}; its tables, content and key are left.")
    if input(f"Type the stage's name to go on ({name}): ").strip() != name:
        raise DeployFailed("the name is another; nothing was deleted")


if __name__ == "__main__":
    sys.exit(main())
