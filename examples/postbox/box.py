"""What was received, newest first, kept in files; and whose messages meet trouble, for tests."""

import json
import threading
import uuid
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import time_ns


@dataclass(frozen=True)
class Item:
    """A mail or an SMS as it arrived."""

    channel: str
    to: str
    sender: str
    subject: str
    text: str
    html: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    id: str = field(default_factory=lambda: f"{time_ns():020}-{uuid.uuid4().hex[:8]}")
    received_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))


@dataclass
class Trouble:
    """How the servers treat one recipient: `kind` is one of KINDS of `mail.py` or `gateway.py`."""

    kind: str
    times: int = 1_000_000
    seconds: float = 0


class Box:
    """Safe to share between threads. Without a folder nothing outlives it."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._items: list[Item] = []
        self.troubles: dict[str, Trouble] = {}
        self.attempts: list[str] = []
        """The recipient of each attempt, as it came, whatever became of it."""
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            self._items = [Item(**json.loads(path.read_text())) for path in sorted(folder.glob("*.json"))]

    def keep(self, item: Item) -> None:
        """Add what was received."""
        with self._lock:
            self._items.append(item)
            if self._folder is not None:
                draft = self._folder / f".{item.id}"
                draft.write_text(json.dumps(asdict(item), ensure_ascii=False))
                draft.rename(self._folder / f"{item.id}.json")

    def items(self, to: str | None = None) -> list[Item]:
        """Everything, or what one recipient got, the newest first."""
        with self._lock:
            return [item for item in reversed(self._items) if to in (None, item.to)]

    def item(self, item_id: str) -> Item | None:
        """One of them."""
        return next((item for item in self.items() if item.id == item_id), None)

    def empty(self) -> None:
        """Forget everything."""
        with self._lock:
            self._items.clear()
            for path in self._folder.glob("*.json") if self._folder else ():
                path.unlink()

    def trouble(self, recipient: str) -> Trouble | None:
        """Note an attempt, and say how it is to go wrong, if it is."""
        with self._lock:
            self.attempts.append(recipient)
            found = self.troubles.get(recipient)
            if found is None or found.times <= 0:
                return None
            found.times -= 1
            return found
