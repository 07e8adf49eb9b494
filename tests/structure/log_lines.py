# SPDX-License-Identifier: BSL-1.0
"""usage: log_lines.py ROOT

Holds docs/operating.md to what the library writes into a log: each line that is said anywhere in src/ has a paragraph there, and each
paragraph has a line. A paragraph begins with the line in bold and quotation marks, with … for what differs.
"""

import pathlib
import re
import sys

# What gives a line to a log.
CALLS = re.compile(r"(?:\blog|\blog_handler|\blog_cut|\bsay|\btell|\blog\.failed)\(")
# Functions that make lines for such a call, by file. `say` and `tell` of engines add the name of the store.
MAKERS = {
    "hub/detail/topic_load.cpp": ["topic_load::news_of"],
    "hub/detail/registry_state.cpp": ["registry_state::news_of_forgotten"],
    "net/tls/detail/credentials.cpp": ["credentials::warnings"],
    "net/tls/tls_context.cpp": ["tls_context::refresh"],
    "hub/sqlite/sqlite_store.cpp": [],
}
LITERALS = re.compile(r'"((?:[^"\\]|\\.)*)"(?:\s*"((?:[^"\\]|\\.)*)")*')


def call_of(text, begin):
    """The text of a call up to its closing parenthesis; those in strings do not count."""
    depth = 0
    for token in re.compile(r'"(?:[^"\\]|\\.)*"|[()]').finditer(text, begin):
        depth += {"(": 1, ")": -1}.get(token[0], 0)
        if depth == 0:
            return text[begin:token.end()]
    return ""


def statements(path, text):
    """The texts of calls and of makers, up to the end of each."""
    for call in CALLS.finditer(text):
        yield call_of(text, call.end() - 1)
    for name in MAKERS.get(path, []):
        begin = text.index(f" {name}(")
        yield text[begin:text.index("\n}\n", begin)]


def lines(root):
    """(path, line) with … for what is put in."""
    for file in sorted((root / "src/tidings").rglob("*.cpp")):
        path = str(file.relative_to(root / "src/tidings"))
        if path.startswith("testing/"):
            continue
        for statement in statements(path, file.read_text()):
            for literal in LITERALS.finditer(statement):
                whole = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', literal[0]))
                whole = re.sub(r"\{[^{}]*\}", "…", whole.replace('\\"', '"'))
                if len(whole) > 12:
                    yield path, whole


def main(root):
    for path, line in lines(root):
        print(path, "|", line)


main(pathlib.Path(sys.argv[1]))
