"""An empty machine inside a folder: what docs/operations.md does as root happens there, with real servers.

The folder stands for `/`: paths are rewritten, and the few programs that need root or the network are replaced. Whoever
becomes a user is that user to PostgreSQL only.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from examples.postbox.box import Box
from idp import clock
from tests import servers, stolen
from tests.postboxes import certificate, free_port, mail_server
from tests.printers import Printer, a_printer

ROOT = Path(__file__).parent.parent
HOST = "id.example.org"
_OURS = re.compile(r"(?<![\w.])/(etc|opt|root|run|srv|usr/local|var)(?=/)")
_FOLDERS = """etc/idp etc/nginx/conf.d etc/redis etc/ssl/idp etc/systemd/system log opt pids root run/redis srv
usr/local/sbin var/backups var/lib var/log/nginx"""
_SHIMS = ROOT / "tests" / "shims"


@dataclass
class Machine:
    """The folder, what stands beside it, and the ports that stand for those of the page."""

    home: Path
    box: Box
    printer: Printer
    authority: Path
    ports: dict[str, str]

    def here(self, text: str) -> str:
        """A text of the page or of deploy/, with the paths and ports of this machine."""
        text = _OURS.sub(rf"{self.home}/\1", text)
        for former, today in self.ports.items():
            text = text.replace(former, today)
        return text

    def run(self, commands: str) -> str:
        """Run one block as an operator would paste it; what it printed. Raises AssertionError where it fails."""
        done = subprocess.run(
            ["bash", "-eu", "-o", "pipefail", "-c", self.here(commands)],
            env=self.environment(),
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, f"{commands}\n{done.stdout}{done.stderr}\n{self.log()}"
        return done.stdout

    def environment(self) -> dict[str, str]:
        """What the programs of the page are told, and nothing of ours."""
        shims = f"{self.home}/shims:{self.home}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        told = {"MACHINE": str(self.home), "PYTHON": sys.executable, "PROJECT": str(ROOT)}
        return {"PATH": shims, "LC_ALL": "C.UTF-8", "HOME": str(self.home), **told}

    def log(self) -> str:
        """The end of what the servers said."""
        logs = sorted((self.home / "log").glob("*"))
        return "\n".join(f"{path.name}: {path.read_text()[-1500:]}" for path in logs)


@contextmanager
def machine(home: Path) -> Iterator[Machine]:
    """An empty one, with what the page asks for beforehand: source, certificates, a list of stolen passwords."""
    for name in ("curl", "nginx", "redis-server", "systemd-analyze"):
        if shutil.which(name) is None and not Path("/usr/sbin", name).exists():
            raise servers.Missing({"systemd-analyze": "systemd"}.get(name, name))
    for folder in _FOLDERS.split():
        (home / folder).mkdir(parents=True)
    with ExitStack() as stack:
        postgres = stack.enter_context(_postgres())
        (home / "run/postgresql").symlink_to(postgres.home)
        made = _equipped(home, stack)
        _furnish(made)
        stack.callback(_stop, home)
        yield made


@contextmanager
def _postgres() -> Iterator[servers.Postgres]:
    """A cluster that keeps what it is given, as the doctor asks."""
    with servers.postgres() as cluster:
        cluster.process.stop()
        cluster.process.command = [part.replace("=off", "=on") for part in cluster.process.command]
        cluster.process.start()
        yield cluster


def _equipped(home: Path, stack: ExitStack) -> Machine:
    box = Box()
    context, authority = certificate(home)
    smtp = stack.enter_context(mail_server(box, tls=context))
    http, https, port = (str(free_port()) for _ in range(3))
    ports = {
        "127.0.0.1:8000": f"127.0.0.1:{port}",
        "IDP_WORKERS=2": f"IDP_WORKERS=1\nIDP_PORT={port}\nIDP_DELIVERY_CA_FILE={authority}",
        "IDP_SMTP_HOST=smtp.example.com": "IDP_SMTP_HOST=localhost",
        "IDP_SMTP_PORT=587": f"IDP_SMTP_PORT={smtp}",
        "listen 80;": f"listen 127.0.0.1:{http};",
        "listen 443 ssl": f"listen 127.0.0.1:{https} ssl",
        "listen [::]:80;": "",
        "listen [::]:443 ssl http2;": "",
    }
    (home / "https").write_text(https)
    return Machine(home, box, a_printer(home / "etc/idp", clock.now()), authority, ports)


def _furnish(made: Machine) -> None:
    home, source = made.home, made.home / "opt/idp/source"
    source.mkdir(parents=True)
    for name in ("requirements.txt", "setup.cfg", "examples/fund.yaml", "examples/fund.svg"):
        (source / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, source / name)
    (source / "deploy").mkdir()
    for path in (ROOT / "deploy").iterdir():
        (source / "deploy" / path.name).write_text(made.here(path.read_text()))
    shutil.copytree(_SHIMS, home / "shims")
    certificate(home / "etc/ssl/idp", HOST)
    (home / f"etc/ssl/idp/{HOST}.pem").rename(home / "etc/ssl/idp/fullchain.pem")
    (home / f"etc/ssl/idp/{HOST}.key").rename(home / "etc/ssl/idp/privkey.pem")
    (home / "etc/redis/redis.conf").write_text(f"dir {home}/var\ndaemonize no\n")
    main = "pid {0}/pids/nginx.own; events {{}} http {{ {1} include {0}/etc/nginx/conf.d/*.conf; }}\n"
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = " ".join(f"{kind}_temp_path {home}/var/{kind};" for kind in kinds)
    (home / "etc/nginx/nginx.conf").write_text(main.format(home, f"access_log off; {paths}"))
    listed = home / "root/pwned-passwords-sha1-ordered-by-hash.txt"
    listed.write_bytes(b"".join(stolen.listed("Chantier-2026!", "azerty-Azerty-1")))


def _stop(home: Path) -> None:
    for path in (home / "pids").glob("*.pid"):
        unit = shlex.quote(path.stem)
        subprocess.run(
            [home / "shims/systemctl", "stop", unit],
            check=False,
            env=os.environ | {"MACHINE": str(home), "PYTHON": sys.executable, "PROJECT": str(ROOT)},
        )
