"""What the web sees of tenants."""
