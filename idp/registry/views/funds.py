"""The funds as pages show them: their faces, their logos, and the five pages at the foot."""

from uuid import UUID

from flask import Response, g, has_request_context, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markdown_it import MarkdownIt
from markupsafe import Markup

from idp.errors import NotFound
from idp.registry import funds
from idp.registry.models import Fund, FundText
from idp.web.face import PAGES, Face

# No HTML of the fund's reaches the page, no address but http, https and mailto, and no picture of another host.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def face(fund_id: str) -> Face | None:
    """The face of a fund, for `idp.web.face`. A mail that a command sends has no page for a logo to be on."""
    fund = Fund.by_id(UUID(fund_id))
    if fund is None:
        return None
    brand = fund.colours.get("brand")
    return Face(
        code=fund.code,
        name=fund.name,
        colour=brand.removeprefix("#") if brand else None,
        logo=url_for("registry.logo", code=fund.code) if fund.logo and has_request_context() else None,
        contact_email=fund.contact_email,
        contact_phone=fund.contact_phone,
        website=fund.website,
        time_zone=fund.time_zone,
        sender=fund.sender,
    )


def wear_the_only_one() -> Fund | None:
    """The only fund, in a house that has but one: a page that knows no fund yet wears its face."""
    fund = Fund.only()
    if fund is not None:
        g.fund_id = str(fund.id)
    return fund


def page(page: str) -> ResponseReturnValue:
    """One of the pages at the foot, in the words of the fund that `?fund=` names; each fund answers for its own."""
    fund = Fund.by_code(request.args.get("fund", ""))
    if fund is None:
        return render_template("registry/choice_of_fund.html", title=PAGES[page], funds=Fund.all())
    g.fund_id = str(fund.id)
    text = FundText.in_force(fund.id, page)
    if text is None:
        raise NotFound(f"the fund {fund.code} has no text {page}")
    words = Markup(_rendered(text.markdown))  # noqa: S704 - rendered with its HTML escaped
    return render_template("web/footer_page.html", title=text.title, html=words)


def _rendered(markdown: str) -> str:
    """HTML, in which a keyboard can scroll a table that is wider than a telephone."""
    return str(_MARKDOWN.render(markdown)).replace("<table>", '<table tabindex="0">')


def logo(code: str) -> Response:
    """The logo of a fund."""
    fund = Fund.by_code(code)
    picture = funds.logo(fund) if fund else None
    if picture is None:
        raise NotFound("no such logo")
    media_type, content = picture
    return Response(content, mimetype=media_type, headers={"Cache-Control": "public, max-age=3600"})
