"""The proxy of ``deploy/nginx`` before servers on this machine, as a process of its own."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.support import ROOT

FOLDER = ROOT / "deploy" / "nginx"
CONFIGURATION = FOLDER / "turnero.conf"
_SBIN = "/usr/sbin:/sbin:/usr/local/sbin"
_MAIN = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {site}
}}
"""


def program() -> str | None:
    """Where nginx is, if it is here."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:{_SBIN}")


def upstream(ports: Sequence[int]) -> str:
    """``deploy/nginx/upstream.conf`` with servers on these ports of this machine."""
    text = (FOLDER / "upstream.conf").read_text()
    (parameters, *_) = re.findall(r"^ +server 127\.0\.0\.1:\d+(.*)$", text, re.MULTILINE)
    bare = re.sub(r"^ +server .*\n", "", text, flags=re.MULTILINE)
    return bare.replace("\n}", "".join(f"\n    server 127.0.0.1:{port}{parameters}" for port in ports) + "\n}")


def arguments(folder: Path, site: str) -> list[str]:
    """The command line of nginx with ``site`` inside its ``http { }``; all else it writes goes to ``folder``."""
    found = program()
    assert found is not None, "python -m tests.support.machine.provision brings nginx"
    folder.chmod(0o755)  # its worker may run as another user
    main = folder / "nginx.conf"
    main.write_text(_MAIN.format(folder=folder, site=site))
    return [found, "-p", str(folder), "-c", str(main), "-e", str(folder / "error.log")]


@contextmanager
def before(to: int | Sequence[int], port: int, folder: Path) -> Iterator[None]:
    """nginx on ``port`` before the servers on the ports ``to``, all of this machine."""
    replicas = (to,) if isinstance(to, int) else to
    site = f"{upstream(replicas)} server {{ listen 127.0.0.1:{port}; include {CONFIGURATION}; }}"
    process = subprocess.Popen(arguments(folder, site))
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)
