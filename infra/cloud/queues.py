"""The queues of jobs, each with the queue of what could not be handled, and those for batches of changes and of log
lines that failed.

A queue is a hint and the job's item the truth, so nothing is lost with a message; what lies in a dead-letter queue
tells of a defect, and an alarm watches it.
"""

from __future__ import annotations

from infra.cloud.cloudformation import Json, attribute, only_encrypted, policy, ref, sub

TWO_WEEKS_S = 1_209_600
# Lambda may hold a message back for six of its functions' timeouts (300 s) before it runs; the job's own lease of a
# minute decides when another worker may begin it, so a long time here delays nothing.
VISIBILITY_S = 1_800
MAX_RECEIVES = 5

QUEUES = {"JobsQueue": "jobs", "ProvisioningQueue": "provisioning"}
DEAD = {
    "JobsDeadQueue": "jobs-dead",
    "ProvisioningDeadQueue": "provisioning-dead",
    "ChangesDeadQueue": "changes-dead",
    "MeterDeadQueue": "meter-dead",
}


def resources() -> Json:
    """All queues and their policies."""
    found: Json = {name: _queue(suffix, MessageRetentionPeriod=TWO_WEEKS_S) for name, suffix in DEAD.items()}
    for name, suffix in QUEUES.items():
        dead = name.replace("Queue", "DeadQueue")
        found[name] = _queue(
            suffix,
            VisibilityTimeout=VISIBILITY_S,
            MessageRetentionPeriod=345_600,
            RedrivePolicy={"deadLetterTargetArn": attribute(dead), "maxReceiveCount": MAX_RECEIVES},
        )
    for name in (*QUEUES, *DEAD):
        found[f"{name}Policy"] = {
            "Type": "AWS::SQS::QueuePolicy",
            "Properties": {
                "Queues": [ref(name)],
                "PolicyDocument": policy(only_encrypted(attribute(name), "sqs:*")),
            },
        }
    return found


def _queue(suffix: str, **properties: object) -> Json:
    named = {"QueueName": sub(f"hocmo-${{Stage}}-{suffix}"), "SqsManagedSseEnabled": True}
    return {"Type": "AWS::SQS::Queue", "Properties": {**named, **properties}}
