"""The story of a scenario: what it may name, what is chosen where it names nothing, and that it changes no number."""

from __future__ import annotations

import pytest

from market import BadInput, Scenario
from market.scenario.scenario import shipped

COLOSSUS = Scenario.load("colossus")


def told(**story: object) -> Scenario:
    """Colossus with another story."""
    return Scenario.from_dict({**COLOSSUS.raw, "story": story}, "mine.toml")


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_scenario_asks_a_question_of_its_own(name):
    story = Scenario.load(name).story
    others = [Scenario.load(other).story for other in shipped() if other != name]
    assert story.question.endswith("?")
    assert story.text.endswith(".")
    assert story.question not in [other.question for other in others]
    assert bool(story.counterfactual) == bool(story.difference)
    assert story.counterfactual != name


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("product", "H10", "story.product: found 'H10'; did you mean 'H100'? Allowed: "),
        ("protagonist", "Microsof", "story.protagonist: found 'Microsof'; did you mean 'Microsoft'? Allowed: "),
        ("beside", ["xAI", "Nobody"], "story.beside: found 'Nobody'; allowed: "),
        ("quarter", "2030Q1", "story.quarter: found '2030Q1'; allowed: 2022Q4 to 2026Q4"),
        ("quarter", "soon", "story.quarter: found 'soon'; allowed: a quarter written like 2024Q2"),
        ("counterfactual", "norush", "story.counterfactual: found 'norush'; did you mean 'no-rush'? Allowed: "),
        ("question", 7, "story.question: found 7; allowed: a text"),
        ("moral", "", "story.moral: no such field; allowed: "),
    ],
)
def test_what_there_is_not_gets_a_sentence(field, value, sentence):
    with pytest.raises(BadInput) as refused:
        told(**{field: value})
    assert str(refused.value).startswith(f"mine.toml: {sentence}")
    assert "\n" not in str(refused.value)


def test_without_a_story_the_largest_buyer_and_the_longest_sold_product_come_first():
    story = told().story
    stocks = {name: buyer.opening_stock for name, buyer in COLOSSUS.buyers.items()}
    assert [story.protagonist, *story.beside] == sorted(stocks, key=stocks.__getitem__, reverse=True)[:3]
    assert story.product == "H200"  # H100 is withdrawn, later ones come later
    assert (story.quarter, story.counterfactual, story.question) == (None, "", "")
    assert told(protagonist="xAI").story.beside == sorted(stocks, key=stocks.__getitem__, reverse=True)[:2]


def test_a_story_is_inherited_field_by_field_and_a_quarter_with_its_span(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('extends = "colossus"\nname = "mine"\n[story]\nproduct = "B200"\n')
    assert Scenario.load(path).story == COLOSSUS.story.model_copy(update={"product": "B200"})
    path.write_text('extends = "colossus"\nname = "mine"\nhorizon = 4\n')
    assert Scenario.load(path).story == COLOSSUS.story.model_copy(update={"quarter": None})
    assert COLOSSUS.replace("horizon", 4).story.quarter is None
    assert COLOSSUS.replace("market.deposit", 0.1).story == COLOSSUS.story


def test_a_story_changes_no_hash_and_is_written_out():
    assert told().hash == COLOSSUS.hash
    assert Scenario.from_dict(COLOSSUS.to_dict()).story == COLOSSUS.story
