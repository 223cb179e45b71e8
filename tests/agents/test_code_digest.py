"""What tells rules apart: by their source where that must hold on every Python, by what is run where it need not."""

from __future__ import annotations

import pytest

from agents.buyer import Buyer
from agents.records.gears import as_run, as_written, code_digest, dispatch
from agents.records.layout import Layout
from runs.calibration import posterior

RULE = '''
def rule(self):
    """What it does."""
    return self.need * factor + helped(self)  # a reason


def helped(self):
    return [limit * each for each in self.past][0]
'''


def made(tmp_path, source=RULE, **values):
    """The rule of a file of its own, as a module has it."""
    path = tmp_path / f"rules{len(list(tmp_path.iterdir()))}.py"
    path.write_text(source, encoding="utf-8")
    space = {"factor": 2.0, "limit": 3.0, **values}
    exec(compile(source, str(path), "exec"), space)
    return space["rule"]


@pytest.mark.parametrize("told", [as_run, as_written])
def test_a_rule_is_told_by_what_it_does(tmp_path, told):
    def digest(source=RULE, **values):
        return code_digest([made(tmp_path, source, **values)], told)

    assert digest() == digest()
    assert digest() != digest(RULE.replace("*", "/", 1))
    assert digest() != digest(RULE.replace("[0]", "[1]"))  # in a function that it calls
    assert digest() != digest(factor=2.5)
    assert digest() != digest(limit=2.5)  # read inside a comprehension


def test_the_source_counts_without_comments_spacing_and_docstrings(tmp_path):
    other = RULE.replace("What it does", "Something else").replace("a reason", "another").replace(" * ", "*")
    assert code_digest([made(tmp_path)], as_written) == code_digest([made(tmp_path, other)], as_written)


def test_written_functions_have_their_source():
    assert "return function_0(self)" in as_written(dispatch([made_here, made_there]))


def test_a_function_without_a_source_is_told_as_it_runs():
    space = {}
    exec("def rule(self):\n    return 1.0", space)
    assert as_written(space["rule"]) == as_run(space["rule"])


def test_the_shipped_posterior_holds_on_this_python():
    assert len(posterior.shipped("colossus").table) == 256


def made_here(self):
    return 0.0


def made_there(self):
    return 1.0


factor = 2.0


def test_a_layout_remembers_its_rules_from_when_it_was_laid_out(monkeypatch):
    """What a rule reads may change before anything is compiled: that is noticed too."""

    class Scaled(Buyer):
        def impulse(self):
            return factor

    layout = Layout("buyers", (Scaled,))
    told = layout.signature
    assert not layout.changed()
    other = Layout("buyers", (Scaled,))
    assert other.signature == told
    monkeypatch.setitem(globals(), "factor", 3.0)
    assert other.changed()
    assert other.digest(as_run) in told, "of the rules that it was laid out with"
