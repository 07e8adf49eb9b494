# SPDX-License-Identifier: BSL-1.0
"""usage: check.py ROOT

Checks the source tree at ROOT against rules.py, and prints what its parts have grown to.
"""

import pathlib
import sys

from rules import broken, budgets, overdrawn, unlisted, unproved

root = pathlib.Path(sys.argv[1])
tree = {}
for top in ("CMakeLists.txt", "README.md", "SECURITY.md", ".ci", "cmake", "docs/guide", "examples", "modules", "scripts", "src", "tests"):
    for file in [root / top] if (root / top).is_file() else (root / top).rglob("*"):
        if file.is_file() and not {"node_modules", "__pycache__"} & set(file.parts):
            tree[str(file.relative_to(root))] = file.read_text(errors="replace")

for what, count, most in budgets(tree):
    print(f"{what:28} {count:6,} of {most:6,}")
mistakes = [*broken(tree), *unlisted(tree), *unproved(tree), *overdrawn(tree)]
if mistakes:
    sys.exit("\n".join(mistakes))
