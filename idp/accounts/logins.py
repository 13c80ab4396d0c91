"""The canonical form of a login: two mailboxes never compare equal, two spellings of one always do (INP-1)."""

import unicodedata

from email_validator import EmailNotValidError, validate_email

LONGEST = 254  # RFC 5321 4.5.3.1.3, less the angle brackets


def canonical(typed: str) -> str | None:
    """The form under which an address is unique: NFC, IDNA domain, all in lower case. None when it is no address.

    A local part outside ASCII is refused: composed or in lower case, some would equal another's. Dots and `+tag` stay.
    """
    text = typed.strip()
    if len(text) > LONGEST or not text.rpartition("@")[0].isascii():  # before NFC, which makes a K of the Kelvin sign
        return None
    try:
        # `.test` and `.example` are for us to use too; whether the mailbox exists is what certification tells.
        address = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    return f"{address.local_part}@{address.ascii_domain}".lower()


def shown(typed: str) -> str:
    """An address that has a canonical form, as its owner will read it: what the mail's rules made of what was typed."""
    return validate_email(typed.strip(), check_deliverability=False, test_environment=True).normalized


def throttled_as(typed: str) -> str:
    """The name a login is counted under: its canonical form, whatever its spelling (LOG-4).

    What is no address is counted too, for the same work; the space keeps it apart from every address.
    """
    return canonical(typed) or " " + unicodedata.normalize("NFKC", typed.strip()).casefold()
