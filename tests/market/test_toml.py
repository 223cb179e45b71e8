"""Files that cannot be read: one sentence each, whoever reads them."""

from __future__ import annotations

import pytest

from market import BadInput, Scenario
from runs.designs.design import Design, is_design
from runs.questions.question import Question

DEEP = "x = " + "[" * 100_000 + "]" * 100_000
BAD = {
    "no TOML": (b"schema 1", "is not a TOML file: "),
    "no UTF-8": ("# Ü".encode("latin-1"), "is not a TOML file: "),
    "another file": (bytes(range(256)), "is not a TOML file: "),
    "too deep": (DEEP.encode(), "is not a TOML file: its values are nested too deeply"),
    "a number too long": (b"x = " + b"9" * 10_000, "is not a TOML file: "),
}


@pytest.mark.parametrize("kind", [Scenario, Design, Question])
@pytest.mark.parametrize("case", BAD)
def test_a_file_that_is_no_toml_gets_one_sentence(tmp_path, kind, case):
    content, sentence = BAD[case]
    file = tmp_path / "bad.toml"
    file.write_bytes(content)
    with pytest.raises(BadInput) as caught:
        kind.load(file)
    assert str(caught.value).startswith(f"{file}: {sentence}")
    assert "\n" not in str(caught.value)
    assert not is_design(str(file))


@pytest.mark.parametrize("kind", [Scenario, Design, Question])
@pytest.mark.parametrize("name", ["nowhere", "a/b.toml", "x" * 5000, "nul\0l", ""])
def test_what_is_no_file_gets_one_sentence(tmp_path, kind, name):
    with pytest.raises(BadInput) as caught:
        kind.load(name)
    called = {"x" * 5000: "x" * 50 + "..." + "x" * 19, "nul\0l": "nul\\x00l"}.get(name, name)
    assert str(caught.value).startswith(f"{called}: no such {kind.__name__.lower()} or file; ")
    with pytest.raises(BadInput, match="no such"):
        kind.load(tmp_path)


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    file = tmp_path / "locked.toml"
    file.write_text("")

    def refused(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(file), "read_text", refused)
    with pytest.raises(BadInput, match=r"locked\.toml: cannot be read: Permission denied"):
        Scenario.load(file)
