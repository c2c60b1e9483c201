"""What the web sees of courses."""
