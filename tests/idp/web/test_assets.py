"""Files are kept for ever under an address that changes with their content."""

import re

from flask.testing import FlaskClient


def test_a_page_names_the_version_of_each_file(visitor: FlaskClient):
    page = visitor.get("/screen").text
    addresses = re.findall(r'(/static/[\w.]+\?v=[0-9a-f]{8})"', page)
    assert len(addresses) == 3
    for address in addresses:
        assert visitor.get(address).headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_another_version_is_served_but_not_kept(visitor: FlaskClient):
    response = visitor.get("/static/style.css?v=00000000")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-cache"


def test_a_file_that_is_not_there_is_not_kept(visitor: FlaskClient):
    response = visitor.get("/static/none.css?v=00000000")
    assert response.status_code == 404
    assert response.headers["Cache-Control"] == "no-store"
