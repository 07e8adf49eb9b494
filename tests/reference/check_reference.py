# SPDX-License-Identifier: BSL-1.0
"""Makes the reference, and fails where a public name is missing in it or lacks its comment, or where a link of its pages is dead.

usage: check_reference.py DOXYGEN DOXYFILE MODULE

Public are the names that MODULE exports, and the classes, functions and types of the components' and testing's headers. A member whose
name says everything needs no comment.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import urllib.parse


def run(doxygen, doxyfile):
    folder = pathlib.Path(re.search(r'^OUTPUT_DIRECTORY = "(.*)"$', pathlib.Path(doxyfile).read_text(), re.M)[1])
    shutil.rmtree(folder, ignore_errors=True)  # what an earlier run has left would be found
    done = subprocess.run([doxygen, doxyfile], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"doxygen has failed:\n{done.stderr}")
    return done.stderr.splitlines(), folder / "html"


def lacks_comment(warnings):
    nested = re.compile(r"of (class|struct|concept) |Compound (tidings::)(testing::)?\w+::|Compound boost::")
    for line in warnings:
        if "is not documented" in line and "detail" not in line and not nested.search(line):
            yield line
        if "unable to resolve" in line or "not found" in line and "internal inconsistency" not in line.lower():
            yield line


def missing(module, html):
    names = re.findall(r"^using tidings::(\w+);", pathlib.Path(module).read_text(), re.M)
    assert names
    shown = set()
    for page in html.glob("*tidings*.html"):
        shown |= set(re.findall(r"tidings::(\w+)", page.read_text()))
        shown |= set(re.findall(r'(?:class="el" href="[^"]*"|<b)>(\w+)</', page.read_text()))
    return [f"tidings::{each} is not in the reference" for each in names if each not in shown]


def dead_links(html):
    pages = {each.name: each.read_text(errors="replace") for each in html.glob("*.html")}
    for name, text in pages.items():
        for target in re.findall(r'href="([^"]+)"', text):
            path, _, anchor = urllib.parse.unquote(target).partition("#")
            path = path or name
            if ":" in path:
                continue
            if not (html / path).exists():
                yield f"{name}: {target} is not there"
            elif anchor and path in pages and not re.search(rf'(id|name)="{re.escape(anchor)}"', pages[path]):
                yield f"{name}: {target}: there is no such place"


warnings, html = run(*sys.argv[1:3])
faults = [*lacks_comment(warnings), *missing(sys.argv[3], html), *dead_links(html)]
print("\n".join(faults) or f"{len(list(html.glob('*.html')))} pages, each public name has its comment, and no link is dead")
sys.exit(bool(faults))
