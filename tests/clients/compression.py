# SPDX-License-Identifier: BSL-1.0
"""curl and node read compressed streams: each event singly, before the next one is published.

usage: compression.py PROGRAM, which is compression_server. What is not installed is left out.
"""

import shutil
import subprocess
import sys
import threading

EVENTS = 10
NODE = """fetch(process.argv[1], {headers: {'Accept-Encoding': 'gzip'}}).then(async answer => {
  if (answer.headers.get('content-encoding') !== 'gzip') throw new Error('not compressed');
  for await (const part of answer.body) process.stdout.write(part);
});"""


def clients(url):
    if shutil.which("curl"):
        yield ["curl", "-sSN", "-H", "Accept-Encoding: gzip", "--compressed", url]
        if "zstd" in subprocess.run(["curl", "--version"], capture_output=True, text=True, check=True).stdout:
            yield ["curl", "-sSN", "-H", "Accept-Encoding: zstd", "--compressed", url]
    if shutil.which("node"):
        yield ["node", "-e", NODE, url]


def read_event(process):
    """The next event with data; comments and the like are passed over."""
    lines = []
    for line in process.stdout:
        if line != "\n":
            lines.append(line.rstrip("\n"))
        elif any(each.startswith("data:") for each in lines):
            return [each for each in lines if each.startswith("data:")]
        else:
            lines = []
    raise AssertionError(f"{process.args} ended early")


server = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
started = []
alarm = threading.Timer(60, lambda: [each.kill() for each in [server, *started]])
alarm.start()
try:
    port = int(server.stdout.readline())
    for command in clients(f"http://127.0.0.1:{port}/events"):
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    for number in range(EVENTS):
        text = f"{number} " + "words that come again and again " * (number % 3)
        server.stdin.write(text + "\n")
        server.stdin.flush()
        for each in started:  # the next one is published when all have this one
            assert read_event(each) == [f"data: {text}"], (each.args, number)
    server.stdin.close()
    assert server.wait() == 0
    for each in started:
        rest = each.stdout.read()
        assert each.wait() == 0, f"{each.args} does not find the end right: {rest}"
finally:
    alarm.cancel()
    for each in [server, *started]:
        if each.poll() is None:
            each.kill()
        each.wait()
        each.stdout.close()
