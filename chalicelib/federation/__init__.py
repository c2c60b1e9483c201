"""What others vouch for: their keys and documents fetched safely, their assertions verified, their sign-ins done.

What a stranger's server does wrong is a refusal of 424, not of 5xx: that an address which a tenant wrote does not
answer is no fault of ours, and must wake nobody.

Super-apps and single sign-on stand on it; it knows neither.

- :mod:`fetching`: one request to an address that a tenant gave, never into our own network
- :mod:`keys`: public keys, pasted or fetched
- :mod:`discovery`: what a provider says of itself
- :mod:`assertions`: a signed statement, verified claim by claim, and used once
- :mod:`tickets`: facts sealed for a while, kept by the client
- :mod:`code_flow`: OpenID Connect's code flow with PKCE
- :mod:`ambiguities`: whose sign-in leads to several accounts, for an admin to settle
"""
