"""docs/parameters.md says what the code declares, and the model's description names every parameter class."""

from tests import parameters_page

FIELDS = parameters_page.settable()


def test_the_page_is_what_the_declarations_say():
    assert parameters_page.PAGE.read_text(encoding="utf-8") == parameters_page.page()


def test_every_declared_name_is_explained():
    for line in parameters_page.page().splitlines():
        if line.startswith("| `"):
            assert line.split("|")[-2].strip(), line


def test_every_default_has_a_source_and_no_source_is_left_over():
    known = parameters_page.sources()
    found = {f"{cls.__name__}.{field.name}": parameters_page.key(cls, field.name, known) for cls, field in FIELDS}
    assert [name for name, key in found.items() if not key] == []
    assert set(known) - set(found.values()) == set()


def test_the_page_tells_a_default_of_a_class_that_differs():
    rows = parameters_page.page().split('## `class = "FrontierLab"`')[1].split("## ")[0]
    assert "| `urgency` | parameter | 1/quarter | 0.15 |" in rows
