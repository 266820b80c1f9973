"""What every page must be: valid HTML, one main heading, labelled fields, nothing inline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib

FIELDS = {"input", "select", "textarea"}
JUDGED_TYPES = {"date", "datetime-local", "email", "month", "number", "time", "url"}
UNLABELLED_TYPES = {"hidden", "submit", "button", "image", "reset"}
HANDLER = re.compile(r"^on[a-z]+$")
# An inert data block is no script: `<script type="application/json">`.
DATA_TYPES = {"application/json", "application/ld+json", "importmap-data"}


def faults_of(html: str) -> list[str]:
    """List what is wrong with a page; empty if nothing is."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    document = parser.parse(html)
    found = [f"line {where[0]}: {code} {data}" for where, code, data in parser.errors]
    for rule in RULES:
        found.extend(rule(document))
    return found


def language(document: Element) -> Iterator[str]:
    if not document.get("lang"):
        yield "<html> has no lang attribute"


def title(document: Element) -> Iterator[str]:
    if not (document.findtext("head/title") or "").strip():
        yield "the page has no <title>"


def headings(document: Element) -> Iterator[str]:
    count = len(list(document.iter("h1")))
    if count != 1:
        yield f"the page has {count} <h1>, not one"


def labels(document: Element) -> Iterator[str]:
    named = {label.get("for") for label in document.iter("label")}
    wrapped = {id(field) for label in document.iter("label") for field in label.iter()}
    for field in document.iter():
        if field.tag not in FIELDS or field.get("type") in UNLABELLED_TYPES:
            continue
        described = field.get("aria-label") or field.get("aria-labelledby")
        if not (described or field.get("id") in named or id(field) in wrapped):
            yield f"<{field.tag} name={field.get('name')!r}> has no label"


def inline_code(document: Element) -> Iterator[str]:
    for element in document.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag == "style" or element.get("style") is not None:
            yield f"<{element.tag}> carries inline style"
        is_data = element.get("type") in DATA_TYPES
        if element.tag == "script" and not element.get("src") and not is_data:
            yield "inline <script>"
        yield from (
            f"<{element.tag}> carries {name}" for name in element.attrib if HANDLER.match(name)
        )


def identifiers(document: Element) -> Iterator[str]:
    seen: set[str] = set()
    for element in document.iter():
        name = element.get("id")
        if name and name in seen:
            yield f"the id {name!r} stands twice"
        seen.add(name or "")


def images(document: Element) -> Iterator[str]:
    for image in document.iter("img"):
        if image.get("alt") is None:
            yield f"<img src={image.get('src')!r}> has no alt text"


def sent_once(document: Element) -> Iterator[str]:
    """A form somebody fills in says by which key it is done once, however often it arrives."""
    for form in document.iter("form"):
        inputs = [element for element in form.iter() if element.tag in FIELDS]
        is_filled_in = any(field.get("type") not in UNLABELLED_TYPES for field in inputs)
        keys = [field for field in inputs if field.get("name") == "form_key"]
        if form.get("method", "get").lower() == "post" and is_filled_in and len(keys) != 1:
            yield f"<form action={form.get('action')!r}> carries {len(keys)} form_key, not one"


def judged_here(document: Element) -> Iterator[str]:
    """What is wrong in a form is said by the house, in the page's language, not by the browser."""
    for form in document.iter("form"):
        is_judged = any(
            field.get("required") is not None or field.get("type") in JUDGED_TYPES
            for field in form.iter()
            if field.tag in FIELDS
        )
        is_post = form.get("method", "get").lower() == "post"
        if is_post and is_judged and form.get("novalidate") is None:
            yield f"<form action={form.get('action')!r}> lets the browser judge: say novalidate"


RULES = (
    language,
    title,
    headings,
    labels,
    inline_code,
    identifiers,
    images,
    sent_once,
    judged_here,
)
