"""The command line as an operator runs it: a process of its own, on an application's stores."""

import os
import subprocess
import sys
from pathlib import Path

from flask import Flask

ROOT = Path(__file__).parent.parent
Process = subprocess.Popen[bytes]


def start(app: Flask, *words: str, **changes: str) -> Process:
    """`idp …` on these stores; `changes` are settings on top. Its output is piped."""
    settings = app.extensions["settings"]
    names = {"database_url", "shortlived_url", "master_key_file", *changes}
    values = {f"IDP_{name.upper()}": str(changes.get(name, getattr(settings, name))) for name in names}
    command = [sys.executable, "-m", "app", *words]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "IDP_OPERATOR": "Karim", **values}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/", env=environment)
