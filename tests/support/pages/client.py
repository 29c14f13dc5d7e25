"""The test client: Flask's own, which reads every answer strictly and behaves like a browser."""

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.pages import reader
from tests.support.pages.page import Element, Page, filled
from turnero.core.extensions import db

ERROR = "Error: "


class StrictClient(FlaskClient):
    """Each answer is checked; ``page`` is the last HTML page that came back, ``response`` the last answer."""

    application: Flask
    page: Page
    response: TestResponse

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        # A request of its own application context, as on a server: nothing of the test's session leaks in.
        with self.application.app_context():
            response = super().open(*args, **kwargs)
        db.session.rollback()  # the test must see what the request wrote
        self.response = response
        self._check(response)
        return response

    def submit(self, form: Element | None = None, **values: str) -> TestResponse:
        """Post a form of the page (the only one unless given) as a browser would, with ``values`` typed in.

        A redirect is followed by a GET. Fields that the form does not have are refused.
        """
        form = form or self.page.form()
        names = {control.get("name") for control in form.all("input", "select", "textarea", "button")}
        assert values.keys() <= names, f"the form has no field {sorted(values.keys() - names)}"
        action = form.get("action") or self.response.request.path
        return self.post(action, data=filled(form) | values, follow_redirects=True)

    def _check(self, response: TestResponse) -> None:
        for answer in (*response.history, response):
            if answer.request.method == "POST" and 300 <= answer.status_code < 400:
                assert answer.status_code == 303, f"POST {answer.request.path} answered {answer.status_code}, not 303"
        if response.mimetype != "text/html" or 300 <= response.status_code < 400:
            return
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        self.page = reader.check(response.get_data(as_text=True))
        is_error = self.page.title.startswith(ERROR)
        assert self.page.title.count(ERROR.strip()) <= 1, self.page.title
        assert is_error == (response.status_code == 422), f"{response.status_code} with title {self.page.title!r}"
        if response.status_code == 200 and response.request.method == "GET":
            self._check_title(response.request.path)

    def _check_title(self, path: str) -> None:
        """Two different pages never have the same title."""
        rule = self.application.url_map.bind("").match(path)[0]
        titles: dict[str, str] = self.application.extensions.setdefault("tests.titles", {})
        first = titles.setdefault(self.page.title, rule)
        assert first == rule, f"{first} and {rule} have the same title {self.page.title!r}"
