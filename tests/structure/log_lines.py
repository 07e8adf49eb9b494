# SPDX-License-Identifier: BSL-1.0
"""usage: log_lines.py ROOT

Holds the section "Lines of the log" of docs/operating.md to what src/ writes into logs. A paragraph there begins with lines in bold and
quotation marks, with … for what differs: **"cut …: its client has vanished"**. Each line of src/ contains one of them, and each of them
is part of a line.
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
}
# What is put into a line, and is none.
IN_A_LINE = {"its io_context"}
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
                if len(whole) > 12 and whole not in IN_A_LINE:
                    yield path, whole


def wrong(told, said):
    """What is said and not told, and the other way round. What begins as no line does goes on with another one."""
    for path, line in said:
        if line[0] not in " ;," and not any(each in line for each in told):
            yield f'{path}: "{line}"\n    has no paragraph in docs/operating.md'
    for each in told:
        if not any(each in line for _, line in said):
            yield f'docs/operating.md: "{each}"\n    is no line that the library writes'


def main(root):
    page = (root / "docs/operating.md").read_text().partition("\n## Lines of the log\n")[2].partition("\n## ")[0]
    mistakes = list(wrong(re.findall(r'\*\*"(.+?)"\*\*', page), list(lines(root))))
    if mistakes:
        sys.exit("\n".join(mistakes))


main(pathlib.Path(sys.argv[1]))
