"""Several changes of reactive variables and one rendering after them."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from solara.server.kernel_context import get_current_context


def together() -> AbstractContextManager[Any]:
    """While it is open, changes of the session's variables are taken in; the page is rendered when it closes."""
    page = get_current_context().app_object
    return nullcontext() if page is None else page
