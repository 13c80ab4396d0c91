"""May this application know? Consent owns what a person allowed whom; who the person is, it leaves to `idp`."""
