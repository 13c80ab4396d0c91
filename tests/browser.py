"""A person at a browser: keeps cookies, fills forms by their names, follows our redirects and stops elsewhere."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Flask
from werkzeug.test import TestResponse

from tests.builders import Member, Portal

ISSUER = "http://localhost:8000"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636, appendix B
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@dataclass
class Page:
    """What the person sees: the last answer of ours, with its forms; or where they were sent."""

    response: TestResponse
    url: str

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def text(self) -> str:
        """Without the places where a long word may break: they are no text."""
        return self.response.get_data(as_text=True).replace("<wbr />", "")

    @property
    def location(self) -> str | None:
        return self.response.headers.get("Location")

    @property
    def answer(self) -> dict[str, str]:
        """The parameters a portal receives."""
        assert self.location is not None, self.text
        return dict(parse_qsl(urlsplit(self.location).query, keep_blank_values=True))

    @property
    def title(self) -> str:
        return _Forms.of(self.text).title

    def fields(self) -> dict[str, str]:
        """What the form of the page holds already."""
        return dict(_Forms.of(self.text).fields)


@dataclass
class Browser:
    """One profile of one browser."""

    app: Flask
    client: Any = field(init=False)
    page: Page = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    def get(self, url: str, **options: Any) -> Page:
        """Open an address, and follow redirects as long as they stay here."""
        return self._follow(self.client.get(url, base_url=ISSUER, **options), url)

    def post(self, url: str, data: dict[str, str], **options: Any) -> Page:
        """Send a form to an address."""
        return self._follow(self.client.post(url, data=data, base_url=ISSUER, **options), url)

    def submit(self, choice: str | None = None, **typed: str) -> Page:
        """Fill the form of this page and send it where the page stands."""
        data = self.page.fields() | typed | ({"choice": choice} if choice else {})
        return self.post(self.page.url, data)

    def asks(self, portal: Portal, **parameters: str | None) -> Page:
        """Open a portal's authorization request."""
        return self.get(f"/authorize?{urlencode(request_of(portal, **parameters))}")

    def signs_in(self, member: Member, portal: Portal, **parameters: str | None) -> Page:
        """Come from a portal, type address and password, and be sent back."""
        page = self.asks(portal, **parameters)
        if page.location is None:
            page = self.submit(email=member.email, password=member.password)
        return page

    def cookie(self, name: str) -> str | None:
        """The value of one of our cookies."""
        found = self.client.get_cookie(name, domain="localhost")
        return found.value if found else None

    def _follow(self, response: TestResponse, url: str) -> Page:
        for _ in range(10):
            location = response.headers.get("Location")
            if location is None or not location.startswith(("/", ISSUER)):
                break
            url = location.removeprefix(ISSUER)
            response = self.client.get(url, base_url=ISSUER)
        self.page = Page(response, url)
        return self.page


def request_of(portal: Portal, **parameters: str | None) -> dict[str, str]:
    """A valid authorization request, changed; None leaves a parameter out."""
    values: dict[str, str | None] = {
        "client_id": portal.client_id,
        "redirect_uri": portal.redirect_uri,
        "response_type": "code",
        "scope": "openid profile organization",
        "state": "state-123",
        "nonce": "nonce-456",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return {name: value for name, value in (values | parameters).items() if value is not None}


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: list[tuple[str, str]] = []
        self.title = ""
        self._in_title = False

    @classmethod
    def of(cls, text: str) -> "_Forms":
        forms = cls()
        forms.feed(text)
        forms.title = " ".join(forms.title.split())
        return forms

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        unticked = named.get("type") == "checkbox" and "checked" not in named
        if tag == "input" and named.get("name") and not unticked:
            self.fields.append((str(named["name"]), named.get("value") or ""))
        self._in_title = tag == "title"

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
