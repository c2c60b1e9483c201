"""A space's library: handbooks, leaflets, pictures and links for its people, kept in versions, searched and counted."""
