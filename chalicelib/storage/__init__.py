"""How data is reached: one DynamoDB client, tables bound to a tenant, table definitions, typed changes, files."""

from chalicelib.storage import lean_pynamodb  # noqa: F401 (before anybody imports pynamodb)
