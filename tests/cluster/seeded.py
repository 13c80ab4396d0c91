"""Seed a cluster: `python -m tests.cluster.seeded`. Prints the configurations of the portal and of the firm."""

import os
from pathlib import Path

from app import create_app
from examples import seed

if __name__ == "__main__":
    app = create_app()
    print(seed.seed(app, f"http://localhost:{os.environ['PORTAL_PORT']}", Path("var")))
    print(seed.seed_firm(app, f"http://localhost:{os.environ['FIRM_PORT']}", Path("var")))
