"""Forms posted to the programs of our clients: each has its own trouble, and none is another's."""

from http import HTTPStatus

from idp.delivery.transports.port import Post, PutOff, Rejected, ServerAway, named
from idp.outbound import Forbidden, Outbound, Unreachable
from idp.settings import Settings


class HttpPost:
    """Posts each message to the address it names."""

    def __init__(self, chosen: Settings) -> None:
        self._outbound = Outbound(chosen)

    def send(self, message: Post) -> None:
        """Hand a form over; any 2xx takes it (OpenID Connect Back-Channel Logout 2.8)."""
        try:
            answer = self._outbound.post(message.url, message.fields)
        except Unreachable as why:
            raise ServerAway(str(why)) from None
        except Forbidden as why:
            raise Rejected(str(why)) from None
        told = f"it answered {named(answer.status)}"
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS or answer.status >= 500:
            raise ServerAway(told, answer.after)
        if answer.status == HTTPStatus.GONE:
            raise Rejected(told)
        if not 200 <= answer.status < 300:
            # Redirects are not followed. A refusal may be of the moment: a clock, keys of ours not read again yet.
            raise PutOff(told, answer.after)

    def close(self) -> None:
        """Nothing is open."""
        self._outbound.close()
