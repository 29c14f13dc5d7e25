"""Make sure of what the tests run before they do (``python -m tests.support.provision``): servers, Chromium, systemd.

As root they come from Debian's packages; otherwise PostgreSQL comes from a wheel and the others must be there.
Ends with one clear sentence and status 1 when a part cannot be had.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support import browser, nginx, pgbouncer, postgres, redis, units

REQUIREMENTS = Path(__file__).parents[2] / "requirements"
PIP_INSTALL = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "--requirement")


class MissingPart(Exception):
    """A part of the tests that could not be installed; its text tells a person what to do."""


def main() -> None:
    try:
        provide_postgres()
        provide_chromium()
        provide_nginx()
        provide_pgbouncer()
        provide_redis()
        provide_systemd()
    except MissingPart as missing:
        sys.exit(f"No se pueden ejecutar las pruebas: {missing}")
    print(f"PostgreSQL: {postgres.version()} · Chromium: {browser.version()}", flush=True)


def provide_postgres() -> None:
    if postgres.programs() is None and can_install_packages():
        install_packages("postgresql")
    if postgres.programs() is None:
        run(
            [sys.executable, *PIP_INSTALL, str(REQUIREMENTS / "postgres.txt")],
            or_else="falta PostgreSQL y no se pudo instalar su paquete de Python; instale el servidor PostgreSQL.",
        )
    if postgres.programs() is None:
        raise MissingPart("falta PostgreSQL; instale el servidor (en Debian: apt-get install postgresql).")


def provide_chromium() -> None:
    if browser.chromium() is None and can_install_packages():
        install_packages("chromium", "fonts-dejavu-core")
    if browser.chromium() is None:
        raise MissingPart("falta Chromium; instálelo como administrador (en Debian: apt-get install chromium).")


def provide_nginx() -> None:
    if nginx.program() is None and can_install_packages():
        install_packages("nginx-light")
    if nginx.program() is None:
        raise MissingPart("falta nginx; instálelo como administrador (en Debian: apt-get install nginx-light).")


def provide_pgbouncer() -> None:
    if pgbouncer.program() is None and can_install_packages():
        install_packages("pgbouncer")
    if pgbouncer.program() is None:
        raise MissingPart("falta PgBouncer; instálelo como administrador (en Debian: apt-get install pgbouncer).")


def provide_redis() -> None:
    if redis.program() is None and can_install_packages():
        install_packages("redis-server")
    if redis.program() is None:
        raise MissingPart("falta Redis; instálelo como administrador (en Debian: apt-get install redis-server).")


def provide_systemd() -> None:
    if units.program() is None and can_install_packages():
        install_packages("systemd")
    if units.program() is None:
        raise MissingPart("falta systemd-analyze; instálelo como administrador (en Debian: apt-get install systemd).")


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
