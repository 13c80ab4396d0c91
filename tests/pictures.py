"""Take the pictures of README, docs and help from the seeded product in Chromium: `make pictures`.

What is random or of today (codes, dates, hours, ports) is overwritten on the page before each picture: the same product
gives the same bytes.
"""

import io
import re
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from playwright.sync_api import Browser, FloatRect, Page, ViewportSize, sync_playwright

from examples import invented
from tests import servers
from tests.examples.running import ROOT, Examples, free_ports, started
from tests.postboxes import letters
from tests.screens.site import choice, fill, submit

DOCS = ROOT / "docs" / "pictures"
HELP = ROOT / "idp" / "static" / "help"
SIZES = ROOT / "templates" / "help" / "sizes.html"
PHONE: ViewportSize = {"width": 390, "height": 844}
SMALL: ViewportSize = {"width": 360, "height": 760}
DESKTOP: ViewportSize = {"width": 1180, "height": 800}
COLOURS = 64
AROUND = 8
"""Pixels around a part."""
IN_ENGLISH_TOO = ("sign-in", "step-1")
CODE, SMS_CODE = "K7PF 3M9T", "402817"
PASSWORD = "Trois-Mots-Sans-Rapport-7"
PATIENCE = 20_000

_MONTHS = {
    "fr": "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre",
    "en": "January|February|March|April|May|June|July|August|September|October|November|December",
}
_STEADY: tuple[tuple[str, str], ...] = (
    (rf"\b\d{{1,2}}(er)? ({_MONTHS['fr']}) \d{{4}}", "3 mars 2026"),
    (rf"\b\d{{1,2}} ({_MONTHS['en']}) \d{{4}}", "3 March 2026"),
    (rf"\b({_MONTHS['en']}) \d{{1,2}}, \d{{4}}", "March 3, 2026"),
    (r"\b\d{2}/\d{2}\b", "03/03"),
    (r"\b\d{1,2}:\d{2}(:\d{2})?\b", "10:30"),
    (r"\blocalhost:\d+", "localhost:8000"),
)
_OVERWRITE = """(pairs) => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode())
    for (const [pattern, text] of pairs)
      walker.currentNode.data = walker.currentNode.data.replace(new RegExp(pattern, "g"), text);
}"""


@dataclass
class Camera:
    """Takes pictures of one page in one language. `secrets`: random words it has met, and what stands for them."""

    page: Page
    lang: str
    secrets: dict[str, str] = field(default_factory=dict)

    def whole(self, name: str, size: ViewportSize, page: Page | None = None, at: str | None = None) -> None:
        """What is in sight, from the top or from that element, for the docs: in English, it is another picture."""
        page = page or self.page
        page.set_viewport_size(size)
        self._steady(page)
        if at:
            page.locator(at).evaluate("(it) => it.scrollIntoView({ block: 'center' })")
        suffix = "" if self.lang == "fr" else f"-{self.lang}"
        if self.lang == "fr" or name in IN_ENGLISH_TOO:
            _write(DOCS / f"{name}{suffix}.png", page.screenshot(animations="disabled"))
        page.set_viewport_size(SMALL)

    def part(self, name: str, selector: str = ".card", page: Page | None = None) -> None:
        """One part of it, for the help."""
        page = page or self.page
        self._steady(page)
        box = page.locator(selector).first.bounding_box()
        assert box is not None
        clip: FloatRect = {
            "x": max(box["x"] - AROUND, 0),
            "y": max(box["y"] - AROUND, 0),
            "width": box["width"] + 2 * AROUND,
            "height": box["height"] + 2 * AROUND,
        }
        _write(HELP / self.lang / f"{name}.webp", page.screenshot(animations="disabled", full_page=True, clip=clip))

    def _steady(self, page: Page) -> None:
        known = [(re.escape(secret), text) for secret, text in self.secrets.items()]
        page.evaluate(_OVERWRITE, [*known, *_STEADY])
        page.evaluate("() => { document.activeElement?.blur(); scrollTo(0, 0) }")


@dataclass(frozen=True)
class Walk:
    """One way through the product, as this newcomer, beside members who have an account already."""

    examples: Examples
    camera: Camera
    newcomer: invented.Newcomer
    mobile: str
    read: set[str]
    """Messages that were read already, by their ids: the same people appear on every way."""

    @property
    def name(self) -> str:
        return f"{self.newcomer.person.given_names} {self.newcomer.person.family_name}"

    def take(self) -> None:
        """All pictures of this way, in the order of the guide."""
        self.letters()
        self.step_1()
        self.step_2()
        self.activation()
        self.signing_in()
        self.forgotten_password()
        self.certification()

    def letters(self) -> None:
        """Both letters, as the postbox shows them."""
        page, url = self.camera.page, self.examples.postbox
        self.camera.secrets[letters(url, self.name).code] = CODE
        letter = self._received("letter", self.name, kind="code")
        page.goto(f"{url}/letters/{letter['id']}")
        self.camera.part("letter", "article.sheet .boxed")
        page.goto(f"{url}/?to={self.name}")
        self.camera.whole("letters", PHONE)

    def step_1(self) -> None:
        """The first step, filled in, and sent with the true code."""
        page, got = self.camera.page, letters(self.examples.postbox, self.name)
        page.goto(f"{self.examples.portal}/create")
        fill(page, number=got.identifier, siret=got.siret, code=CODE)
        self.camera.part("step-1")
        self.camera.whole("step-1", PHONE)
        submit(page, code=got.code)

    def step_2(self) -> None:
        """The second step, its mobile certified, and the page that sends people to their mails."""
        page, email = self.camera.page, self.newcomer.person.email
        fill(page, email=email, email_again=email, password=PASSWORD, password_again=PASSWORD)
        self.camera.part("step-2", "fieldset")
        fill(page, mobile=self.mobile)
        choice(page, "certify").click()
        page.locator("[name=code]").wait_for()
        sms = self._received("sms", "", text=r"\b[0-9]{6}\b")
        fill(page, code=SMS_CODE)
        self.camera.part("mobile-code", "#mobile-part")
        fill(page, code=re.findall(r"\b[0-9]{6}\b", sms["text"])[0])
        choice(page, "verify").click()
        page.locator(".badge").wait_for()
        self.camera.part("mobile-certified", "#mobile-part")
        self.camera.whole("step-2", PHONE, at="#mobile-part")
        page.locator("[name=terms]").check()
        submit(page)
        page.wait_for_url("**/sent*")
        self.camera.part("sent")

    def activation(self) -> None:
        """The mail, its page, and the portal behind it."""
        page, email = self.camera.page, self.newcomer.person.email
        mail = self._received("mail", self.name, to=re.escape(email))
        page.goto(f"{self.examples.postbox}/messages/{mail['id']}/html")
        self.camera.part("mail", ".mail")
        self.camera.whole("mail", PHONE)
        page.goto(self._link(mail))
        self.camera.part("activation")
        submit(page)
        page.wait_for_url("**/activated*")
        self.camera.whole("activated", PHONE)
        page.locator("main a.button").click()
        page.wait_for_url(f"{self.examples.portal}/")
        self.camera.whole("portal", PHONE)
        self.camera.whole("portal-desktop", DESKTOP)

    def signing_in(self) -> None:
        """The sign-in page as a stranger meets it."""
        page = self._stranger(f"{self.examples.portal}/login")
        self.camera.part("sign-in", page=page)
        self.camera.whole("sign-in", PHONE, page)
        self.camera.whole("sign-in-desktop", DESKTOP, page)
        page.emulate_media(color_scheme="dark")
        self.camera.whole("sign-in-dark", PHONE, page)
        page.context.close()

    def forgotten_password(self) -> None:
        """The address that is asked for, and the new password."""
        page = self._stranger(f"{self.examples.provider}/password-reset")
        fill(page, email=invented.LEA.email)
        self.camera.part("reset", page=page)
        submit(page)
        page.goto(self._link(self._received("mail", "", to=re.escape(invented.LEA.email))))
        self.camera.part("new-password", page=page)
        page.context.close()

    def certification(self) -> None:
        """The page that stands before the portal when an address must be certified again."""
        page = self._stranger(f"{self.examples.portal}/login")
        submit(page, email=invented.YANIS.email, password=invented.PASSWORD)
        page.locator("button[value=send]").wait_for()
        self.camera.part("certification", page=page)
        page.context.close()

    def _stranger(self, address: str) -> Page:
        page = a_page(self.camera.page.context.browser, self.camera.lang)
        page.goto(address)
        return page

    def _received(self, channel: str, person: str, **having: str) -> dict[str, Any]:
        """The newest unread message of that kind whose fields are as these patterns say, once it has come."""
        limit = time.monotonic() + 30
        while time.monotonic() < limit:
            told = httpx.get(f"{self.examples.postbox}/messages.json", trust_env=False).json()["messages"]
            for one in told:
                is_theirs = one["channel"] == channel and person in ("", one["person"])
                is_new = one["id"] not in self.read
                if is_new and is_theirs and all(re.search(pattern, one[name]) for name, pattern in having.items()):
                    self.read.add(one["id"])
                    return dict(one)
            time.sleep(0.2)
        raise RuntimeError(f"no {channel} came for {person or having}")

    def _link(self, mail: dict[str, Any]) -> str:
        (found,) = re.findall(rf"^{re.escape(self.examples.provider)}/\S+", mail["text"], flags=re.MULTILINE)
        return str(found)


def a_page(browser: Browser, lang: str) -> Page:
    """A small telephone of a person who speaks that language, with two points for each pixel."""
    locale = {"fr": "fr-FR", "en": "en-GB"}[lang]
    context = browser.new_context(locale=locale, viewport=SMALL, device_scale_factor=2, color_scheme="light")
    context.set_default_timeout(PATIENCE)
    return context.new_page()


def main() -> None:
    """Start the product in a folder that goes away, and walk through it in both languages."""
    ways = {"fr": (invented.NEWCOMERS[2], "06 39 98 00 03"), "en": (invented.NEWCOMERS[1], "06 39 98 00 04")}
    read: set[str] = set()
    with tempfile.TemporaryDirectory() as folder, started(Path(folder), free_ports()) as examples:
        examples.until_ready()
        with sync_playwright() as playwright, servers.chromium(playwright) as browser:
            for lang, (newcomer, mobile) in ways.items():
                Walk(examples, Camera(a_page(browser, lang), lang), newcomer, mobile, read).take()
    _write_sizes()
    taken = [path for folder in (DOCS, HELP) for path in folder.rglob("*.*")]
    print(f"{len(taken)} pictures, {sum(path.stat().st_size for path in taken) // 1024} KiB")


def _write_sizes() -> None:
    """The template that keeps the place of each picture of the help before it comes."""
    sizes = {str(path.relative_to(HELP.parent)): Image.open(path).size for path in sorted(HELP.rglob("*.webp"))}
    said = "{#- Width and height of each picture of the help. Made by `make pictures`. -#}"
    SIZES.write_text(f"{said}\n{{%- set sizes = {sizes} -%}}\n")


def _write(path: Path, png: bytes) -> None:
    """In a few colours: screens have few. No date or program is named in the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    few = Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    if path.suffix == ".webp":
        few.convert("RGB").save(path, lossless=True, quality=100, method=6)
    else:
        few.save(path, optimize=True)


if __name__ == "__main__":
    main()
