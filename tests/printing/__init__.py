"""Paper: text that fits, and pictures that others gave us."""
