"""Where a journey that has died begins again: at the portal that sent the person."""

from urllib.parse import urlencode

from idp.oidc.models import registered
from idp.oidc.models.client import Client
from idp.settings import settings


def way_back(client_id: str | None) -> str | None:
    """The client's `initiate_login_uri`, told who sends (Core 4), else that of its fund's home portal; None without."""
    client = registered.find(client_id) if client_id else None
    if client is None:
        return None
    uri = client.initiate_login_uri or Client.home_of(client.fund_id)
    return uri and f"{uri}{'&' if '?' in uri else '?'}{urlencode({'iss': settings.issuer})}"
