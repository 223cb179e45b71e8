"""``make pictures``: every tab of the page, on a desktop and a phone, light and dark, into ``docs/pictures``."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from benchmarks.page import server

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
COLORS = 64
"""Enough for a page of few colours, and few bytes."""
PRESSED = {"Compare": "In one click", "What matters": "Find out"}
"""What is asked on a tab that shows nothing by itself."""
LONG = 240_000
"""Milliseconds to wait for what is computed."""


def take(browser: Browser, address: str, size: str, scheme: str) -> None:
    """Pictures of every tab in one size and one theme."""
    width, height = SIZES[size]
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
    page.set_default_timeout(LONG)
    page.goto(address)
    page.wait_for_selector(".gm-tab")
    page.evaluate("localStorage.setItem('gpumarket.hint', 'read')")
    links = page.eval_on_selector_all(".gm-tabs a", "found => found.map(one => [one.innerText, one.pathname])")
    for name, path in links:
        page.goto(address + path)
        page.wait_for_selector(".gm-page h1")
        if name in PRESSED:
            page.get_by_role("button", name=PRESSED[name]).click()
            page.wait_for_selector(".gm-finding")
        page.wait_for_function("!document.querySelector('.gm-bar') && !document.querySelector('.gm-placeholder')")
        page.wait_for_timeout(1500)
        shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB").quantize(COLORS)
        shot.save(FOLDER / f"{name.lower().replace(' ', '-')}-{size}-{scheme}.png", optimize=True)
    page.close()


def main() -> None:
    """Take them all anew."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("There is no Chromium on the PATH: no pictures are taken.")
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with server() as (address, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for size in SIZES:
            for scheme in ("light", "dark"):
                take(browser, address, size, scheme)
        browser.close()
    total = sum(path.stat().st_size for path in FOLDER.iterdir())
    print(f"{len(list(FOLDER.iterdir()))} pictures, {total / 2**20:.1f} MB")


if __name__ == "__main__":
    main()
