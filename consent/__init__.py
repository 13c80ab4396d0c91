"""May this application know? It owns consents and their screen; who asks and what is answered is left to `idp.oidc`."""
