"""Each scope in words a person understands."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from idp.oidc.models import resource

WORDS: dict[str, LazyString] = {
    "profile": _l("Votre nom et vos prénoms"),
    "email": _l("Votre adresse mail"),
    "phone": _l("Votre numéro de téléphone"),
    "organization": _l("L’entreprise pour laquelle vous agissez, et vos droits dans cette entreprise"),
    "organizations": _l("La liste des entreprises pour lesquelles vous pouvez agir"),
}
SILENT = frozenset({"openid", "offline_access"})
"""What says nothing of the person: that they are the same one as before, and how long it lasts, which is said apart."""


def in_words(scopes: Iterable[str]) -> list[LazyString | str]:
    """What these scopes let the application know, in the order of the table; then what the registered APIs call theirs.

    A scope that nobody has words for is named as it is: nothing is known unseen.
    """
    asked = list(scopes)
    theirs = {scope: words for api in resource.known().values() for scope, words in api.scopes.items()}
    others = [scope for scope in asked if scope not in WORDS and scope not in SILENT]
    return [words for scope, words in WORDS.items() if scope in asked] + [theirs.get(one, one) for one in others]
