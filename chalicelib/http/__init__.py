"""The way in: ``@endpoint``, who may do what, problems, paging, caching, tokens, the OpenAPI document."""
