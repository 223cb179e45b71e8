"""Buyers as a user would write them, in a file of the user's own."""

from __future__ import annotations

import math
from typing import Annotated

from agents.buyer import Buyer
from agents.classes.frontier_lab import FrontierLab
from agents.classes.hyperscaler import Hyperscaler
from agents.records.gears import both_gears
from agents.records.roles import Draw, Parameter

NOTES = {"low": "a quiet quarter", "high": "a busy quarter"}


@both_gears
def waves(quarter, length):
    """A function of the user's own that a rule calls."""
    return 1.0 + 0.5 * math.sin(quarter / length)


class MoodyBuyer(Buyer):
    """Overrides several rules, with a parameter, a draw and state of its own."""

    wave_length: Annotated[float, Parameter("quarters", "how long its moods last", 0.1)] = 2.0
    mood_draw: Annotated[float, Draw("uniform", "its mood")] = 0.0
    mood: float = 0.0
    past_moods: float = 0.0

    def impulse(self):
        self.past_moods = self.past_moods + self.mood
        self.mood = self.mood_draw
        return waves(self.past_moods, self.wave_length) * (0.5 + self.mood)

    def means(self, quarters):
        return super_means(self, quarters) * 0.9

    def score_weight(self, issue):
        return 0.25


@both_gears
def super_means(buyer, quarters):
    """What a plain buyer counts on; a rule cannot call ``super()``."""
    return buyer.budget() * quarters


class BrittleLab(FrontierLab):
    """Breaks off its run by chance."""

    break_chance: Annotated[float, Parameter("1/quarter", "chance that it breaks down", 0.0, 1.0)] = 0.0
    break_draw: Annotated[float, Draw("uniform", "whether it breaks down")] = 0.5

    def impulse(self):
        if self.break_draw < self.break_chance:
            raise ValueError("the site has burnt down")
        return 1.0


class TalkativeBuyer(Buyer):
    """Does what the compiler does not know."""

    def impulse(self):
        mood = sorted(NOTES, key=len)[0] if self.index % 2 else "high"
        return 1.0 if f"{NOTES[mood]}!" else 0.0


class ThriftyCloud(Hyperscaler):
    """Has no rules of its own, only another default."""

    capex_share = 0.10


class PlainBuyer(Buyer):
    """Has nothing of its own."""
