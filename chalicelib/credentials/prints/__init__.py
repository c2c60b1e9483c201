"""Credentials on paper and as a picture to share: what they show, and where it is drawn once for all who ask."""
