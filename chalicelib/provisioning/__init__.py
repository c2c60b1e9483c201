"""Opening a tenant's space, suspending it, letting it go on, closing it: what only the centre's operators do."""
