"""A second process of the provider: eight threads that post the same token request at once when told to."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor

from app import create_app
from tests.browser import ISSUER


def main() -> None:
    """Read `{"data", "auth"}`, say that we are ready, wait for a line, post, and print what was answered."""
    asked = json.loads(sys.stdin.readline())
    app = create_app()
    app.test_client().get("/jwks", base_url=ISSUER)
    print("ready", flush=True)
    sys.stdin.readline()
    with ThreadPoolExecutor(8) as threads:
        replies = list(threads.map(lambda _: post(app, asked), range(8)))
    print(json.dumps(replies), flush=True)


def post(app, asked):
    """One token request."""
    reply = app.test_client().post("/token", data=asked["data"], auth=tuple(asked["auth"]), base_url=ISSUER)
    return [reply.status_code, reply.get_json()]


if __name__ == "__main__":
    main()
