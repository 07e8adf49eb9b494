# SPDX-License-Identifier: BSL-1.0
"""No link in a page of the project leads nowhere: neither to a file that is not there nor to a heading that the file does not have.

usage: links.py ROOT
"""

import pathlib
import re
import sys

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def anchors(text):
    """What GitHub calls the headings of a page."""
    headings = re.findall(r"^#+ +(.*)$", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", re.sub(LINK, lambda found: found[0][1:].split("]")[0], each)).lower().replace(" ", "-")
            for each in headings}


def dead(root):
    pages = [root / each for each in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")]
    pages += sorted((root / "docs").rglob("*.md")) + sorted((root / "examples").rglob("*.md"))
    for page in pages:
        for target in LINK.findall(re.sub(r"^```.*?^```", "", page.read_text(), flags=re.M | re.S)):
            path, _, anchor = target.partition("#")
            if ":" in path:  # of the web
                continue
            to = (page.parent / path).resolve() if path else page
            if not to.exists():
                yield f"{page.relative_to(root)}: {target}: there is no such file"
            elif anchor and to.suffix == ".md" and anchor not in anchors(to.read_text()):
                yield f"{page.relative_to(root)}: {target}: there is no such heading"


if __name__ == "__main__":
    found = list(dead(pathlib.Path(sys.argv[1]).resolve()))
    print("\n".join(found) or "every link leads somewhere")
    sys.exit(bool(found))
