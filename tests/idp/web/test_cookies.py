"""The names of our cookies, and what is read of them."""

import pytest
from flask import Flask

from idp.web.cookies import cookie, cookie_name


@pytest.mark.parametrize(
    ("header", "value"), [("", None), ("idp_x=one", "one"), ("idp_x=one; idp_x=two", None), ("__Host-x=one", None)]
)
def test_a_cookie_that_stands_twice_was_planted(app: Flask, header: str, value: str | None):
    with app.test_request_context("/", base_url="http://localhost:8000", headers={"Cookie": header}):
        assert cookie("x") == value


def test_over_http_a_name_is_only_ours(app: Flask):
    with app.app_context():
        assert cookie_name("session") == "idp_session"
