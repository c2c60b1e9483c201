"""Opening a space for a tenant, suspending it and letting it go on: what only the central ministry's operators do."""
