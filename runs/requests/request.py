"""What requests share: the command line that says the same, and how values are written and read in it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, ClassVar

OPTIONS = {
    "changes": "--set",
    "condition": "--outcome",
    "folder": "--out",
    "groups": "--group",
    "outcomes": "--outcome",
}
"""Options that are not called as their setting is."""


def option(setting: str) -> str:
    """What the command line calls a setting; what is no name of one is left as it is."""
    if not setting.isidentifier():
        return setting
    return OPTIONS.get(setting, f"--{setting.replace('_', '-')}")


def by_name(entries: Mapping[str, Any] | Sequence[str]) -> dict[str, Any]:
    """Entries by their names; texts are their own."""
    return dict(entries) if isinstance(entries, Mapping) else {entry: entry for entry in entries}


class Request:
    """A frozen dataclass of settings. ``ARGUMENTS`` are those that a command line says without an option."""

    COMMAND: ClassVar[str]
    ARGUMENTS: ClassVar[tuple[str, ...]]

    @property
    def command(self) -> str:
        """The command line that asks the same, as a shell reads it; empty if it cannot be said in one."""
        from market.scenario import own

        words = ["gpumarket", self.COMMAND]
        settings = {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]
        for name in self.ARGUMENTS:
            told = _entries(settings[name])
            if not all(isinstance(entry, str | Path) for entry in told):
                return ""
            words += map(str, told)
        for name, value in settings.items():
            if name not in (*self.ARGUMENTS, *self.unsaid):
                words += _option(name, value)
        for folder in own.folders():
            words += ["--agents", folder]
        return shlex.join(words)

    @property
    def unsaid(self) -> Sequence[str]:
        """Settings that the command line leaves out."""
        return ()


def _entries(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        return list(value.values())
    return [value] if isinstance(value, str) or not isinstance(value, Sequence) else list(value)


WRITTEN: dict[str, Callable[[Any], list[str]]] = {
    "changes": lambda changes: [f"{path}={written(value)}" for path, value in changes.items()],
    "groups": lambda groups: [f"{name}={','.join(paths)}" for name, paths in groups.items()],
}
"""Settings of which each entry is an option with a name in it."""


def _option(name: str, value: Any) -> list[str]:
    if value is None or value is False:
        return []
    if value is True:
        return [option(name)]
    texts = WRITTEN[name](value) if name in WRITTEN else [str(entry) for entry in _entries(value)]
    return [word for text in texts for word in (option(name), text)]


def read_value(text: str) -> Any:
    """What a value on the command line means in TOML; a bare word is a text."""
    from market.scenario.toml import parse

    try:
        found = parse(f"value = {text}", "value")
    except ValueError:
        return text
    return found["value"] if len(found) == 1 else text


def written(value: Any) -> str:
    """A value as :func:`read_value` reads it."""
    if isinstance(value, str) and read_value(value) == value:
        return value
    return _toml(value)


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{json.dumps(key)} = {_toml(entry)}' for key, entry in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return str(value)
