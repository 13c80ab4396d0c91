"""Who acts for whom, and on whose behalf a person is here; what a token says of it is left to `oidc`."""
