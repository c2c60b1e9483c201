"""How data is reached: one DynamoDB client, tables bound to a tenant, table definitions, typed changes, files."""
