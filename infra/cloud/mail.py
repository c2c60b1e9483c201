"""Who letters come from: the domain that SES verifies by the keys it signs with, which stand in the domain's DNS."""

from __future__ import annotations

from infra.cloud.cloudformation import Json, ref


def resources() -> Json:
    """The identity, where this stack is the one to make it: a domain has one in each region."""
    return {
        "MailIdentity": {
            "Type": "AWS::SES::EmailIdentity",
            "Condition": "MakesIdentity",
            "Properties": {
                "EmailIdentity": ref("MailDomain"),
                "DkimSigningAttributes": {"NextSigningKeyLength": "RSA_2048_BIT"},
                "FeedbackAttributes": {"EmailForwardingEnabled": True},
            },
        }
    }
