# SPDX-License-Identifier: BSL-1.0
"""Programs of others leave a long poll and a stream, also from behind a proxy: the server gives their descriptors back.

usage: leaving.py PROGRAM, which is the example 08_plain_and_polling. What is not installed is left out.
"""

import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "examples"))
from running_example import PATIENCE, RunningExample

TARGETS = ("/value/next?known=0", "/value/events")  # neither answers whole while the number stays
WAITS = "import http.client, sys; c = http.client.HTTPConnection(sys.argv[1]); c.request('GET', sys.argv[2]); c.getresponse().read()"
CLIENTS = {
    "curl": ["curl", "-sN", "http://{host}{target}"],
    "node": ["node", "-e", "require('http').get('http://{host}{target}', answer => answer.resume())"],
    "python3": ["python3", "-c", WAITS, "{host}", "{target}"],
}
NGINX = """daemon off; pid {folder}/pid; error_log stderr; events {{}}
http {{ access_log off; client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
uwsgi_temp_path {folder}; scgi_temp_path {folder};
server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://{host}; proxy_http_version 1.1; proxy_set_header Connection ""; }} }} }}
"""
HAPROXY = """defaults
  mode http
  option abortonclose
  timeout connect 5s
  timeout client 1m
  timeout server 1m
listen front
  bind 127.0.0.1:{port}
  server app {host}
"""


def wait_until(holds, what):
    """Looks again and again: the system tells nobody that another process has closed a socket."""
    end = time.monotonic() + PATIENCE
    pause = threading.Event()
    while not holds():
        assert time.monotonic() < end, what
        pause.wait(0.002)


def count_connections(process, port):
    """Of a process, the established ones whose near port is that: an own socket is in state 01."""
    links = (os.readlink(entry) for entry in pathlib.Path(f"/proc/{process}/fd").iterdir() if entry.is_symlink())
    mine = {link[8:-1] for link in links if link.startswith("socket:[")}
    lines = [line.split() for line in pathlib.Path(f"/proc/{process}/net/tcp").read_text().splitlines()[1:]]
    return sum(line[9] in mine and line[3] != "0A" and int(line[1].split(":")[1], 16) == port for line in lines)


@contextlib.contextmanager
def proxy(name, text, options, host):
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
        probe.close()
        config = pathlib.Path(folder) / "config"
        config.write_text(text.format(folder=folder, port=port, host=host))
        process = subprocess.Popen([name, *options, str(config)], stderr=subprocess.DEVNULL)
        try:
            wait_until(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0, f"{name} does not listen")
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(PATIENCE)


def let_all_leave(example, host, way):
    near = example.address.port
    for name, command in CLIENTS.items():
        if not shutil.which(name):
            print(f"{name} is not installed: left out")
            continue
        for target in TARGETS:
            wait_until(lambda: count_connections(example.process.pid, near) == 0, "somebody of before is still there")
            client = subprocess.Popen([part.format(host=host, target=target) for part in command], stdout=subprocess.DEVNULL)
            wait_until(lambda: count_connections(example.process.pid, near) > 0, f"{name} does not come {way}")
            client.kill()
            began = time.monotonic()
            wait_until(lambda: count_connections(example.process.pid, near) == 0, f"{name} is not noticed {way}: {target}")
            print(f"{name} left {target} {way}: noticed after {(time.monotonic() - began) * 1000:.0f} ms")
            client.wait()


def half_close(example):
    """A client that half-closes behind its request gets its answer, and keeps its stream."""
    for target, expected in (("/value", b"0\n"), (TARGETS[0], b"0\n"), (TARGETS[1], b": ping")):
        with socket.create_connection((example.address.hostname, example.address.port), PATIENCE) as client:
            client.sendall(f"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            client.shutdown(socket.SHUT_WR)
            got = b""
            while expected not in got:
                part = client.recv(4096)
                assert part, f"{target} ended after {got}"
                got += part


def main():
    example = RunningExample(sys.argv[1])
    try:
        host = example.address.netloc
        let_all_leave(example, host, "itself")
        half_close(example)
        for name, text, options in (("nginx", NGINX, ["-c"]), ("haproxy", HAPROXY, ["-f"])):
            if not shutil.which(name):
                print(f"{name} is not installed: left out")
                continue
            with proxy(name, text, options, host) as front:
                let_all_leave(example, front, f"through {name}")
    finally:
        example.stop()


main()
