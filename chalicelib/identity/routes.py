"""What the web sees of identity."""
