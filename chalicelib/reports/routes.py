"""What the web sees of reports."""
