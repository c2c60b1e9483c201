"""Everything that can carry tags carries three: the app, the stage and who pays."""

from __future__ import annotations

from infra.cloud.cloudformation import Json, ref

# All that can; a test asks AWS's schemas whether one is missing.
_LISTED = {
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Stage",
    "AWS::CloudFront::Distribution",
    "AWS::CloudFront::Function",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::DynamoDB::Table",
    "AWS::Events::Rule",
    "AWS::IAM::Role",
    "AWS::KMS::Key",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Function",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::SES::EmailIdentity",
    "AWS::SNS::Topic",
    "AWS::SecretsManager::Secret",
    "AWS::SQS::Queue",
    "AWS::WAFv2::WebACL",
}
_TAGS: Json = {"app": "hocmo", "stage": ref("Stage"), "cost-centre": ref("CostCentre")}


def tagged(resources: Json) -> Json:
    """The resources with their tags."""
    return {name: _tagged(resource) for name, resource in resources.items()}


def _tagged(resource: Json) -> Json:
    if resource["Type"] not in _LISTED:
        return resource
    listed = [{"Key": key, "Value": value} for key, value in _TAGS.items()]
    return {**resource, "Properties": {**resource["Properties"], "Tags": listed}}
