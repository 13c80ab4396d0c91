"""From what really happened to `amr` and `acr`: two tables."""

from collections.abc import Sequence

AMR = {"pwd": ("pwd",), "mail": ("mail",)}
"""Our methods, in the words of RFC 8176, which has none for a link in a mail: `mail` is what ProConnect says.

It is the link that activates an account, in the browser where its password was chosen. The certification of an address
or a number is no sign-in: it is not here."""


def amr(methods: Sequence[str]) -> list[str]:
    """The methods of a session, as tokens say them."""
    return list(dict.fromkeys(word for method in methods for word in AMR[method]))


def acr(methods: Sequence[str], issuer: str) -> str:
    """The assurance level reached: one factor. Those of two factors come with the second factor itself."""
    assert methods, "a session has at least one method"
    return f"{issuer}/acr/1"


def acr_values(issuer: str) -> list[str]:
    """Every level that can be reached, as the metadata list them."""
    return [f"{issuer}/acr/1"]
