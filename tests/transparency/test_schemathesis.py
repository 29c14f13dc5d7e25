"""Schemathesis: generated requests get only described answers."""

import subprocess
import sys

import pytest

from tests.support.rows.build import create_desk, create_procedure


@pytest.mark.slow
def test_no_question_gets_an_answer_that_is_not_described(app, live_server):
    create_desk(create_procedure(slug="notificacion-de-glosas").line, windows=1)
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{live_server.url}/api/v1/openapi.json"]
    command += ["--max-examples", "40", "--seed", "1", "--no-color"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
