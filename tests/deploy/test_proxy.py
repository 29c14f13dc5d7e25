"""The files of ``deploy/nginx``: nginx takes them as they are, asks another replica, and repeats no form."""

import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from threading import Thread

import pytest

from tests.support.servers import nginx
from tests.support.servers.mail_servers import free_port
from tests.support.servers.processes import answer

pytestmark = pytest.mark.slow  # `make check` needs no nginx
CERTIFICATES = nginx.FOLDER.parents[1] / "tests" / "notices" / "certificates"


class Replica:
    """Counts the requests it gets, and answers or hangs up."""

    def __init__(self, *, hangs_up: bool) -> None:
        self.hangs_up = hangs_up
        self.asked: list[str] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    def work(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                request = connection.recv(65536).decode()
                self.asked.append(request.split()[0])
                if not self.hangs_up:
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")


@contextmanager
def working(*replicas: Replica) -> Iterator[None]:
    threads = [Thread(target=replica.work) for replica in replicas]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for replica in replicas:
            replica.listener.shutdown(socket.SHUT_RDWR)
            replica.listener.close()
        for thread in threads:
            thread.join(timeout=30)


def asked(port: int, method: str) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, "/turno", body=b"cedula=1" if method == "POST" else None)
        return connection.getresponse().status
    finally:
        connection.close()


def as_deployed(folder) -> str:
    """The site with its includes and certificate under ``folder`` and its ports where anybody may listen."""
    (folder / "turnero").mkdir()
    (folder / "tls").mkdir()
    for name in ("turnero.conf", "upstream.conf"):
        (folder / "turnero" / name).write_text((nginx.FOLDER / name).read_text())
    pem = (CERTIFICATES / "localhost.pem").read_text()
    for name in ("fullchain.pem", "privkey.pem"):
        (folder / "tls" / name).write_text(pem)
    site = (nginx.FOLDER / "site.conf").read_text().replace("/etc/nginx", str(folder))
    return re.sub(r"listen (80|443)", lambda _: f"listen 127.0.0.1:{free_port()}", site)


def verdict(folder, site: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*nginx.arguments(folder, site), "-t"], capture_output=True, text=True, check=False)


def test_nginx_takes_the_whole_site(tmp_path):
    done = verdict(tmp_path, as_deployed(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr


def test_control_a_misspelt_directive_is_refused(tmp_path):
    site = as_deployed(tmp_path)
    conf = tmp_path / "turnero" / "upstream.conf"
    conf.write_text(conf.read_text().replace("max_fails", "most_fails"))
    assert verdict(tmp_path, site).returncode != 0


@pytest.fixture
def two(tmp_path):
    """A replica that hangs up on whoever asks, one that answers, and the proxy's port before both."""
    dying, living = Replica(hangs_up=True), Replica(hangs_up=False)
    port = free_port()
    with working(dying, living), nginx.before((dying.port, living.port), port, tmp_path):
        until_it_listens(port)
        yield dying, living, port


def until_it_listens(port: int) -> None:
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=30).close()
        except ConnectionRefusedError:
            continue
        return


def test_a_page_that_one_replica_did_not_give_is_asked_of_another(two):
    dying, living, port = two
    assert [asked(port, "GET") for _ in range(4)] == [200] * 4
    assert dying.asked
    assert living.asked == ["GET"] * 4


def test_a_form_that_may_have_arrived_is_never_sent_twice(two):
    dying, living, port = two
    answers = sorted(asked(port, "POST") for _ in range(6))
    assert 503 in answers
    assert len(dying.asked) + len(living.asked) == 6
    assert answers == [200] * len(living.asked) + [503] * len(dying.asked)


def test_a_form_goes_to_a_replica_that_lives_when_the_other_is_gone(tmp_path):
    living, port = Replica(hangs_up=False), free_port()
    with working(living), nginx.before((free_port(), living.port), port, tmp_path):
        until_it_listens(port)
        assert [asked(port, "POST") for _ in range(4)] == [200] * 4


def test_an_unanswered_request_ends_with_a_mail_in_plain_words(tmp_path):
    port = free_port()
    with nginx.before((free_port(), free_port()), port, tmp_path):
        until_it_listens(port)
        status, page = answer(port, "/turno")
    assert status == 503
    assert "En este momento no podemos atenderle" in page
    assert "está guardado" in page
