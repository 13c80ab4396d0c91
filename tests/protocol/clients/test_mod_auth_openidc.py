"""Apache's mod_auth_openidc over https with a private authority (OpenID Connect Core 3.1, 5.3, 12; RP-Initiated and
Back-Channel Logout 1.0)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from tests.couriers import delivers
from tests.postboxes import free_port
from tests.protocol.clients.apache import apache, back, site
from tests.protocol.clients.conftest import Person, Secure


@dataclass(frozen=True)
class Site:
    """Pages for members behind Apache."""

    home: str
    door: str
    """Where the module answers itself."""

    @property
    def page(self) -> str:
        """For whoever signed in."""
        return f"{self.home}/members.html"

    @property
    def goodbye(self) -> str:
        """For everyone."""
        return f"{self.home}/signed-out.html"

    def hook(self, **asked: str) -> str:
        """What the module does at its own address."""
        return f"{self.door}?{urlencode(asked)}"


@contextmanager
def served(provider: Secure, mode: str = "query", **changes: Any) -> Iterator[Site]:
    """A site, registered as a client; it asks for answers in that mode."""
    port = free_port()
    made = Site(site(port), back(port))
    uris = {"redirect_uris": (made.door,), "post_logout_redirect_uris": (made.goodbye,)}
    told = {"backchannel_logout_uri": made.hook(logout="backchannel")}
    with apache(port, provider, provider.registers(**uris, **told, **changes), mode):
        yield made


@pytest.fixture(scope="module")
def members(provider: Secure) -> Iterator[Site]:
    """The site of the house."""
    with served(provider) as made:
        yield made


def opens(person: Person, url: str) -> httpx.Response:
    """What a page of the site says; the person is sent to sign in, if need be, and comes back."""
    answer = person.http.get(url)
    while answer.is_redirect:
        there = answer.headers["Location"]
        answer = person.http.get(person.goes(there) if there.startswith(person.provider.issuer) else there)
    return answer


def known(person: Person, members: Site) -> dict[str, Any]:
    """What the module knows of whoever is signed in."""
    told: dict[str, Any] = person.http.get(members.hook(info="json")).json()
    return told


def is_in(person: Person, members: Site) -> bool:
    """Whether a page is shown without asking the provider."""
    answer = person.http.get(members.page)
    assert answer.is_success or answer.headers["Location"].startswith(f"{person.provider.issuer}/authorize?")
    return answer.is_success


def test_it_signs_in_and_asks_who_it_is(person, provider, members):
    assert not is_in(person, members)
    assert "For members only" in opens(person, members.page).text
    told = known(person, members)
    assert told["id_token"]["iss"] == provider.issuer
    assert told["userinfo"]["name"] == "Léa Martin"
    assert told["userinfo"]["sub"] == told["id_token"]["sub"]


def test_it_refreshes(person, members):
    """Core 12."""
    opens(person, members.page)
    former = known(person, members)
    again = members.hook(refresh=members.page, access_token=former["access_token"])
    assert person.http.get(again).headers["Location"] == members.page
    newer = known(person, members)
    assert newer["refresh_token"] != former["refresh_token"]
    assert newer["access_token"] != former["access_token"]


def test_it_understands_that_what_it_would_refresh_has_ended(person, provider, members):
    """RFC 6749 5.2: invalid_grant."""
    opens(person, members.page)
    person.says("yes", f"{provider.issuer}/end_session")
    again = members.hook(refresh=members.page, access_token=known(person, members)["access_token"])
    assert person.http.get(again).headers["Location"] == f"{members.page}?error_code=refresh_failed"


def test_it_signs_out_here_and_at_the_provider(person, members):
    """RP-Initiated Logout 1.0, 2."""
    opens(person, members.page)
    there = person.http.get(members.hook(logout=members.goodbye)).headers["Location"]
    assert person.goes(there) == members.goodbye
    assert not is_in(person, members)
    asked = person.http.get(members.page).headers["Location"]
    assert "error=login_required" in person.goes(f"{asked}&prompt=none")


def test_a_sign_out_elsewhere_ends_its_session(person, provider, members):
    """Back-Channel Logout 1.0, 2.6 and 2.7: it checks the token by itself, and forgets the session of its `sid`."""
    opens(person, members.page)
    person.says("yes", f"{provider.issuer}/end_session")
    assert is_in(person, members)
    assert delivers(provider.app).keys() == {"sent"}
    assert not is_in(person, members)


def test_it_says_that_the_person_refused(person, provider, members):
    """RFC 6749 4.1.2.1. By `form_post`: this version takes the `iss` of an error in the query (RFC 9207) for a wish to
    sign in that comes from elsewhere (Core 4)."""
    opens(person, members.page)
    with served(provider, "form_post", first_party=False) as firm:
        refused = person.says("deny", person.http.get(firm.page).headers["Location"])
        assert "access_denied" in person.carries(refused, firm.door).text
        assert not is_in(person, firm)
