"""Letters as whoever opens the envelopes reads them: from the PDF files that the provider makes for its printer."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from pypdf import PageObject, PdfReader

_MM = 72 / 25.4
_KINDS = ("welcome", "code")
_FILE = re.compile(rf".+_({'|'.join(_KINDS)})-[0-9]+")
_BIG = 16  # points: only the identifier and the code are drawn as large
_UNMOVED = [1, 0, 0, 1, 0, 0]


@dataclass(frozen=True)
class Block:
    """A paragraph of a letter; `kind` is "title", "text", "step", or "box": what stands above the large number."""

    kind: str
    text: str


@dataclass(frozen=True)
class Letter:
    """One letter. `number` is what it is written for: the identifier, or the code, with its last day in `until`."""

    id: str
    path: Path
    page: int
    kind: str
    """"welcome" or "code"."""
    sender: str
    subject: str
    address: tuple[str, ...]
    reference: str
    number: str
    until: str
    blocks: tuple[Block, ...]
    received_at: str = ""
    channel: str = "letter"

    @property
    def to(self) -> str:
        """Who the envelope is for."""
        return " – ".join(self.address[:2])

    @property
    def text(self) -> str:
        """The letter as plain text."""
        parts = ["\n".join(self.address), self.reference, *self._said()]
        return "\n\n".join(parts)

    def _said(self) -> Iterator[str]:
        for block in self.blocks:
            yield (
                " ".join(filter(None, (block.text, ":", self.number, self.until)))
                if block.kind == "box"
                else block.text
            )


class Letters:
    """The letters of a folder. A file is read once; one that is sealed to a printer is for the printer only."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._read: dict[tuple[Path, int], list[Letter]] = {}

    def all(self) -> list[Letter]:
        """Every letter, the two of a person side by side: those of a batch arrive together."""
        batches: dict[str, list[Path]] = {}
        for path in self._folder.glob("*.pdf") if self._folder else ():
            if _FILE.fullmatch(path.stem):
                batches.setdefault(path.stem.rpartition("_")[0], []).append(path)
        found = [letter for paths in batches.values() for letter in self._letters_of(paths)]
        return sorted(found, key=lambda letter: (letter.reference, _KINDS.index(letter.kind)))

    def _letters_of(self, paths: Sequence[Path]) -> Iterator[Letter]:
        times = [path.stat().st_mtime_ns for path in paths]
        arrived = datetime.fromtimestamp(min(times) // 10**9, UTC).isoformat()
        for known in zip(paths, times, strict=True):
            if known not in self._read:
                self._read[known] = list(_letters(known[0]))
            yield from (replace(letter, received_at=arrived) for letter in self._read[known])


@dataclass(frozen=True)
class _Run:
    """Words drawn in one go: where (millimetres from the left and the top), how large, and in which paragraph."""

    left: float
    top: float
    size: float
    bold: bool
    paragraph: tuple[float, ...] | None
    text: str


def _letters(path: Path) -> Iterator[Letter]:
    """The letters of a file: a page with an address begins one, a page without goes on with it."""
    pdf, kind = PdfReader(path), _KINDS[path.stem.rpartition("_")[2].startswith("code")]
    pages = [list(_runs(page)) for page in pdf.pages]
    starts = [number for number, runs in enumerate(pages) if any(map(_is_addressed, runs))]
    for start, end in zip(starts, [*starts[1:], len(pages)], strict=True):
        own = [run for run in pages[start] if run.paragraph is None]
        large = next(run for run in own if run.size >= _BIG)
        yield Letter(
            id=f"{path.stem}-{start + 1}",
            path=path,
            page=start + 1,
            kind=kind,
            sender=str(pdf.metadata.author if pdf.metadata else ""),
            subject=str(pdf.metadata.title if pdf.metadata else ""),
            address=tuple(run.text for run in own if _is_addressed(run)),
            reference=next(run.text for run in own if run.left < 100 and run.top < 82),
            number=large.text,
            until=next((run.text for run in own if run.left > 100 and abs(run.top - large.top) < 5), ""),
            blocks=tuple(block for page in pages[start:end] for block in _blocks(page, page is pages[start])),
        )


def _runs(page: PageObject) -> Iterator[_Run]:
    found: list[_Run] = []

    def visit(text: str, cm: list[float], tm: list[float], font: dict[str, Any] | None, size: float) -> None:
        if text.strip():
            paragraph = None if cm == _UNMOVED else tuple(cm)
            left, top = (cm[4] + tm[4]) / _MM, 297 - (cm[5] + tm[5]) / _MM
            bold = "Bold" in str((font or {}).get("/BaseFont", ""))
            found.append(_Run(left, top, size, bold, paragraph, text.replace("\n", " ")))

    page.extract_text(visitor_text=visit)
    for run in found:
        yield run if run.paragraph else _Run(run.left, run.top, run.size, run.bold, None, run.text.strip())


def _is_addressed(run: _Run) -> bool:
    """Whether it shows in the window of the envelope."""
    return run.left > 100 and 50 < run.top < 82 and run.paragraph is None


def _blocks(page: Sequence[_Run], is_front: bool) -> Iterator[Block]:
    """What all letters of a file share, in its order, below the head."""
    kind = "text"
    for paragraph, runs in groupby(page, key=lambda run: run.paragraph):
        for run in runs if paragraph is None else ():
            kind = "step" if run.text.isdigit() and run.size < _BIG else kind
            if 25 < run.left < 35 and run.size < _BIG:
                yield Block("box", run.text)
            if run.left > 100 and 82 < run.top < 95:
                yield Block("text", run.text)
        drawn = list(runs)
        if not paragraph or (is_front and drawn[0].top < 82):
            continue
        is_title = all(run.bold for run in drawn)
        yield Block("title" if is_title else kind, " ".join("".join(run.text for run in drawn).split()))
        kind = "text"
