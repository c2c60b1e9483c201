"""Super-apps: their citizens come in with one tap, told who they are by an app that the space trusts.

- :mod:`registry`: which apps a space trusts, and with what
- :mod:`claims`: what of an app's word is taken, and as what
- :mod:`entering`: a signed assertion, and the person is in
- :mod:`signing_in`: the same by OpenID Connect, the app being the provider
- :mod:`consents`: what is asked of a person before anything is stored, kept with its text's version, withdrawn
- :mod:`accounts`: which account an app's person has: a new one, or one that the space has already
- :mod:`links`: what an admin sees of it, joins and splits
"""
