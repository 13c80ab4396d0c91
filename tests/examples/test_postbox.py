"""The postbox: what was sent is read there, and nothing of a mail acts on its page."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from examples.postbox.app import linked
from examples.postbox.box import Box, Item
from idp.delivery.transports.smtp import Smtp
from tests.idp.delivery.test_transport_contract import a_mail, settings
from tests.postboxes import AUTHORIZATION, Postbox, black_hole, postbox

LINK = "http://localhost:9/activation/secret"


@pytest.fixture
def box() -> Iterator[Postbox]:
    with postbox() as running:
        yield running


def send(box: Postbox, to: str = "lea@example.org", text: str = "Bonjour", html: str = "<p>Bonjour</p>") -> None:
    Smtp(settings(box)).send(a_mail(to, subject=f"Pour {to}", text=text, html=html))


def text_to(box: Postbox, **fields: str) -> httpx.Response:
    headers = {"Authorization": AUTHORIZATION}
    return httpx.post(f"{box.url}/sms", json=fields, headers=headers, trust_env=False)


def test_mails_and_sms_are_listed_the_newest_first(box: Postbox):
    send(box, "lea@example.org")
    text_to(box, to="+262639980001", text="Votre code : 123456", reference="1")
    send(box, "karim@example.org")
    page = httpx.get(box.url, trust_env=False).text
    places = [page.index(word) for word in ("Pour karim", "Votre code : 123456", "Pour lea")]
    assert places == sorted(places)
    assert '<meta http-equiv="refresh" content="3" />' in page
    only = httpx.get(box.url, params={"to": "lea@example.org"}, trust_env=False).text
    assert ("Pour lea" in only, "Pour karim" in only) == (True, False)


def test_a_mail_is_read_in_html_and_its_link_leads_there(box: Postbox, page: Page):
    with black_hole(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nThere") as port:
        link = f"http://127.0.0.1:{port}/activation/secret"
        send(box, text=f"Suivez\n{link}\n", html=f'<html><head></head><body><a href="{link}">Activer</a></body></html>')
        page.goto(box.url)
        page.get_by_role("link", name=re.compile("Pour lea")).click()
        expect(page.get_by_role("link", name=link)).to_have_attribute("href", link)
        page.frame_locator("iframe").get_by_role("link", name="Activer").click()
        page.wait_for_url(link)


def test_a_mail_runs_no_script_and_loads_nothing(box: Postbox, page: Page):
    reached: list[socket.socket] = []
    with black_hole(b"", reached.append) as port:
        evil = f"http://127.0.0.1:{port}/"
        html = f"<script>parent.location='{evil}'</script><img src='{evil}x.png' onerror='top.location=\"{evil}\"'>"
        send(box, text="<script>alert(1)</script>", html=html)
        page.goto(f"{box.url}/messages/{box.items()[0].id}")
        expect(page.locator("pre").first).to_contain_text("<script>alert(1)</script>")
        page.wait_for_load_state("networkidle")
        assert reached == []
    assert page.url.startswith(box.url)


def test_the_box_can_be_emptied(box: Postbox, page: Page):
    send(box)
    page.goto(box.url)
    page.get_by_role("button", name="Effacer les mails et les SMS").click()
    expect(page.get_by_text("Rien n’est arrivé encore")).to_be_visible()


@pytest.mark.parametrize(
    ("authorization", "fields", "status"),
    [("", {"to": "+1", "text": "x"}, 401), ("Bearer é", {}, 401), (AUTHORIZATION, {}, 400)],
)
def test_the_gateway_takes_what_is_whole_from_who_is_known(
    box: Postbox, authorization: str, fields: dict[str, str], status: int
):
    headers = {"Authorization": authorization.encode("latin-1")}
    assert httpx.post(f"{box.url}/sms", json=fields, headers=headers, trust_env=False).status_code == status


def test_a_box_with_a_folder_remembers(tmp_path: Path):
    Box(tmp_path).keep(Item("sms", "+1", "SMS", "", "one"))
    Box(tmp_path).keep(Item("sms", "+1", "SMS", "", "two"))
    assert [item.text for item in Box(tmp_path).items()] == ["two", "one"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"Voyez {LINK}.", f'Voyez <a href="{LINK}">{LINK}</a>.'),
        (f"Suivez {LINK}\nmerci", f'Suivez <a href="{LINK}">{LINK}</a>\nmerci'),
        ('http://x/"><b>', '<a href="http://x/">http://x/</a>&#34;&gt;&lt;b&gt;'),
        ("javascript:alert(1)", "javascript:alert(1)"),
    ],
)
def test_addresses_in_a_text_can_be_clicked(text: str, shown: str):
    assert str(linked(text)) == shown
