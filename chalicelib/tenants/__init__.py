"""The registry of tenants: which organisations have a space, how each is dressed, what it has chosen, and its state."""
