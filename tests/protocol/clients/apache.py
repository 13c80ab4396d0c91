"""Apache with mod_auth_openidc, as Debian has them, for one test: a port, a folder and a user of their own."""

import os
import shutil
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.builders import Portal
from tests.cluster.authority import Papers
from tests.protocol.clients.conftest import ADDRESS, Secure
from tests.servers import Missing, Process, dies_with_us, short_folder

MODULES = Path("/usr/lib/apache2/modules")
_CONFIGURATION = """
ServerRoot {home}
ServerName {address}
PidFile {home}/pid
ErrorLog {home}/error.log
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authn_core_module {modules}/mod_authn_core.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule authz_user_module {modules}/mod_authz_user.so
LoadModule ssl_module {modules}/mod_ssl.so
LoadModule auth_openidc_module {modules}/mod_auth_openidc.so
StartServers 1
Listen {address}:{port} https
DocumentRoot {home}/site
SSLEngine on
SSLCertificateFile {home}/server.pem
SSLCertificateKeyFile {home}/server.key

OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCProviderTokenEndpointAuth client_secret_basic
OIDCClientID {client_id}
OIDCClientSecret {secret}
OIDCRedirectURI {back}
OIDCPKCEMethod S256
OIDCScope "openid profile"
OIDCResponseMode {mode}
OIDCCryptoPassphrase {secret}
OIDCCABundlePath {home}/authority.pem
OIDCHTTPTimeoutShort 30
OIDCInfoHook id_token access_token refresh_token userinfo session
<Location />
    AuthType openid-connect
    Require valid-user
</Location>
<Location /signed-out.html>
    AuthType None
    Require all granted
</Location>
"""


def site(port: int) -> str:
    """Its address."""
    return f"https://{ADDRESS}:{port}"


def back(port: int) -> str:
    """Where it takes answers, and all else that the module answers itself."""
    return f"{site(port)}/openid"


@contextmanager
def apache(port: int, provider: Secure, client: Portal, mode: str) -> Iterator[None]:
    """Return once it listens at https://127.0.0.1:port, where every page but one is for whoever signed in."""
    program = shutil.which("apache2", path="/usr/sbin:/usr/bin")
    if program is None or not (MODULES / "mod_auth_openidc.so").is_file():
        raise Missing("libapache2-mod-auth-openidc")
    with short_folder("ap") as home:
        _furnish(home, provider.papers)
        said = {"issuer": provider.issuer, "client_id": client.client_id, "secret": client.secret, "mode": mode}
        places = {"home": home, "modules": MODULES, "address": ADDRESS, "port": port, "back": back(port)}
        (home / "apache.conf").write_text(_CONFIGURATION.format(**places, **said))
        _leave_root(home)
        command = [*dies_with_us("TERM", user="www-data"), program, "-f", f"{home}/apache.conf", "-DFOREGROUND"]
        process = Process(command, home / "log", lambda: _listens(port), signal.SIGTERM)
        process.start()
        try:
            yield
        finally:
            process.stop()


def _furnish(home: Path, papers: Papers) -> None:
    """A page to protect, another for whoever left, and copies of the papers where it may read them."""
    (home / "site").mkdir()
    (home / "site" / "signed-out.html").write_text("<h1>Goodbye</h1>")
    (home / "site" / "members.html").write_text("<h1>For members only</h1>")
    for kept, name in zip(papers, ("authority.pem", "server.pem", "server.key"), strict=True):
        shutil.copy2(kept, home / name)


def _leave_root(home: Path) -> None:
    if os.getuid() == 0:
        for path in (home, *home.rglob("*")):
            shutil.chown(path, "www-data")


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((ADDRESS, port)) == 0
