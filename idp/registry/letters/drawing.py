"""Letters as PDF: A4 for a DL envelope with its window on the right; what all letters of a file share is drawn once."""

import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path

from reportlab.lib.colors import Color, HexColor, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from idp.registry.letters import words
from idp.registry.letters.models import CODE, MANDATE, WELCOME
from idp.registry.letters.words import Letterhead, Told

_HEIGHT = A4[1]
_LEFT, _WIDE = 20 * mm, 170 * mm
# What the window shows wherever the sheet slides in its envelope: 85 mm wide, six lines of 4 mm high.
_WINDOW, _WINDOW_WIDE, _WINDOW_TOP, _LINE = 105 * mm, 84 * mm, 55 * mm, 4 * mm
_INK, _GREY, _PALE = HexColor("#1a2128"), HexColor("#56616b"), HexColor("#f1f4f6")
_BODY, _BOX, _FOOT = 99 * mm, 24 * mm, 282 * mm
_SCALES = (1, 0.95, 0.9, 0.85, 0.8)  # a long name or address makes the whole letter a little smaller
_BEFORE_A_MARK = re.compile(" (?=[:;?!»])|(?<=«) ")
_OWN = (Path("Vera.ttf"), Path("VeraBd.ttf"))  # reportlab finds its own by their names


@dataclass(frozen=True)
class Letter:
    """What one letter says that no other does: a `number` (a welcome letter), a `code` or what is `told`, never two."""

    reference: str
    address: tuple[str, ...]
    number: str | None
    code: str | None
    last_day: date
    told: Told | None = None


class Typeface:
    """The fonts of the letters: DejaVu, which has every letter of Europe; where it is not there, reportlab's Vera."""

    def __init__(self, folder: Path) -> None:
        there = (folder / "DejaVuSans.ttf", folder / "DejaVuSans-Bold.ttf")
        self.is_complete = all(path.exists() for path in there)
        for path in there if self.is_complete else _OWN:
            pdfmetrics.registerFont(TTFont(path.stem, str(path)))
        self.plain, self.bold = (path.stem for path in (there if self.is_complete else _OWN))
        pdfmetrics.registerFontFamily(self.plain, normal=self.plain, bold=self.bold)
        self._glyphs = pdfmetrics.getFont(self.plain).face.charToGlyph

    def drawable(self, text: str) -> str:
        """The text in the signs there are: a letter without its accent rather than a black square.

        The space that French sets before a mark never ends a line.
        """
        text = _BEFORE_A_MARK.sub("\u00a0", text)
        return "".join(char if ord(char) in self._glyphs else self._plainer(char) for char in text)

    def _plainer(self, char: str) -> str:
        base = unicodedata.normalize("NFKD", char)[0]
        return base if ord(base) in self._glyphs else "?"


def draw(
    kind: str, letterhead: Letterhead, dated: date, letters: Sequence[Letter], typeface: Typeface
) -> tuple[bytes, int]:
    """The PDF of these letters in their order, and its pages: a welcome letter has two, front and back, others one."""
    file = io.BytesIO()
    for scale in _SCALES:
        canvas = Canvas(file, pagesize=A4, pageCompression=1, lang="fr-FR", initialFontName=typeface.plain)
        canvas.setTitle(words.subject(kind))
        canvas.setAuthor(letterhead.name)
        sheet = _Sheet(canvas, typeface, letterhead, scale)
        if sheet.draw_front(kind, dated) <= _FOOT:
            break
    if kind == WELCOME:
        sheet.draw_back()
    for letter in letters:
        sheet.write(letter)
        canvas.showPage()
        if kind == WELCOME:
            canvas.doForm("back")
            canvas.showPage()
    canvas.save()
    return file.getvalue(), len(letters) * (2 if kind == WELCOME else 1)


class _Sheet:
    """A sheet being drawn from top to bottom: `_y` is how far."""

    def __init__(self, canvas: Canvas, typeface: Typeface, letterhead: Letterhead, scale: float) -> None:
        self._canvas, self._face, self._head, self._scale = canvas, typeface, letterhead, scale
        self._brand = HexColor(letterhead.colour)
        self._y = self._box = 0.0

    def write(self, letter: Letter) -> None:
        """What is this letter's own, over what all share."""
        canvas = self._canvas
        canvas.doForm("front")
        canvas.setFillColor(_INK)
        for place, line in enumerate(letter.address):
            self._line(_WINDOW, _WINDOW_TOP + place * _LINE + 3 * mm, line, 9.5, wide=_WINDOW_WIDE)
        canvas.setFillColor(_GREY)
        self._line(_LEFT, _WINDOW_TOP + 3 * mm, words.reference(letter.reference), 8.5, wide=68 * mm)
        canvas.setFillColor(_INK)
        if letter.code:
            half = len(letter.code) // 2
            code = f"{letter.code[:half]} {letter.code[half:]}"
            self._line(_LEFT + 8 * mm, self._box + 17 * mm, code, 26, font=self._face.bold, spread=2.5)
            self._line(_LEFT + 92 * mm, self._box + 16 * mm, words.valid_until(letter.last_day), 10, wide=72 * mm)
        if letter.number:
            self._line(_LEFT + 8 * mm, self._box + 17 * mm, letter.number, 22, font=self._face.bold, wide=150 * mm)
        if letter.told:
            self._tell(letter.told)

    def draw_front(self, kind: str, dated: date) -> float:
        """The side that carries the address; how far down it goes."""
        self._canvas.beginForm("front")
        self._draw_head()
        self._canvas.setFillColor(_INK)
        self._line(_WINDOW, 89 * mm, words.dated(dated), 10)
        self._y = _BODY
        if kind != MANDATE:
            self._draw_body(kind)
        self._canvas.endForm()
        return self._y

    def _draw_body(self, kind: str) -> None:
        self._text(f"<b>{escape(words.subject(kind))}</b>", 11.5, after=5)
        self._text(words.greeting(), after=3)
        self._text(words.opening(kind), after=5)
        self._draw_box(words.boxed(kind), after=3 if kind == CODE else 6)
        if kind == CODE:
            self._text(words.reading(), 9, colour=_GREY, after=6)
        self._text(f"<b>{escape(words.steps_title())}</b>", 11, colour=self._brand, after=2.5)
        for number, step in enumerate(words.steps(self._head), 1):
            self._draw_step(number, step)
        self._y += 1 * mm
        self._draw_end(kind)

    def _draw_end(self, kind: str) -> None:
        self._draw_caution(*words.caution(kind, self._head))
        self._text(words.assistance(kind, self._head), after=3)
        self._text(words.closing(), after=3)
        self._text(f"<b>{escape(self._head.name)}</b>")

    def _tell(self, told: Told) -> None:
        """The whole of a notice, which is longer for some than for others: as large as the page allows."""
        for scale in _SCALES:
            trial = _Sheet(Canvas(io.BytesIO(), pagesize=A4), self._face, self._head, scale)
            trial._draw_told(told)
            if trial._y <= _FOOT:
                break
        self._scale = scale
        self._draw_told(told)

    def _draw_told(self, told: Told) -> None:
        self._y = _BODY
        self._text(f"<b>{escape(told.subject)}</b>", 11.5, after=5)
        self._text(words.greeting(), after=3)
        self._text(escape(told.opening), after=4)
        self._draw_caution(told.title, "<br/>".join(map(escape, told.lines)))
        self._text(escape(told.remedy), after=4)
        self._draw_end(MANDATE)

    def draw_back(self) -> None:
        """The other side of the welcome letter: what the law has us tell."""
        self._canvas.beginForm("back")
        self._y = 22 * mm
        self._text(f"<b>{escape(words.privacy_title())}</b>", 14, colour=self._brand, after=6)
        for title, text in words.privacy(self._head):
            self._text(f"<b>{escape(title)}</b>", 10.5, after=1)
            self._text(text, after=4)
        self._canvas.endForm()

    def _draw_head(self) -> None:
        canvas = self._canvas
        canvas.setFillColor(self._brand)
        canvas.rect(0, _HEIGHT - 4 * mm, A4[0], 4 * mm, stroke=0, fill=1)
        self._y = 13 * mm
        if self._head.logo:
            picture = ImageReader(io.BytesIO(self._head.logo))
            high, wide = 15 * mm, 66 * mm
            canvas.drawImage(
                picture, _LEFT, _HEIGHT - self._y - high, wide, high, mask="auto", preserveAspectRatio=True, anchor="w"
            )
            self._y += high + 3 * mm
        else:
            self._text(f"<b>{escape(self._head.name)}</b>", 13, colour=self._brand, wide=78 * mm, after=2)
        contact = [self._head.name, *self._head.contact] if self._head.logo else self._head.contact
        self._text("<br/>".join(map(escape, contact)), 8.5, colour=_GREY, wide=78 * mm)

    def _draw_box(self, label: str, after: float) -> None:
        self._box = self._y
        self._canvas.setFillColor(_PALE)
        self._canvas.setStrokeColor(self._brand)
        self._canvas.setLineWidth(1.2)
        self._canvas.roundRect(_LEFT, _HEIGHT - self._y - _BOX, _WIDE, _BOX, 2 * mm, fill=1)
        self._canvas.setFillColor(_GREY)
        self._line(_LEFT + 8 * mm, self._y + 7 * mm, label, 9.5)
        self._y += _BOX + after * mm

    def _draw_step(self, number: int, step: str) -> None:
        radius = 2.9 * mm
        self._canvas.setFillColor(self._brand)
        self._canvas.circle(_LEFT + radius, _HEIGHT - self._y - radius, radius, stroke=0, fill=1)
        self._canvas.setFillColor(white)
        self._canvas.setFont(self._face.bold, 9.5)
        self._canvas.drawCentredString(_LEFT + radius, _HEIGHT - self._y - radius - 3.4, str(number))
        self._text(step, left=9 * mm, after=2.5)

    def _draw_caution(self, title: str, text: str) -> None:
        top = self._y
        self._text(f"<b>{escape(title)}</b>", left=5 * mm, after=1)
        self._text(text, left=5 * mm)
        self._canvas.setFillColor(self._brand)
        self._canvas.rect(_LEFT, _HEIGHT - self._y, 1.2 * mm, self._y - top, stroke=0, fill=1)
        self._y += 4 * mm

    def _text(
        self,
        markup: str,
        size: float = 10,
        *,
        colour: Color = _INK,
        left: float = 0,
        wide: float = _WIDE,
        after: float = 0,
    ) -> None:
        """A paragraph from where we are; then we are below it, and `after` millimetres more."""
        size *= self._scale
        style = ParagraphStyle("", fontName=self._face.plain, fontSize=size, leading=size * 1.38, textColor=colour)
        paragraph = Paragraph(self._face.drawable(markup), style)
        _, high = paragraph.wrap(wide - left, _HEIGHT)
        self._y += high
        paragraph.drawOn(self._canvas, _LEFT + left, _HEIGHT - self._y)
        self._y += after * mm * self._scale

    def _line(
        self, x: float, y: float, text: str, size: float, *, font: str = "", wide: float = _WIDE, spread: float = 0
    ) -> None:
        """A line whose foot is at `y` from the top, made smaller where it would be wider than its place."""
        text, font = self._face.drawable(text), font or self._face.plain
        size = min(size, size * wide / max(pdfmetrics.stringWidth(text, font, size), 1))
        self._canvas.setFont(font, size)
        self._canvas.drawString(x, _HEIGHT - y, text, charSpace=spread)
