"""A stack, brought to a template by change sets: what would change is seen before anything does."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from infra.cloud.account import DeployFailed, told_clearly
from infra.cloud.cloudformation import Json

_POLL_S = 1.0
_NOTHING = ("didn't contain changes", "No updates are to be performed")


@dataclass(frozen=True)
class ChangeSet:
    """What would change in a stack. ``is_new``: the stack is only made by it."""

    stack: str
    name: str
    is_new: bool
    changes: list[Json]


def propose(
    cloudformation: Any, stack: str, source: Json, parameters: dict[str, str], tags: dict[str, str]
) -> ChangeSet | None:
    """A change set of the template in ``source`` (``TemplateURL`` or ``TemplateBody``); none when nothing would change.

    Raises: DeployFailed.
    """
    is_new = status(cloudformation, stack) in (None, "REVIEW_IN_PROGRESS")
    name = f"change-{uuid.uuid4().hex[:12]}"
    with told_clearly(f"The change set of {stack} could not be made"):
        cloudformation.create_change_set(
            StackName=stack,
            ChangeSetName=name,
            ChangeSetType="CREATE" if is_new else "UPDATE",
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
            Capabilities=["CAPABILITY_NAMED_IAM"],
            # What a former stack of this stage left (tables, buckets) is taken back by its name.
            ImportExistingResources=is_new,
            **source,
        )
        told = _settled(cloudformation, stack, name)
        if told["Status"] == "FAILED":
            if any(word in told.get("StatusReason", "") for word in _NOTHING):
                cloudformation.delete_change_set(StackName=stack, ChangeSetName=name)
                return None
            raise DeployFailed(f"The change set of {stack} failed: {told.get('StatusReason')}")
        return ChangeSet(stack, name, is_new, list(_changes(cloudformation, stack, name)))


def _settled(cloudformation: Any, stack: str, name: str) -> Json:
    while True:
        told: Json = cloudformation.describe_change_set(StackName=stack, ChangeSetName=name)
        if told["Status"] not in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
            return told
        time.sleep(_POLL_S)


def _changes(cloudformation: Any, stack: str, name: str) -> Iterator[Json]:
    page: dict[str, str] = {}
    while True:
        told = cloudformation.describe_change_set(StackName=stack, ChangeSetName=name, **page)
        yield from (each["ResourceChange"] for each in told["Changes"] if "ResourceChange" in each)
        if not told.get("NextToken"):
            return
        page = {"NextToken": told["NextToken"]}


def drop(cloudformation: Any, proposed: ChangeSet) -> None:
    """Forget a change set that was only looked at, and the empty stack that it stood on."""
    with told_clearly("The change set could not be dropped"):
        cloudformation.delete_change_set(StackName=proposed.stack, ChangeSetName=proposed.name)
        if proposed.is_new and status(cloudformation, proposed.stack) == "REVIEW_IN_PROGRESS":
            cloudformation.delete_stack(StackName=proposed.stack)


def execute(cloudformation: Any, proposed: ChangeSet) -> None:
    """Carry a change set out and wait for its end. Raises: DeployFailed, saying which resource failed and why."""
    began = time.time()
    with told_clearly(f"{proposed.stack} could not be changed"):
        cloudformation.execute_change_set(StackName=proposed.stack, ChangeSetName=proposed.name)
        ended = _wait(cloudformation, proposed.stack)
    if ended not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise DeployFailed(f"{proposed.stack} is {ended}:\n{_failures(cloudformation, proposed.stack, began)}")


def delete(cloudformation: Any, stack: str) -> None:
    """Delete a stack and wait for its end. Raises: DeployFailed."""
    found = status(cloudformation, stack)
    if found is None:
        return
    began = time.time()
    with told_clearly(f"{stack} could not be deleted"):
        identity = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackId"]
        cloudformation.delete_stack(StackName=stack)
        ended = _wait(cloudformation, identity)
    if ended != "DELETE_COMPLETE":
        raise DeployFailed(f"{stack} is {ended}:\n{_failures(cloudformation, identity, began)}")


def _wait(cloudformation: Any, stack: str) -> str:
    while True:
        found = status(cloudformation, stack) or "DELETE_COMPLETE"
        if not found.endswith("_IN_PROGRESS"):
            return found
        time.sleep(_POLL_S)


def status(cloudformation: Any, stack: str) -> str | None:
    """A stack's status; none when there is no such stack."""
    try:
        return str(cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"])
    except ClientError as error:
        if "does not exist" in error.response["Error"].get("Message", ""):
            return None
        raise


def outputs(cloudformation: Any, stack: str) -> dict[str, str]:
    """What a stack tells of itself; nothing when there is no such stack."""
    if status(cloudformation, stack) is None:
        return {}
    told = cloudformation.describe_stacks(StackName=stack)["Stacks"][0].get("Outputs", [])
    return {each["OutputKey"]: each["OutputValue"] for each in told}


def _failures(cloudformation: Any, stack: str, since: float) -> str:
    events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    failed = [
        f"  {each['LogicalResourceId']} ({each['ResourceType']}): {each.get('ResourceStatusReason', '')}"
        for each in reversed(events)
        if each["ResourceStatus"].endswith("FAILED") and each["Timestamp"].timestamp() >= since - 60
    ]
    return "\n".join(failed) or "  (no event says why)"


_SIGNS = {"Add": "+", "Modify": "~", "Remove": "-", "Import": "<"}


def shown(changes: list[Json]) -> str:
    """Changes as a person reads them: what is lost first, then what is replaced, changed and new."""
    lines = [_line(change) for change in changes]
    order = {"-": 0, "!": 1, "~": 2, "<": 3, "+": 4}
    return "\n".join(sorted(lines, key=lambda line: (order.get(line[2], 5), line)))


def _line(change: Json) -> str:
    replaced = change.get("Replacement") in ("True", "Conditional")
    sign = "!" if replaced else _SIGNS.get(change["Action"], "?")
    named = f"  {sign} {change['ResourceType'].removeprefix('AWS::')} {change['LogicalResourceId']}"
    if change["Action"] != "Modify":
        return named
    touched = sorted({each["Target"].get("Name") or each["Target"]["Attribute"] for each in change.get("Details", [])})
    how = " (is or may be replaced)" if replaced else ""
    return f"{named}: {', '.join(touched)}{how}"
