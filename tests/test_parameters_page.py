"""docs/parameters.md says what the code declares, and the model's description names every parameter class."""

from tests import parameters_page


def test_the_page_is_what_the_declarations_say():
    assert parameters_page.PAGE.read_text(encoding="utf-8") == parameters_page.page()


def test_every_declared_name_is_explained():
    for line in parameters_page.page().splitlines():
        if line.startswith("| `"):
            assert line.split("|")[-2].strip(), line
