"""A marked value is found however it is written, and nothing else is taken for it."""

import base64
from urllib.parse import quote

from tests.canaries import Canaries

PASSWORD = "Canari-Jaune-4271!"


def test_a_canary_is_found_however_it_is_written():
    seen = Canaries()
    seen.secret("password", PASSWORD)
    seen.secret("code", "407213")
    for written in (PASSWORD, quote(PASSWORD), PASSWORD.encode().hex(), base64.b64encode(PASSWORD.encode()).decode()):
        assert seen.secrets_in(b"x", f"x{written}x".encode()) == {"password"}
    assert seen.secrets_in(b"code=407213&x") == {"code"}
    assert seen.secrets_in(b"20:08:59.407213+00:00 a407213f") == set()
