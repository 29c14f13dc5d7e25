"""The strict reader: checks that apply to every page and every answer."""

import re
from collections import Counter
from collections.abc import Collection
from urllib.parse import urlsplit

from tests.support.pages.page import Page, fields, read

LABELLED_BY_THEMSELVES = ("submit", "button", "reset")
REFERENCES = frozenset(
    ("aria-describedby", "aria-labelledby", "aria-controls", "aria-errormessage", "for", "list", "href")
)
LANGUAGE = "es-EC"
LEFT_OVER = re.compile(r"\{\{|\{%|\}\}|%\}|Undefined")


def check(html: str) -> Page:
    """The page, once every rule holds. Raises AssertionError with all that is wrong."""
    page = read(html)
    wrong = [*_head(page), *_identifiers(page), *_forms(page), *_pictures(page), *_policy(page)]
    assert not wrong, "the page is not right:\n  " + "\n  ".join(wrong)
    return page


def _head(page: Page) -> list[str]:
    wrong = []
    if [html.get("lang") for html in page.all("html")] != [LANGUAGE]:
        wrong.append(f"<html> without lang={LANGUAGE}")
    titles = [title.text for title in page.all("head")[0].all("title")] if page.all("head") else []
    if len(titles) != 1 or not titles[0]:
        wrong.append(f"one title with text, not {titles}")
    if len(headings := [heading.text for heading in page.all("h1")]) != 1 or not headings[0]:
        wrong.append(f"one h1 with text, not {headings}")
    if len(page.all("main")) != 1:
        wrong.append("one <main>")
    if LEFT_OVER.search(page.text):
        wrong.append("something of the template is left in the text")
    return wrong


def _identifiers(page: Page) -> list[str]:
    identifiers = Counter(element["id"] for element in page.all() if "id" in element.attributes)
    wrong = [f"id {name!r} is given {times} times" for name, times in identifiers.items() if times > 1 or not name]
    for element in page.all():
        for attribute in REFERENCES & element.attributes.keys():
            wrong += _dangling(attribute, element[attribute], identifiers)
    return wrong


def _dangling(attribute: str, value: str, identifiers: Collection[str]) -> list[str]:
    """References to ids missing on the page."""
    if attribute == "href":
        leads_nowhere = value.startswith("#") and value[1:] not in identifiers
        return [f"the link {value!r} leads nowhere"] if leads_nowhere else []
    return [f"{attribute}={name!r} names nothing" for name in value.split() if name not in identifiers]


def _forms(page: Page) -> list[str]:
    wrong = []
    for form in page.all("form"):
        where = f"the form of {form.get('action') or 'this page'!r}"
        method = form.get("method").lower()
        if method not in ("get", "post"):
            wrong.append(f"{where} has no method")
        tokens = form.all("input", name="csrf_token", type="hidden")
        if method == "post" and [bool(token.get("value")) for token in tokens] != [True]:
            wrong.append(f"{where} has no csrf_token")
        if method == "get" and tokens:
            wrong.append(f"{where} would put its csrf_token into the address")
    labels = {label["for"] for label in page.all("label") if label.get("for") and label.text}
    wrapped = {id(control) for label in page.all("label") if label.text for control in fields(label)}
    for control in fields(page):
        named = control.get("aria-label") or control.get("aria-labelledby")
        if not named and control.get("id") not in labels and id(control) not in wrapped:
            wrong.append(f"the field {control.get('name')!r} has no label")
    wrong += [
        "a button or link without a name"
        for control in page.all("button", "a")
        if not (control.text or control.get("aria-label") or control.all("svg", "img"))
    ]
    return wrong


def _pictures(page: Page) -> list[str]:
    return [
        f"the picture {picture.get('src')!r} has no alt"
        for picture in page.all("img")
        if "alt" not in picture.attributes
    ]


def _policy(page: Page) -> list[str]:
    """Violations of the content security policy, and resources of other hosts."""
    wrong = ["a <style> element" for _ in page.all("style")]
    wrong += ["an inline script" for script in page.all("script") if not script.get("src")]
    for element in page.all():
        wrong += [
            f"<{element.tag}> has the attribute {name}"
            for name in element.attributes
            if name == "style" or name.startswith("on")
        ]
        if element.tag in ("script", "link", "img", "iframe", "source"):
            address = element.get("src") or element.get("href")
            if urlsplit(address).netloc and element.get("rel") != "canonical":
                wrong.append(f"<{element.tag}> fetches from another host: {address}")
    return wrong
