"""Compiles the catalogues of translations into what is built; all else is in setup.cfg."""

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithCatalogues(build_py):
    """The usual build, once `compile_catalog`, a command of Babel's, has written the `.mo` files."""

    def run(self) -> None:
        self.run_command("compile_catalog")
        super().run()


setup(cmdclass={"build_py": BuildWithCatalogues})
