"""Fetch the page's JavaScript and fonts, so that the browser needs nothing from the internet.

Solara's browser side is published as the source package solara-assets: 239 MB, of which the page uses 4 MB.
This script downloads the package at the hash that ``page.txt`` beside it states, keeps the files of ``WANTED`` in
``dashboard/public/cdn``, laid out as Solara asks for them, and leaves nothing else behind.

It needs pip and the Python index: ``gpumarket fetch-page``, or as a file, ``python dashboard/server/fetch.py``. Where
hatchling is not installed, which pip asks for the package's metadata, pip fetches that too, for the while. With ``axe``
as its argument the file fetches the checker of accessibility instead, which tests alone use; that needs npm.
"""

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from fnmatch import fnmatchcase
from importlib.util import find_spec
from pathlib import Path

DASHBOARD = Path(__file__).resolve().parents[1]
LOCK = Path(__file__).with_name("page.txt")
TARGET = DASHBOARD / "public" / "cdn"

WANTED = (
    # widgets and their styles: Vue 2, Vuetify 2, the widget manager; Roboto and the material icons
    "@widgetti/solara-vuetify-app@10.1.1/package.json",
    "@widgetti/solara-vuetify-app@10.1.1/dist/solara-vuetify-app8.min.js",
    "@widgetti/solara-vuetify-app@10.1.1/dist/solara-vuetify-app8.min.js.LICENSE.txt",
    "@widgetti/solara-vuetify-app@10.1.1/dist/main8.css",
    "@widgetti/solara-vuetify-app@10.1.1/dist/fonts.css",
    "@widgetti/solara-vuetify-app@10.1.1/dist/*.woff2",
    # loader of widget libraries
    "requirejs@2.3.6/package.json",
    "requirejs@2.3.6/require.js",
    # charts
    "echarts@5.4.0/package.json",
    "echarts@5.4.0/dist/echarts.min.js",
    "echarts@5.4.0/LICENSE",
    "echarts@5.4.0/NOTICE",
)


AXE = "axe-core@4.10.3"
AXE_FILE = DASHBOARD.parent / "tests" / "dashboard" / ".axe" / "axe.min.js"
AXE_HASH = "880970c081707360e64f34cea25ff91892f5bc95675b0776925b9709dd8a68bb"
"""SHA-256 of the one file that is kept of it."""


def fetch_axe() -> None:
    """Have npm download the checker, and keep its file if it is the one whose hash is stated."""
    with tempfile.TemporaryDirectory(prefix="axe.") as folder:
        if subprocess.run(["npm", "pack", AXE, "--silent"], cwd=folder).returncode:
            sys.exit("The checker of accessibility could not be fetched; npm says why above.")
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as members:
            content = members.extractfile("package/axe.min.js")
            found = content.read() if content else b""
    if hashlib.sha256(found).hexdigest() != AXE_HASH:
        sys.exit(f"{AXE} is not the one that is known: its hash is another.")
    AXE_FILE.parent.mkdir(parents=True, exist_ok=True)
    AXE_FILE.write_bytes(found)


def download(folder: Path) -> Path:
    """Have pip put the source package into folder; it refuses one whose hash is not the locked one."""
    # fmt: off
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
        "--require-hashes", "--no-deps", "--no-binary=:all:", "--requirement", str(LOCK), "--dest", str(folder),
        *(["--no-build-isolation"] if find_spec("hatchling") else []),
    ]
    # fmt: on
    if subprocess.run(command).returncode:
        sys.exit("The page's JavaScript could not be fetched; pip says why above.")
    (archive,) = folder.glob("*.tar.gz")
    return archive


def unpack(archive: Path, folder: Path) -> None:
    """Copy the wanted files of the archive into folder; LookupError names the patterns that none matched."""
    missing = set(WANTED)
    with tarfile.open(archive, "r|gz") as members:
        for member in members:
            name = member.name.partition("/cdn/")[2]
            pattern = next((wanted for wanted in WANTED if fnmatchcase(name, wanted)), None)
            content = members.extractfile(member) if pattern else None
            if content is None:
                continue
            missing.discard(pattern)
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as file:
                shutil.copyfileobj(content, file)
    if missing:
        raise LookupError(f"{archive.name} does not hold {', '.join(sorted(missing))}")


def main() -> None:
    """Replace the folder as a whole, so that it is either complete or absent."""
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=TARGET.parent, prefix="cdn.") as temporary:
        archive = download(Path(temporary))
        complete = Path(temporary) / "cdn"
        unpack(archive, complete)
        shutil.rmtree(TARGET, ignore_errors=True)
        complete.rename(TARGET)
    print(f"The page's JavaScript is in {TARGET}.")


if __name__ == "__main__":
    fetch_axe() if sys.argv[1:] == ["axe"] else main()
