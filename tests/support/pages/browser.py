"""Where Chromium is and how it is started: headless, and without calling anybody."""

import shutil
import subprocess

SHELL = "chromium-headless-shell"  # the same engine without the windows around pages: a third of the processor time
NAMES = (SHELL, "chromium", "chromium-browser")
# The second group keeps Chromium from looking up its maker's hosts: the tests have no network.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}


def chromium() -> str | None:
    """The path of Chromium, if installed."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def headless_shell() -> str | None:
    return shutil.which(SHELL)


def version() -> str:
    path = chromium()
    if path is None:
        raise RuntimeError("Falta Chromium para las pruebas: use `make test`, que lo instala.")
    done = subprocess.run([path, "--version"], capture_output=True, text=True, check=True)
    return done.stdout.removeprefix("Chromium").split(" built")[0].strip()
