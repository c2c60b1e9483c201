"""The deployment, rehearsed: the packaged stack in an emulated account with policies on, and the main job in it."""
