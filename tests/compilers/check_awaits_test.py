# SPDX-License-Identifier: BSL-1.0
"""usage: check_awaits_test.py CHECK BUILD FILE...

Demands that CHECK, which is scripts/check-awaits, finds the lines that end in `// wrong` in these files, and no others.
"""

import pathlib
import subprocess
import sys

check, build, *files = sys.argv[1:]


def marked(file):
    lines = pathlib.Path(file).read_text().splitlines()
    return {(pathlib.Path(file).name, number) for number, line in enumerate(lines, 1) if line.endswith("// wrong")}


def found(text):
    places = (line.split(": ")[0].rsplit(":", 2) for line in text.splitlines() if ".cpp:" in line)
    return {(pathlib.Path(file).name, int(number)) for file, number, _ in places}


done = subprocess.run([check, "-p", build, *files], capture_output=True, text=True)
wanted = set().union(*map(marked, files))
seen = found(done.stdout)
if done.returncode != 1 or seen != wanted:
    print(done.stdout, done.stderr)
    sys.exit(f"ended with {done.returncode}; missing: {sorted(wanted - seen)}; wrongly found: {sorted(seen - wanted)}")
print(f"{len(seen)} of {len(wanted)}")

# Without its tool or the commands it says what to do.
nothing = subprocess.run([check, "-p", "/nowhere"], capture_output=True, text=True)
assert nothing.returncode == 1 and "/nowhere/compile_commands.json" in nothing.stderr, nothing.stderr
without_tool = subprocess.run([sys.executable, check, "-p", build], capture_output=True, text=True, env={"PATH": "/nowhere"})
assert without_tool.returncode == 1 and "apt-get install clang-tools-19" in without_tool.stderr, without_tool.stderr
