"""The proxy of ``deploy/nginx`` before a server on this machine, as a process of its own."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

CONFIGURATION = Path(__file__).parents[2] / "deploy" / "nginx" / "turnero.conf"
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
    upstream turnero {{ {servers} }}
    server {{
        listen 127.0.0.1:{port};
        include {configuration};
    }}
}}
"""


def program() -> str | None:
    """Where nginx is, if it is here."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:{_SBIN}")


@contextmanager
def before(to: Sequence[int], port: int, folder: Path) -> Iterator[None]:
    """nginx on ``port`` before the servers on ``to``, all of this machine."""
    found = program()
    assert found is not None, "python -m tests.support.provision brings nginx"
    folder.chmod(0o755)  # its worker may be another user
    main = folder / "nginx.conf"
    servers = " ".join(f"server 127.0.0.1:{one};" for one in to)
    main.write_text(_MAIN.format(folder=folder, servers=servers, port=port, configuration=CONFIGURATION))
    process = subprocess.Popen([found, "-p", str(folder), "-c", str(main), "-e", str(folder / "error.log")])
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)
