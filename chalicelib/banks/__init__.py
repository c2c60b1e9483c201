"""Banks of questions: kept in versions that never change, found by their tags, shared by the centre with all spaces."""
