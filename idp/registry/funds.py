"""The funds as their files describe them: checked whole, then applied; a text that changed becomes a new version."""

import base64
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from idp import clock
from idp.db import db
from idp.registry.models import Fund, FundText
from idp.web import face, theme

_LOGO_TYPES = {".svg": "image/svg+xml", ".png": "image/png"}
_LARGEST_LOGO = 64 * 1024
_PAPER = (255, 255, 255)
# What YAML's reader raises: for its grammar, a date or a number that is none, a tag out of place, endless brackets.
_STUMBLES = (yaml.YAMLError, ValueError, AttributeError, RecursionError)
_LEGIBLE = 4.5  # WCAG 1.4.3: white text on the brand, brand text on white


class FileRefused(ValueError):
    """A file of funds cannot be applied; the message names each line at fault, for the operator."""


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("no such time zone") from error
    return name


def _address(text: str) -> str:
    try:
        validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise ValueError(str(error)) from error
    return text


def _legible(colour: str) -> str:
    if theme.contrast(_rgb(colour), _PAPER) < _LEGIBLE:
        raise ValueError(f"too pale on white: its contrast must be {_LEGIBLE} at least (WCAG 1.4.3)")
    return colour.lower()


def _rgb(colour: str) -> theme.RGB:
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue


Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$"), AfterValidator(_legible)]
Address = Annotated[str, Field(max_length=320), AfterValidator(_address)]
Zone = Annotated[str, Field(max_length=64), AfterValidator(_zone)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Contact(_Strict):
    """Where the fund can be reached."""

    email: Address
    phone: str | None = Field(default=None, max_length=32, pattern=r"^\+?[0-9 ]+$")


class Colours(_Strict):
    """The fund's colours. `brand` carries white text, and is text on white."""

    brand: Colour


class Text(_Strict):
    """A page at the foot, in Markdown: its headings begin at `##`, below the title."""

    title: str = Field(min_length=1, max_length=200)
    markdown: str = Field(min_length=1, max_length=100_000)


class Description(_Strict):
    """One fund of a file. `logo` is a file beside it, or nothing; `home_portal` the `client_id` of its portal."""

    code: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")
    name: str = Field(min_length=1, max_length=200)
    website: str | None = Field(default=None, max_length=500, pattern=r"^https://[^\s]+$")
    logo: str | None = None
    colours: Colours | None = None
    contact: Contact
    sender: Address
    time_zone: Zone = "Europe/Paris"
    home_portal: str | None = Field(default=None, max_length=255)
    texts: dict[str, Text]

    @model_validator(mode="after")
    def _complete(self) -> "Description":
        if self.texts.keys() != face.PAGES.keys():
            raise ValueError(f"texts must be these: {', '.join(face.PAGES)}")
        return self

    def columns(self) -> dict[str, Any]:
        """The values of the fund's row, without its code."""
        return {
            "name": self.name,
            "website": self.website,
            "logo": self.logo,
            "colours": self.colours.model_dump() if self.colours else {},
            "contact_email": self.contact.email,
            "contact_phone": self.contact.phone,
            "sender": self.sender,
            "time_zone": self.time_zone,
            "home_client_id": self.home_portal,
        }


class Applied(NamedTuple):
    """What became of one fund: the names of what changed, a text as `texts.legal`."""

    fund_id: UUID
    code: str
    is_new: bool
    changed: list[str]


class _File(_Strict):
    funds: list[Description] = Field(min_length=1)


def read(path: Path) -> list[Description]:
    """The funds of a YAML file, with the bytes of their logos. Raises `FileRefused`, with every fault and its place."""
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, *_STUMBLES) as error:
        raise FileRefused(f"{path} cannot be read: {error}") from error
    try:
        described = _File.model_validate(said).funds
    except ValidationError as error:
        raise FileRefused("\n".join(_places(error))) from error
    codes = [one.code for one in described]
    if len(set(codes)) < len(codes):
        raise FileRefused(f"{path} describes a fund twice")
    return [one.model_copy(update={"logo": _logo(path.parent / one.logo)}) if one.logo else one for one in described]


def apply(described: Iterable[Description]) -> list[Applied]:
    """Make the funds stand as described, in the present unit of work; a fund that is not described is left alone."""
    return [_apply(one) for one in described]


def logo(fund: Fund) -> tuple[str, bytes] | None:
    """The media type and the bytes of a fund's logo."""
    if not fund.logo:
        return None
    media_type, _, encoded = fund.logo.removeprefix("data:").partition(";base64,")
    return media_type, base64.b64decode(encoded)


def _apply(described: Description) -> Applied:
    now = clock.now()
    fund = Fund.by_code(described.code)
    is_new = fund is None
    if fund is None:
        fund = Fund(code=described.code, created_at=now, updated_at=now, **described.columns())
        db.session.add(fund)
        db.session.flush()
    changed = [name for name, value in described.columns().items() if getattr(fund, name) != value]
    for name in changed:
        setattr(fund, name, described.columns()[name])
    changed += [f"texts.{kind}" for kind, text in described.texts.items() if _publish(fund, kind, text)]
    if changed:
        fund.updated_at = now
    return Applied(fund.id, fund.code, is_new, changed)


def _publish(fund: Fund, kind: str, text: Text) -> bool:
    former = FundText.in_force(fund.id, kind)
    if former and (former.title, former.markdown) == (text.title, text.markdown):
        return False
    version = former.version + 1 if former else 1
    words = {"title": text.title, "markdown": text.markdown}
    db.session.add(FundText(fund_id=fund.id, kind=kind, version=version, published_at=clock.now(), **words))
    db.session.flush()
    return True


def _logo(path: Path) -> str:
    media_type = _LOGO_TYPES.get(path.suffix)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileRefused(f"logo: {path} cannot be read: {error}") from error
    if media_type is None or len(content) > _LARGEST_LOGO or not _looks_like(media_type, content):
        raise FileRefused(f"logo: {path} must be a PNG or SVG picture of {_LARGEST_LOGO // 1024} KiB at most")
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def _looks_like(media_type: str, content: bytes) -> bool:
    if media_type == "image/png":
        return content.startswith(b"\x89PNG\r\n\x1a\n")
    return bool(re.match(rb"\s*(<\?xml[^>]*>\s*)?<svg\b", content))


def _places(error: ValidationError) -> Iterable[str]:
    for fault in error.errors(include_url=False):
        yield f"{'.'.join(str(step) for step in fault['loc']) or 'file'}: {fault['msg']}"
