"""Whom an assertion names, and what each profile may sign with; tests/protocol/test_private_key_jwt.py has the rest."""

import pytest
from joserfc.jwk import KeySet

from idp.oidc.clients import assertions
from idp.oidc.models import registered
from keys import jose
from tests.signers import Signer


def test_an_assertion_names_its_subject_unproven(app):
    signer = Signer.register(app)
    assert assertions.claimed(signer.assertion()) == signer.portal.client_id
    for nobody in ("", "x", "a.b.c", signer.assertion(sub=None), signer.assertion(sub=["x"])):
        assert assertions.claimed(nobody) == ""


@pytest.mark.parametrize(("asked", "found"), [(None, 5), ("ES256", 1)])
def test_a_client_may_narrow_what_it_signs_with(app, asked, found):
    signer = Signer.register(app, token_endpoint_auth_signing_alg=asked)
    with app.app_context():
        client = registered.find(signer.portal.client_id)
    assert client is not None
    assert len(assertions.algorithms(client)) == found


def test_no_algorithm_is_symmetric_or_none():
    for offered in assertions.ALGORITHMS.values():
        assert not {"none", "HS256", "HS384", "HS512"} & set(offered)
        jose._registry(offered)  # refuses what is not asymmetric
    assert isinstance(KeySet([]), KeySet)
