"""How the funds look from HTTP; what is applied and stored is decided in `idp.registry.funds`."""
