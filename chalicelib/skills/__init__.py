"""Skills: frameworks of competences, levels estimated from what was answered, and how they grow."""
