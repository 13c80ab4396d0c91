"""The settings of the machine: where we are, what we stand on, and how we serve."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class Deployment(BaseSettings):
    """What differs from one machine to the next; `Settings` adds the rest."""

    model_config = SettingsConfigDict(
        env_prefix="IDP_", env_file=".env", frozen=True, extra="ignore", use_attribute_docstrings=True
    )

    # Where we are, and what we stand on
    issuer: str = "http://localhost:8000"
    """Our one public address, for ever. Its host decides: loopback is development, everything else production."""
    database_url: str = "sqlite:///var/idp.db"
    """SQLite (embedded default) or `postgresql+psycopg://…`, which production requires."""
    database_pool: int = Field(default=8, ge=1, le=100)
    """Connections a worker keeps to PostgreSQL."""
    database_timeout: timedelta = timedelta(seconds=3)
    """How long a connection or a statement may take on PostgreSQL before the page says that the service is away."""
    shortlived_url: str = "sqlite:///var/shortlived.db"
    """What must die by itself: a SQLite file (embedded default), or Redis (`redis://…`, `rediss://…`, `unix://…`)."""
    master_key_file: Path = Path("var/master.key")
    """The keys that seal what is secret at rest, one `version:base64` a line, readable by its owner only."""

    # Serving
    host: str = "127.0.0.1"
    """The address `idp serve` listens on."""
    port: int = Field(default=8000, ge=0, le=65535)
    """The port `idp serve` listens on."""
    workers: int = Field(default=1, ge=1, le=64)
    """Worker processes of `idp serve`: one per core."""
    threads: int = Field(default=6, ge=2, le=64)
    """Threads of a worker."""
    hashing_places: int = Field(default=1, ge=1, le=64)
    """Passwords a worker verifies at the same time."""
    waiting_places: int = Field(default=2, ge=0, le=256)
    """Sign-ins that may wait for that, before the next is asked to come back."""
    waiting_patience: timedelta = timedelta(seconds=2)
    """How long they wait at most."""
    trusted_proxies: int = Field(default=0, ge=0, le=5)
    """How many proxies of ours stand in front and add to `X-Forwarded-For`, `-Proto` and `-Host`."""
    max_body: int = Field(default=16 * 1024, ge=1024)
    """Bytes of a request body."""
    max_header: int = Field(default=8 * 1024, ge=1024)
    """Bytes of a request's headers."""
    header_timeout: timedelta = timedelta(seconds=5)
    """How long a client may take to send its headers."""
    node: str = "node-1"
    """This machine's name in the audit."""
    log_level: str = "INFO"
    """DEBUG, INFO, WARNING or ERROR."""
    locales: Annotated[tuple[str, ...], NoDecode] = ("fr", "en")
    """Languages of our pages, the first is the default."""
