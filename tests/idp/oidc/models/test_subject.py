"""A `sub` leads back to its account, and a text that is none to nobody."""

import pytest

from idp.oidc.models.subject import Subject


@pytest.mark.parametrize("sub", ["", "x", "é", "00000000-0000-4000-8000-000000000000"])
def test_what_is_no_sub_of_ours_is_nobody(app, sub):
    with app.app_context():
        assert Subject.account_of(sub, "") is None
