"""nginx in front of several nodes, configured by deploy/nginx.conf itself, with another name and other ports."""

import os
import shutil
import signal
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import HTTPSHandler, ProxyHandler, build_opener

from tests.cluster.authority import Papers
from tests.cluster.nodes import ADDRESS
from tests.servers import Missing, Process, dies_with_us

TEMPLATE = Path(__file__).parents[2] / "deploy" / "nginx.conf"
_AROUND = """
daemon off;
{user}
worker_processes 1;
pid {home}/nginx.pid;
error_log {home}/nginx.error.log crit;
events {{ worker_connections 1024; }}
http {{
    client_body_temp_path {home}/body;
    proxy_temp_path {home}/proxy;
    fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi;
    scgi_temp_path {home}/scgi;
    include {home}/idp.conf;
}}
"""


@contextmanager
def front(folder: Path, papers: Papers, port: int, nodes: Iterable[int]) -> Iterator[Process]:
    """Return once it answers at https://127.0.0.1:port, by turns for the nodes at these ports."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin")
    if program is None:
        raise Missing("nginx")
    (folder / "idp.conf").write_text(configuration(TEMPLATE.read_text(), folder, papers, port, nodes))
    user = "user root;" if os.getuid() == 0 else ""
    (folder / "nginx.conf").write_text(_AROUND.format(home=folder, user=user))
    command = [*dies_with_us("QUIT"), program, "-c", str(folder / "nginx.conf"), "-e", str(folder / "nginx.error.log")]
    process = Process(command, folder / "nginx.log", lambda: _answers(port, papers.authority), signal.SIGQUIT)
    process.start()
    try:
        yield process
    finally:
        process.stop()


def configuration(template: str, folder: Path, papers: Papers, port: int, nodes: Iterable[int]) -> str:
    """The file an operator gets, changed where it says so, and bound to this machine."""
    lines = "".join(line for line in template.splitlines(keepends=True) if line.startswith("    server 127.0.0.1:8000"))
    changes = {
        lines: "".join(lines.replace("8000", str(node)) for node in nodes),
        "    listen 80;\n    listen [::]:80;\n": f"    listen unix:{folder}/plain.sock;\n",
        "    listen 443 ssl http2;\n    listen [::]:443 ssl http2;\n": f"    listen {ADDRESS}:{port} ssl http2;\n",
        "id.example.org": ADDRESS,
        " $host;": " $http_host;",
        "$status $body_bytes_sent": "$status $upstream_addr",
        "/var/log/nginx/": f"{folder}/",
        "/etc/ssl/idp/fullchain.pem": str(papers.certificate),
        "/etc/ssl/idp/privkey.pem": str(papers.key),
    }
    for former, new in changes.items():
        assert former in template, former
        template = template.replace(former, new)
    return template


def _answers(port: int, authority: Path) -> bool:
    trusting = HTTPSHandler(context=ssl.create_default_context(cafile=str(authority)))
    try:
        build_opener(ProxyHandler({}), trusting).open(f"https://{ADDRESS}:{port}/livez", timeout=2)
    except HTTPError:
        return True
    except (URLError, OSError):
        return False
    return True
