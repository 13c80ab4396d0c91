"""Which URIs a client may register: an allow-list of plain, canonical URIs, so that comparing strings is enough."""

import re
from urllib.parse import parse_qsl, unquote

LONGEST = 2000  # characters
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
# What our own answer adds to the query: registered beforehand, it would be read twice (RFC 9700, 4.2 and 4.4).
OURS = frozenset(
    {"code", "state", "iss", "error", "error_description", "error_uri", "response", "id_token", "session_state"}
)

_CHARACTERS = re.compile(r"(?:[A-Za-z0-9\-._~:/?\[\]!$&'()+,;=]|%[0-9A-Fa-f]{2})+")  # RFC 3986 without # @ *
_FORM = re.compile(r"(https?)://(\[::1\]|[^/?:\[\]]+)(?::([1-9][0-9]{0,4}))?(/[^?\[\]]*)(?:\?([^\[\]]*))?")
_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
_ORIGIN = re.compile(r"https?://[^/?]+")


def problem(uri: str, *, native: bool = False, development: bool = False) -> str | None:
    """Why a URI may not be registered, or None when it may.

    https, exact and canonical; plain http to this machine itself only for a native client, by address (RFC 8252, 7.3
    and 8.3), and for anyone in development. Private-use schemes are refused: any program may claim one.
    """
    if not uri.isascii() or len(uri) > LONGEST or not _CHARACTERS.fullmatch(uri):
        return f"it must hold at most {LONGEST} plain URI characters: no fragment, user, wildcard, space or unicode"
    found = _FORM.fullmatch(uri)
    if found is None:
        return "it must be https://host[:port]/path[?query], in lower case up to the path"
    scheme, host, port, path, query = found.groups()
    return (
        _host_problem(scheme, host, port, native=native, development=development)
        or _path_problem(path)
        or _query_problem(query or "")
    )


def origin_problem(origin: str, *, development: bool = False) -> str | None:
    """Why an origin, as browsers send it (RFC 6454, 6.2), may not be registered, or None when it may."""
    if not _ORIGIN.fullmatch(origin) or origin.endswith((":443", ":80")):
        return "it must be https://host[:port], without path or default port"
    return problem(f"{origin}/", development=development)


def origin_of(uri: str) -> str:
    """The scheme, host and port of any text that looks like a URI."""
    return "/".join(uri.split("/", 3)[:3])


def host_of(uri: str) -> str:
    """The host of a URI that may be registered, without its port."""
    found = _FORM.fullmatch(uri)
    assert found, "only of a URI that was checked"
    return found[2]


def _host_problem(scheme: str, host: str, port: str | None, *, native: bool, development: bool) -> str | None:
    if port and int(port) > 65535:
        return "its port does not exist"
    if host in LOOPBACK:
        return _loopback_problem(scheme, host, native=native, development=development)
    if scheme != "https":
        return "it must be https; http is for loopback only"
    if len(host) > 253 or not _NAME.fullmatch(host) or host.endswith(".localhost"):
        return "its host must be a DNS name in lower case, without a final dot; no address"
    return None


def _loopback_problem(scheme: str, host: str, *, native: bool, development: bool) -> str | None:
    if development:
        return None
    if not native:
        return "loopback is for native clients, and for development"
    if scheme != "http" or host == "localhost":
        return "a native client's loopback URI starts with http://127.0.0.1 or http://[::1]"
    return None


def _path_problem(path: str) -> str | None:
    hidden = re.search(r"%(?:25|2f|5c|7f|[01][0-9a-f])", path, re.IGNORECASE)
    segments = [unquote(segment).partition(";")[0].strip() for segment in path.split("/")[1:]]
    if hidden or "" in segments[:-1] or {".", ".."} & set(segments):
        return "its path must be plain: no dot segment, empty segment, or encoded slash, percent or control character"
    return None


def _query_problem(query: str) -> str | None:
    if re.search(r"%(?:7f|[01][0-9a-f])", query, re.IGNORECASE):
        return "its query must not hold a control character"
    taken = OURS & {name for name, _ in parse_qsl(query, keep_blank_values=True)}
    return f"its query must not name {', '.join(sorted(taken))}: our answer does" if taken else None
