"""Bad input that is about a setting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from market import BadInput


class Refused(BadInput):
    """A setting (of a request, an engine, a folder) that is not allowed.

    Args:
        setting: its name, as Python calls it; empty where the sentence is about something else.
        sentence: what was found and what is allowed.
        instead: another setting that would help.
    """

    def __init__(self, setting: str, sentence: str, instead: str = ""):
        self.setting, self.sentence, self.instead = setting, sentence, instead
        super().__init__(self.told(str))

    def told(self, call: Callable[[str], str]) -> str:
        """The whole sentence, with the settings called as ``call`` says: by the options of a command line."""
        head = f"{call(self.setting)}: " if self.setting else ""
        return f"{head}{self.sentence}{f', or {call(self.instead)}' if self.instead else ''}"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.setting, self.sentence, self.instead)
