"""What the web sees of provisioning."""
