"""What the web sees of assessment."""
