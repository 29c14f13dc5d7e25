"""``/buzon``: the demo's mails, which never leave this machine."""

from pathlib import Path

from flask import Blueprint, abort, current_app, render_template

from config import Settings
from turnero.notices.channels import demo_mailbox

blueprint = Blueprint("notices", __name__, url_prefix="/buzon")
FOLDER = "mailbox"  # under the data folder


@blueprint.before_request
def only_in_the_demo() -> None:
    """404 outside the demo: reading the mailbox allows proving any address."""
    if not _settings().demo:
        abort(404)


@blueprint.get("")
def show_inbox() -> str:
    return render_template("notices/inbox.html", letters=demo_mailbox.letters(_folder()))


@blueprint.get("/<letter_id>")
def show_letter(letter_id: str) -> str:
    found = demo_mailbox.find_letter(_folder(), letter_id) or abort(404)
    return render_template("notices/letter.html", letter=found, paragraphs=list(found.paragraphs(_settings().base_url)))


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _folder() -> Path:
    return _settings().data / FOLDER
