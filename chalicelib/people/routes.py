"""What the web sees of people."""
