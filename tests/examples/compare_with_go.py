# SPDX-License-Identifier: BSL-1.0
"""usage: compare_with_go.py EXAMPLES PROGRAMS

Counts the lines of each example in the folder EXAMPLES beside those of the same program in Go, which are neither blank nor a comment.
None of ours may be longer, or name a header. Where Go is installed, both are run (ours from the folder PROGRAMS), and must send the same.
"""

import http.client
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from running_example import PATIENCE, RunningExample, without_times

GO_SOURCES = pathlib.Path(__file__).parent / "go"
# The clock never ends: its first two events are compared.
ENDLESS = {"02_clock": len("data: 2000-01-01T00:00:00Z\n\n" * 2)}

# When the last summary and the deadline are due at once, Go picks one at random; ours is the deadline.
AT_THE_DEADLINE = "event: summary\ndata: now at 106\n\n"


def lines(file):
    text = (line.strip() for line in file.read_text().splitlines())
    return [line for line in text if line and not line.startswith("//")]


def body(port, name):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", "/")
    answer = connection.getresponse()
    assert answer.getheader("Content-Type") == "text/event-stream"
    text = answer.readline().decode()
    if text.startswith("retry: "):  # ours alone; a blank line follows
        answer.readline()
        text = ""
    text += answer.read(ENDLESS[name] - len(text) if name in ENDLESS else None).decode()
    connection.close()
    return without_times(text).replace(AT_THE_DEADLINE, "")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# The programs in Go do not say when they listen; they can only be asked.
def wait_until_it_listens(port, process):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except ConnectionRefusedError:
            pass
        try:
            raise AssertionError(f"the program in Go ended with {process.wait(timeout=0.01)} before it listened")
        except subprocess.TimeoutExpired:
            pass
    raise AssertionError("the program in Go does not listen")


def body_in_go(source, folder):
    port = free_port()
    program = pathlib.Path(folder) / source.stem
    program.with_suffix(".go").write_text(source.read_text().replace(":8080", f"127.0.0.1:{port}"))
    subprocess.run(["go", "build", "-o", program, program.with_suffix(".go")], check=True)
    process = subprocess.Popen([program])
    try:
        wait_until_it_listens(port, process)
        return body(port, source.stem)
    finally:
        process.kill()
        process.wait()


def body_in_cpp(program, name):
    example = RunningExample(program)
    try:
        return body(example.address.port, name)
    finally:
        example.stop()


def main(examples, programs):
    sources = sorted(GO_SOURCES.glob("*.go"))
    print("| example | Go | tidings |\n|---|---|---|")
    for source in sources:
        ours = lines(pathlib.Path(examples) / f"{source.stem}.cpp")
        print(f"| `{source.stem}` | {len(lines(source))} | {len(ours)} |")
        assert len(ours) <= len(lines(source)), f"{source.stem} is longer than in Go"
        assert not any("header" in line for line in ours), f"{source.stem} names a header"
    assert len(sources) == 6
    if not shutil.which("go"):
        print("Go is not installed: what the programs send was not compared.")
        return
    with tempfile.TemporaryDirectory() as folder:
        for source in sources:
            seen = body_in_cpp(pathlib.Path(programs) / source.stem, source.stem)
            wanted = body_in_go(source, folder)
            assert seen == wanted, f"{source.stem}\nours:\n{seen}\nGo's:\n{wanted}"
            print(f"{source.stem}: the same {len(seen)} bytes as Go's")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
