"""Classes of buyers in the files of a folder: known once it is read, refused in a sentence, never loaded by name."""

from __future__ import annotations

import io
import pickle
import subprocess
import sys
from types import SimpleNamespace

import pytest

from market import BadInput, Market, Scenario, buyers_from
from market.gears import beside
from market.scenario import own
from runs import Comparison
from runs.engine.experiment import Experiment
from runs.engine.modules import modules_of

QUIET = """
from agents.buyer import Buyer

class {name}(Buyer):
    def impulse(self):
        return {factor}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Writes a file into a folder; what is read of it is forgotten after the test."""
    monkeypatch.setattr(own, "_folders", [])
    monkeypatch.setattr(own._reader, "texts", {})
    before = set(sys.modules)

    def write(file, text):
        (tmp_path / file).write_text(text)
        return tmp_path

    yield write
    for name in set(sys.modules) - before:
        if (getattr(sys.modules[name], "__file__", None) or "").startswith(str(tmp_path)):
            del sys.modules[name]


def ordered(name, **options):
    """What buyer A of the reference, of that class, asks for in the first quarter."""
    world = Scenario.load("reference", **options).replace("buyers.A.class", name)
    model = Market(world)
    model.step()
    return model.buyers[0].ordered


def test_a_class_is_known_once_its_folder_is_read(folder):
    where = folder("keen.py", QUIET.format(name="Keen", factor=2.0))
    assert ordered("Keen", agents=where) == pytest.approx(2.0 * ordered("Buyer"))
    assert list(buyers_from(where)) == ["Keen"]
    assert own.folders() == [str(where)]


def test_files_of_a_folder_import_each_other(folder):
    folder("zeal.py", QUIET.format(name="Zealous", factor="3.0"))
    where = folder("calm.py", "from zeal import Zealous\n\nclass Calmer(Zealous):\n    elasticity = 0.9\n")
    found = buyers_from(where)
    assert set(found) == {"Calmer", "Zealous"}
    assert issubclass(found["Calmer"], found["Zealous"])


def test_a_file_that_changed_is_read_again(folder):
    where = folder("moody.py", QUIET.format(name="MoodyOne", factor=1.0))
    calm, digest, hashed = ordered("MoodyOne", agents=where), own.digests(), hash_with("MoodyOne")
    folder("moody.py", QUIET.format(name="MoodyOne", factor=3.0))
    assert ordered("MoodyOne", agents=where) == pytest.approx(3.0 * calm)
    assert own.digests() != digest
    assert hash_with("MoodyOne") != hashed


def hash_with(name):
    """What tells an experiment with a buyer of that class from others, before a batch is resumed."""
    return Experiment(Scenario.load("reference").replace("buyers.A.class", name), {}, 1, 0, {}).hash


def test_a_request_says_the_folder_in_its_command_line(folder):
    where = folder("told.py", QUIET.format(name="Told", factor=1.0))
    asked = Comparison(["reference", "reference"])
    assert "--agents" not in asked.command
    buyers_from(where)
    assert asked.command.endswith(f"--agents {where}")


def test_what_was_read_goes_to_other_processes_as_text(folder):
    where = folder("far.py", QUIET.format(name="Faraway", factor=2.0))
    buyers_from(where)
    program = (
        "import pickle, sys\n"
        "modules, scenario = pickle.load(sys.stdin.buffer)\n"
        "print(scenario.classes['A'].__name__, scenario.classes['A'].__module__)\n"
    )
    scenario = Scenario.load("reference").replace("buyers.A.class", "Faraway")
    sent = pickle.dumps((modules_of(Experiment(scenario, {}, 1, 0, {})), scenario))
    (where / "far.py").unlink()
    done = subprocess.run([sys.executable, "-c", program], input=sent, capture_output=True, check=False)
    assert done.stdout.decode().split() == ["Faraway", "far"], done.stderr.decode()


def test_who_compiles_beside_is_sent_the_text(folder, monkeypatch):
    where = folder("beside_me.py", QUIET.format(name="Beside", factor=2.0))
    scenario = Scenario.load("reference", agents=where).replace("buyers.A.class", "Beside")
    sent = io.StringIO()
    monkeypatch.setattr(sent, "close", lambda: None)
    with monkeypatch.context() as patched:
        patched.setattr(beside.subprocess, "Popen", lambda command, **options: SimpleNamespace(stdin=sent))
        beside.compile_beside(scenario)
    program = (
        "from market.gears import beside, ensemble\n"
        "ensemble.compiled = lambda build: print(build.classes['buyers'][0].__name__)\n"
        "beside.compile_given()\n"
    )
    call = [sys.executable, "-c", program]
    done = subprocess.run(call, input=sent.getvalue(), capture_output=True, text=True, check=False)
    assert done.stdout == "Beside\n", done.stderr


BAD = {
    "is no Python": ("odd.py", "class Odd(Buyer)\n    pass", r"odd\.py, line 1: is no Python: expected ':'"),
    "fails": ("odd.py", "import math\n\nx = math.nothing", r"odd\.py, line 3: cannot be loaded: AttributeError: .*"),
    "is empty": ("odd.py", "x = 1", r"agents: found no class of buyers in the \.py files of '.*'; allowed: .*"),
    "declares text": (
        "odd.py",
        "from agents.buyer import Buyer\n\nclass Odd(Buyer):\n    colour: str = 'red'",
        r"odd\.py: cannot be loaded: TypeError: Odd\.colour: state is a float, .*",
    ),
    "takes a class's name": (
        "odd.py",
        "from agents.buyer import Buyer\n\nclass Neocloud(Buyer):\n    pass",
        r"odd\.py, line 3: class Neocloud: a class that ships has that name; allowed: another",
    ),
    "takes a module's name": ("random.py", "x = 1", r"random\.py: there is another module 'random'; allowed: .*"),
    "has a file name that is none": ("my-buyer.py", "x = 1", r"my-buyer\.py: found 'my-buyer'; allowed: .*"),
}


@pytest.mark.parametrize(("file", "text", "sentence"), BAD.values(), ids=BAD)
def test_a_bad_folder_is_refused_in_a_sentence(folder, file, text, sentence):
    where = folder(file, text)
    with pytest.raises(BadInput, match=sentence) as caught:
        buyers_from(where)
    assert "\n" not in str(caught.value)
    assert own.folders() == []


def test_a_folder_that_there_is_not(tmp_path):
    with pytest.raises(BadInput, match=r"^agents: found '.*nowhere'; allowed: a folder with classes of buyers"):
        buyers_from(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["Lurking", "lurking.Lurking", "../lurking.py", "os"])
def test_a_scenario_loads_no_code(folder, name, monkeypatch):
    where = folder("lurking.py", QUIET.format(name="Lurking", factor=1.0))
    monkeypatch.chdir(where)
    monkeypatch.syspath_prepend(str(where))
    raw = Scenario.load("reference").to_dict()
    raw["buyers"]["A"]["class"] = name
    with pytest.raises(BadInput, match=r"^scenario: buyers\.A\.class: found .* \(in Python: agents=DIR\)"):
        Scenario.from_dict(raw)
    assert "lurking" not in sys.modules
