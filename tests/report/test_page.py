import re
from html.parser import HTMLParser

import pytest

from hwgen.report.drawing import PALETTE
from hwgen.report.page import page


class Reader(HTMLParser):
    """Collects what a browser would fetch, and what is left open."""

    VOID = ("meta", "br", "img", "link", "path", "use", "image", "rect", "line")

    def __init__(self, text):
        super().__init__()
        self.references, self.open, self.headings, self.ids = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag not in self.VOID:
            self.open.append(tag)
        for name, value in attributes:
            if name in {"src", "href", "xlink:href", "srcset", "data", "action", "poster"}:
                self.references.append(value)
            if name == "id":
                self.ids.append(value)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, text):
        if self.open and self.open[-1] == "h2":
            self.headings.append(text)


@pytest.fixture(params=["study", "build"])
def text(request, pages):
    return pages[request.param]


def test_nothing_is_requested_from_outside(text):
    references = Reader(text).references
    assert all(x.startswith(("#", "data:image/png;base64,")) for x in references)
    assert not re.search(r"@import|url\((?!#)|<script|<link|<iframe", text)


def test_the_page_is_well_formed(text):
    assert Reader(text).open == []


def test_ids_are_unique_or_name_equal_things(text):
    ids = {}
    for name, element in re.findall(r'<(?:clipPath|path|image|linearGradient) id="([^"]+)"(.*?)>',
                                    text, re.DOTALL):  # fmt: skip
        assert ids.setdefault(name, element) == element


def test_sections_without_figures_are_left_out(pages):
    plain, full = Reader(pages["study"]).headings, Reader(pages["build"]).headings
    assert "Synthesis" not in plain
    assert "Synthesis" in full
    assert "mismatches" not in pages["study"]
    assert "64 tensors of 8 images compared" in pages["build"]


def test_headline_figures_are_the_documents(pages, build_document):
    pick = build_document["points"][build_document["chosen"]["pick"]]
    assert f"{100 * (1 - pick['energy']):.0f} %" in pages["build"]
    assert f"{pick['test_accuracy']:.2f} %" in pages["build"]
    assert "\N{MINUS SIGN}30 %" in pages["build"]  # array area, 21,000 of 30,000


def test_names_are_escaped(pages):
    assert "pe&lt;8&gt;" in pages["build"]


def test_plots_take_their_colours_from_the_page(text):
    body = text[text.index("<body>") :]
    assert "var(--approximate)" in body
    assert not any(value in body for value in PALETTE.values())


def test_equal_documents_give_equal_pages(document, pages):
    assert page(document) == pages["study"]


def test_a_page_shows_every_multiplier_that_was_chosen(document, pages):
    for name in document["multipliers"]:
        assert f"<code>{name}</code>" in pages["study"]
