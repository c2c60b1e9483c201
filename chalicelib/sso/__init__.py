"""Single sign-on: a space's own OpenID Connect providers (Keycloak, Entra, Google Workspace, VNeID), by configuration
alone. The protocol is :mod:`chalicelib.federation`'s."""
