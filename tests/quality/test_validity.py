"""The HTML of every page and mail is valid, says the validator of the W3C (`make quality`)."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.support.scenes.world import build_world, rules
from turnero.notices.delivery import deliver_all

JAR = Path(os.environ.get("TURNERO_QUALITY", ".")) / "node_modules/vnu-jar/build/dist/vnu.jar"
VIEWERS = ("citizen", "supervisor", "admin", "kiosk", "board")


def validated(folder):
    """What the validator says of the files of a folder: name and sentence, without repetitions."""
    told = subprocess.run(
        ["java", "-jar", JAR, "--errors-only", "--format", "json", folder], capture_output=True, text=True, check=False
    )
    messages = json.loads(told.stderr)["messages"]
    return sorted({(Path(each["url"]).name, each["message"]) for each in messages if each["type"] == "error"})


@pytest.mark.timeout(600)
def test_every_page_and_mail_is_valid(sqlite_app, smtp, tmp_path):
    world, folder = build_world(sqlite_app), tmp_path / "pages"
    folder.mkdir()
    for who in VIEWERS:
        client = world.clients[who]
        for rule in rules(sqlite_app, "GET"):
            with sqlite_app.app_context():
                answer = client.get(world.address(rule)) if "cambios" not in rule else None
            if answer is not None and answer.mimetype == "text/html" and answer.data:
                name = f"{who}{rule}-{answer.status_code}".translate(str.maketrans("/<>:.", "_____"))
                (folder / f"{name}.html").write_bytes(answer.data)
    deliver_all()
    for number, mail in enumerate(smtp.messages):
        part = mail.get_body(("html",))
        if part is not None:
            (folder / f"mail{number}.html").write_text(part.get_content(), encoding="utf-8")
    assert len(list(folder.iterdir())) > 100
    assert validated(folder) == []


def test_control_invalid_markup_is_reported(tmp_path):
    (tmp_path / "wrong.html").write_text("<!doctype html><html lang=es><title>T</title><p><div></p>")
    assert validated(tmp_path)
