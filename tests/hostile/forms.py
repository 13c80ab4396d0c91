"""What the forms of a page send."""

from html.parser import HTMLParser


class Fields(HTMLParser):
    """The names of all that the forms of a page send, and what they hold."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.held: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag in ("input", "select", "textarea", "button") and named.get("name"):
            self.held.setdefault(str(named["name"]), named.get("value") or "")
