"""Paper: what leaves as a page that people print. It knows fonts, lines and squares, and nothing of what they say."""
