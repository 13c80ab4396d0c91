"""What comes of a proof of identity."""

from idp.login.outcome import Reason


def test_no_reason_tells_whether_the_account_exists():
    assert set(Reason) == {"credentials", "too_many", "network"}
