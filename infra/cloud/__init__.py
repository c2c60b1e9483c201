"""The deployment: the package, the template, and the commands that bring them to an account."""
