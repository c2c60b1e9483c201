"""Every wildcard that a policy of the template allows something by, and why AWS takes, or we know, nothing narrower.

A test reads the finished template and fails on any other. What is *refused* may be as wide as it likes.
"""

# Actions that AWS knows no resource for: they stand beside "*".
WITHOUT_RESOURCE = {
    "dynamodb:ListStreams": "Lambda's poller needs it to follow a stream; it reads names alone",
    "sns:Publish": "a telephone has no resource name; topics, which have one, are refused beside it",
    "lambda:CreateEventSourceMapping": "its name is not known before it is made; held to one function",
    "lambda:ListEventSourceMappings": "reads names of mappings alone, and takes no condition",
}

# Actions named by their beginning.
ACTIONS = {
    "kms:ReEncrypt*": "DynamoDB's from and to; its guide names them so, and a session's policy is short of room",
    "kms:GenerateDataKey*": "the same, with and without the plain key",
}

# Resources, from the kind on. ${Stage} holds no hyphen, so hocmo-${Stage}-… is never another stage's.
RESOURCES = {
    "table/hocmo-${Stage}-*": "provisioning makes the tables of tenants who are not known yet; not the platform's",
    "table/hocmo-${Stage}-*-learning/stream/*": "the same tenants; a stream is named by the time it was enabled",
    "table/hocmo-${Stage}-*-people": "the bound of all sessions; each session names one tenant's tables in full",
    "table/hocmo-${Stage}-*-courses": "the same",
    "table/hocmo-${Stage}-*-learning": "the same",
    "table/hocmo-${Stage}-*-statements": "the same",
    "table/hocmo-${Stage}-*-people/index/*": "the same",
    "table/hocmo-${Stage}-*-learning/index/*": "the same",
    "${ContentBucket}/*": "the same: each session names one tenant's prefix",
    "${WebBucket.Arn}/*": "CloudFront reads the web builds, which hold nothing that is not for everyone",
    "event-source-mapping:*": "Lambda makes a mapping's id; held to the one function by a condition",
    "log-group:/aws/lambda/hocmo-${Stage}-api:*": "the streams of the function's own log: Lambda names them",
    "log-group:/aws/lambda/hocmo-${Stage}-run_jobs:*": "the same",
    "log-group:/aws/lambda/hocmo-${Stage}-provision:*": "the same",
    "log-group:/aws/lambda/hocmo-${Stage}-apply_changes:*": "the same",
    "log-group:/aws/lambda/hocmo-${Stage}-tick:*": "the same",
    "log-group:/aws/lambda/hocmo-${Stage}-meter:*": "the same",
}

# Resources whose own policy says "*" and means themselves alone.
MEANING_ITSELF = {"AWS::KMS::Key": "a key's policy is about that key"}
