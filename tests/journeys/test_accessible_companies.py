"""Each page of a company's people, applications and delegations, as test_accessible_pages.py looks at pages."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests import worlds
from tests.journeys.test_accessible_pages import LANGUAGES, Accessible, Shown, reached
from tests.screens.every import OF_COMPANIES
from tests.screens.site import Site, serving


@pytest.fixture(scope="module")
def site(template: worlds.Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(template, tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.fixture(
    scope="module", params=[(name, language) for name in OF_COMPANIES for language in LANGUAGES], ids="-".join
)
def shown(request: pytest.FixtureRequest, site: Site, chromium: Browser) -> Iterator[Shown]:
    with reached(*request.param, site, chromium) as screen:
        yield screen


class TestPagesOfCompanies(Accessible):
    """What a holder does, and what a firm does."""
