"""What the web sees of learning."""
