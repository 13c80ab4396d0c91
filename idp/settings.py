"""Every setting of the provider, typed, with its default; read from the environment with the prefix `IDP_`."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, cast
from urllib.parse import urlsplit

from flask import current_app
from pydantic import Field, IPvAnyNetwork, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import NoDecode
from werkzeug.local import LocalProxy

from idp.deployment import Deployment
from idp.errors import SettingsRefused
from idp.safety import is_loopback, problems


class Settings(Deployment):
    """The settings in force, frozen. Durations are ISO 8601 (`PT30M`) or seconds; lists are comma-separated."""

    # Lifetimes of the protocol
    authorization_code_lifetime: timedelta = timedelta(seconds=60)
    """How long an authorization code may be redeemed."""
    replay_memory: timedelta = timedelta(minutes=10)
    """How long the record of a code stays, to recognize a replay."""
    journey_lifetime: timedelta = timedelta(minutes=30)
    """How long a person may take from the authorization request to its answer."""
    access_token_lifetime: timedelta = timedelta(minutes=10)
    """Access tokens."""
    id_token_lifetime: timedelta = timedelta(minutes=10)
    """ID tokens."""
    offline_idle_lifetime: timedelta = timedelta(days=30)
    """Offline refresh tokens, unused."""
    offline_lifetime: timedelta = timedelta(days=90)
    """Offline refresh tokens, whatever their use."""
    honest_retry_for: timedelta = timedelta(seconds=10)
    """How long a rotated refresh token may be presented again by a client that lost the answer."""
    session_idle_lifetime: timedelta = timedelta(minutes=30)
    """A session without activity."""
    session_lifetime: timedelta = timedelta(hours=12)
    """A session, whatever its activity."""
    session_touched_every: timedelta = timedelta(minutes=1)
    """How often activity is written down at most."""
    client_cached_for: timedelta = timedelta(seconds=1)
    """How long a worker may go on with a client's former registration; 0 asks each time."""
    key_published_for: timedelta = timedelta(hours=2)
    """A signing key is published that long before it signs."""
    keys_cached_for: timedelta = timedelta(seconds=60)
    """How long a worker keeps the signing keys before it looks again."""
    discovery_cached_for: timedelta = timedelta(hours=1)
    """What discovery and JWKS tell their readers about caching."""

    # Signing in
    sign_in_tries: int = Field(default=5, ge=1)
    """Failures of one login before it has to wait."""
    sign_in_delay: timedelta = timedelta(seconds=60)
    """The first wait; it doubles with each further failure."""
    sign_in_longest_delay: timedelta = timedelta(hours=1)
    """The longest wait."""
    sign_in_tries_a_day: int = Field(default=25, ge=1)
    """Tries of one login in 24 hours."""
    sign_in_network_failures: int = Field(default=15, ge=1, le=100)
    """How many logins may fail from one network, not counting those that then succeed; beyond, no other may try."""
    sign_in_network_window: timedelta = Field(default=timedelta(hours=3), gt=timedelta())
    """For how long a failure counts there."""

    # Passwords
    breached_passwords: Path | None = None
    """Passwords stolen elsewhere, which nobody may choose: the file that `idp passwords import-breached` makes of a
    published list. Production demands it; without it, in development, none is refused for that."""

    # Opening an account
    opening_step_lifetime: timedelta = timedelta(minutes=30)
    """How long the second step of an opening waits for who proved the first."""
    opening_lifetime: timedelta = timedelta(days=7)
    """An opening, from its second step to its activation."""
    opening_tries: int = Field(default=10, ge=1)
    """First steps that one network may try with one identifier in an hour."""
    opening_challenge_after: int = Field(default=100, ge=1)
    """Tries of one identifier in an hour, from anywhere, after which everyone is asked to wait a moment first."""
    opening_challenge_wait: timedelta = timedelta(seconds=10)
    """That moment."""
    network_tries: int = Field(default=60, ge=1)
    """What one network may try in an hour, of each page that asks for no password."""
    journeys_an_hour: int = Field(default=3000, ge=1)
    """How many sign-ins one network may begin in an hour: each keeps up to 8 KiB, for half an hour."""

    # Links and codes
    activation_link_lifetime: timedelta = timedelta(hours=24)
    """The link that activates an account; another is sent on demand while the opening lives."""
    reset_link_lifetime: timedelta = timedelta(hours=1)
    """The link behind « Mot de passe oublié ? »."""
    reset_links: int = Field(default=3, ge=1)
    """Such links that may live at once for one account."""
    email_certified_for: timedelta = timedelta(days=365)
    """How long the certification of an address lasts."""
    email_certification_grace: timedelta = timedelta(days=15)
    """How long one signs in unhindered after that."""
    email_reminders_before: Annotated[tuple[timedelta, ...], NoDecode] = (
        timedelta(days=30),
        timedelta(days=7),
        timedelta(days=1),
    )
    """When a reminder leaves, before the certification is due."""
    landing_lifetime: timedelta = timedelta(minutes=15)
    """How long the page behind a mail link may wait for its button."""
    sms_code_lifetime: timedelta = timedelta(minutes=10)
    """A code sent by SMS."""
    sms_code_tries: int = Field(default=5, ge=1, le=10)
    """Tries of one code."""
    sms_again_after: timedelta = timedelta(seconds=30)
    """Before another may be asked for."""
    sms_an_hour: int = Field(default=3, ge=1)
    """SMS to one number in an hour, over all accounts."""
    sms_a_day: int = Field(default=5, ge=1)
    """SMS to one number, and for one account, in a day."""
    sms_an_hour_from_network: int = Field(default=10, ge=1)
    """SMS that one network may ask for in an hour."""
    sms_a_day_to_block: int = Field(default=50, ge=1)
    """SMS in a day to one block of a thousand numbers that follow each other, as swindlers rent them."""
    sms_a_day_in_all: int = Field(default=2000, ge=1)
    """SMS of the whole house in a day; beyond, none is sent and the log says so."""
    mails_an_hour: int = Field(default=3, ge=1)
    """Mails to one address in an hour, of those that someone asks for."""
    mails_a_day: int = Field(default=5, ge=1)
    """The same, in a day."""

    # Delegations, and people of a company
    fresh_for: timedelta = timedelta(minutes=10)
    """How long after their password a person may still do what needs it again: delegate, invite, end an access."""
    delegation_offer_lifetime: timedelta = timedelta(days=30)
    """How long an offer or a request of a delegation may be answered."""
    delegation_longest: timedelta = timedelta(days=3 * 365)
    """How far ahead the last day of a delegation may be."""
    delegation_reminders_before: Annotated[tuple[timedelta, ...], NoDecode] = (timedelta(days=30), timedelta(days=7))
    """When a reminder leaves, before a delegation ends."""
    delegation_confirmed_within: timedelta = timedelta(days=30)
    """How long a new holder has to confirm what a former one delegated, before it is suspended."""
    delegation_import_confirmed_within: timedelta = timedelta(days=90)
    """How long a holder has to confirm an access taken over from the former area, before it ends."""
    delegation_requests_a_day: int = Field(default=500, ge=1)
    """Companies that one firm may ask in a day."""
    invitation_lifetime: timedelta = timedelta(days=7)
    """How long an invited colleague may accept."""
    admission_asked_again: timedelta = timedelta(days=14)
    """How long holders are left in peace once they were asked to open their company to an application."""

    # What is kept, and for how long
    traces_kept_for: timedelta = Field(default=timedelta(days=365), ge=timedelta(days=180))
    """Who was connected from where: sessions, grants, and whom an event of the audit names, after their last use."""
    remains_kept_for: timedelta = Field(default=timedelta(days=30), ge=timedelta(days=1))
    """What is of no use any more: links and codes that expired, messages sent or given up, tries."""

    # Mail and SMS
    mail_sender: str = "ne-pas-repondre@example.org"
    """Who mails are from, where the fund has no sender of its own."""
    smtp_host: str = "localhost"
    """The mail server we hand mails to."""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    """Its port."""
    smtp_tls: Literal["starttls", "implicit", "none"] = "starttls"
    """TLS after STARTTLS, or from the first byte, with a verified certificate. `none`: to loopback, in development."""
    smtp_user: str = ""
    """Who we are to the mail server, if it asks."""
    smtp_password: SecretStr = SecretStr("")
    """The password of that user."""
    sms_url: str = ""
    """Where the SMS gateway takes messages by POST (https; http in development, on loopback). Empty: none is sent."""
    sms_authorization: SecretStr = SecretStr("")
    """The value of the header `Authorization` for it."""
    sms_fields: dict[str, str] = Field(default={"to": "{to}", "text": "{text}", "reference": "{id}"})
    """The fields of the request, as JSON: their names, and what they hold of `{to}`, `{text}` and `{id}`, which is the
    same at each attempt."""
    sms_format: Literal["json", "form"] = "json"
    """How the fields are written."""
    sms_accepted_field: str = "status"
    """The field of the JSON answer that says whether the message was taken. Empty: any 2xx says so."""
    sms_accepted_values: Annotated[tuple[str, ...], NoDecode] = ("accepted", "queued", "sent")
    """What it holds then."""
    delivery_ca_file: Path | None = None
    """Certificates (PEM) of the authority of our mail server and gateway, where it is none the system trusts."""
    delivery_timeout: timedelta = Field(default=timedelta(seconds=20), gt=timedelta(), le=timedelta(minutes=1))
    """How long a mail server or gateway may take to answer anything."""
    delivery_lanes: int = Field(default=4, ge=1, le=32)
    """Mails, and SMS, that a courier sends at once."""
    delivery_given_up_after: timedelta = timedelta(hours=24)
    """How long a message is tried."""

    # What clients are asked
    outbound_timeout: timedelta = Field(default=timedelta(seconds=2), gt=timedelta(), le=timedelta(seconds=30))
    """How long a client's program may take to answer us in all."""
    outbound_networks: Annotated[tuple[IPvAnyNetwork, ...], NoDecode] = ()
    """Networks that are not public where clients may be called all the same (`10.1.0.0/16`); none without it."""
    logout_token_lifetime: timedelta = timedelta(minutes=2)
    """A logout token, made anew at each attempt."""
    client_assertion_lifetime: timedelta = timedelta(minutes=5)
    """The longest life of the token by which a client says who it is (`private_key_jwt`)."""
    client_keys_read_every: timedelta = Field(default=timedelta(seconds=60), ge=timedelta(seconds=1))
    """How old the keys that a client publishes (`jwks_uri`) may be."""
    client_keys_kept_for: timedelta = timedelta(hours=1)
    """How long they are good where they cannot be read again."""

    # Letters
    provisional_code_lifetime: timedelta = Field(
        default=timedelta(days=30), ge=timedelta(days=1), le=timedelta(days=90)
    )
    """Whole days a provisional code may be used, after that of its letter."""
    provisional_code_lifetime_overseas: timedelta = Field(
        default=timedelta(days=60), ge=timedelta(days=1), le=timedelta(days=90)
    )
    """The same, overseas."""
    letters_asked_again_after: timedelta = timedelta(days=30)
    """Letters said lost leave again once in that time, whoever asks."""
    letters_certificate: Path | None = None
    """The printer's certificate (PEM, RSA), to which letters are sealed; production makes none without it."""
    letters_fonts: Path = Path("/usr/share/fonts/truetype/dejavu")
    """The folder of the DejaVu fonts (Debian: `fonts-dejavu-core`), which have every letter of Europe."""

    # The house's own face, where no fund is known
    network_name: str = "Réseau des caisses"
    """Shown where no fund is known."""
    network_contact: str = "contact@example.org"
    """The address shown there."""
    time_zone: str = "Europe/Paris"
    """Where days end, where no fund is known."""
    security_contacts: Annotated[tuple[str, ...], NoDecode] = ()
    """Whom to tell about a weakness, as `/.well-known/security.txt` says it: addresses, or pages (`https://…`). Empty:
    the network's contact."""

    # For tests only
    cheap_hashes: bool = False
    """Passwords hashed in a millisecond. Refused in production."""

    @field_validator(
        "locales",
        "sms_accepted_values",
        "email_reminders_before",
        "delegation_reminders_before",
        "outbound_networks",
        "security_contacts",
        mode="before",
    )
    @classmethod
    def _comma_separated(cls, value: object) -> object:
        return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _safe(self) -> "Settings":
        if found := problems(self):
            raise ValueError("; ".join(found))
        return self

    @property
    def is_production(self) -> bool:
        """Production means that the issuer's host is not loopback. There is no other switch."""
        return not is_loopback(urlsplit(self.issuer).hostname or "")

    @property
    def is_secure(self) -> bool:
        """Whether cookies may be `Secure` and carry the `__Host-` prefix."""
        return self.issuer.startswith("https://")


def load() -> Settings:
    """Read the environment. Raises `SettingsRefused`, which names each setting at fault and what it must be."""
    try:
        return Settings()
    except ValidationError as error:
        # Neither the values nor the error that quotes them: an address of a database holds its password.
        raise SettingsRefused("; ".join(map(_told, error.errors(include_input=False)))) from None


def _told(problem: ErrorDetails) -> str:
    words = problem["msg"].removeprefix("Value error, ")
    return f"IDP_{str(problem['loc'][0]).upper()}: {words}" if problem["loc"] else words


# Asked forty times a request: the application itself is a third faster to ask than its proxy.
settings = cast(Settings, LocalProxy(lambda: current_app._get_current_object().extensions["settings"]))  # type: ignore[attr-defined]
