"""Forms posted to clients' programs: what each answer means."""

import pytest

from idp.delivery.transports.http_post import HttpPost
from idp.delivery.transports.port import Post, PutOff, Rejected, ServerAway, Undelivered
from idp.settings import Settings
from tests.receivers import receiver


def sends(url: str) -> None:
    HttpPost(Settings(_env_file=None)).send(Post(url, {"logout_token": "a.b.c"}))


@pytest.mark.parametrize("status", [200, 202, 204])
def test_any_2xx_takes_it(status: int):
    with receiver(status=status) as program:
        sends(program.url)
    assert program.forms == [{"logout_token": "a.b.c"}]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((one, ServerAway) for one in (429, 500, 501, 503, 599)),
        *((one, PutOff) for one in (301, 302, 307, 400, 401, 403, 404, 405)),
        (410, Rejected),
    ],
)
def test_anything_else_says_when_it_may_be_tried_again(status: int, kind: type[Undelivered]):
    with receiver(status=status, headers={"Retry-After": "7"}) as program, pytest.raises(Undelivered) as told:
        sends(program.url)
    assert (type(told.value), told.value.after) == (kind, 0 if kind is Rejected else 7)
    assert str(status) in str(told.value)


def test_an_address_we_do_not_speak_to_is_rejected():
    with pytest.raises(Rejected, match="not public"):
        sends("http://10.0.0.1/told")
