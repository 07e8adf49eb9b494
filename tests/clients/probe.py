# SPDX-License-Identifier: BSL-1.0
"""The probe of the hub through proxies that harm streams and through one that does not, by a client that reports as the page does."""

import concurrent.futures
import contextlib
import http.client
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "examples" / "hub"))
from running_hub import PATIENCE, RunningHub

os.environ["PATH"] += ":/usr/sbin"  # where Debian has nginx and haproxy
SECONDS = 2
NGINX = """daemon off; pid {folder}/pid; error_log stderr; events {{}}
http {{ access_log off; client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
uwsgi_temp_path {folder}; scgi_temp_path {folder};
server {{ listen 127.0.0.1:{port}; location / {{
  proxy_pass http://127.0.0.1:{hub}; proxy_set_header Host $http_host; {settings} }} }} }}
"""
# By default nginx speaks HTTP/1.0 to the server. It also buffers by default, unless the server asks it not to, as ours does.
HTTP1_1 = 'proxy_http_version 1.1; proxy_set_header Connection "";'
HAPROXY = """defaults
  mode http
  timeout connect 5s
  timeout client 1m
  timeout server 1500ms
listen front
  bind 127.0.0.1:{port}
  option forwardfor
  server app 127.0.0.1:{hub}
"""


def listens(port):
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def proxy(name, text, option, hub, settings=""):
    if not shutil.which(name):
        raise unittest.SkipTest(f"{name} is not installed")
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        free.close()
        config = pathlib.Path(folder) / "config"
        config.write_text(text.format(folder=folder, port=port, hub=hub, settings=settings))
        process = subprocess.Popen([name, option, str(config)], stderr=subprocess.DEVNULL)
        try:
            end = time.monotonic() + PATIENCE
            pause = threading.Event()
            while not listens(port):
                assert time.monotonic() < end, f"{name} does not listen"
                pause.wait(0.01)
            yield port
        finally:
            process.terminate()
            process.wait(PATIENCE)


@contextlib.contextmanager
def asked(port, *request, **more):
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        connection.request(*request, **more)
        with connection.getresponse() as answer:
            assert answer.status == 200, answer.status
            yield answer


def read(port, target):
    """The milliseconds after which each event came, and the end; the headers; the last event."""
    text, arrived, begin = b"", [], time.monotonic()
    with asked(port, "GET", target, headers={"Accept-Encoding": "gzip"}) as answer:
        plain = zlib.decompressobj(31) if answer.headers["Content-Encoding"] == "gzip" else None
        with contextlib.suppress(http.client.IncompleteRead, ConnectionError):
            while part := answer.read1():
                text += plain.decompress(part) if plain else part
                arrived += [round((time.monotonic() - begin) * 1000)] * (text.count(b"event: ") - len(arrived))
    return arrived, round((time.monotonic() - begin) * 1000), answer.headers, b"event: end" in text


def verdict(port):
    with concurrent.futures.ThreadPoolExecutor() as pool:
        beats, silence, traffic = pool.map(lambda path: read(port, f"/probe/{path}"),
                                           ["beats", f"silence?seconds={SECONDS}", f"traffic?seconds={SECONDS}"])
    arrived, _, headers, _ = beats
    report = [f"arrived: {' '.join(map(str, arrived))}", "protocol: http/1.1", f"encoding: {headers.get('Content-Encoding', '')}"]
    for name, (_, after, _, has_ended) in (("silence", silence), ("traffic", traffic)):
        if not has_ended:
            report.append(f"{name}-cut: {after}")
    report += [f"header-{name.lower()}: {value}" for name, value in headers.items()]
    with asked(port, "POST", "/probe/verdict", "\n".join(report)) as answer:
        return answer.read().decode()


class Probe(unittest.TestCase):
    def setUp(self):
        self.hub = self.enterContext(RunningHub("--probe"))

    def through(self, *how, **more):
        with proxy(*how, hub=self.hub.port, **more) as port:
            return verdict(port)

    def assert_symptoms(self, text, *symptoms):
        """That these are named and no others, but for HTTP/1.1, which all of them speak."""
        known = {"buffers": "Something on the path buffers", "compresses": "Something on the path compresses",
                 "silence": "Silent streams are cut", "all": "# Streams are cut", "few": "ended early"}
        self.assertEqual({name for name, part in known.items() if part in text}, set(symptoms), text)
        self.assertIn("six connections", text)

    def test_without_a_proxy(self):
        text = verdict(self.hub.port)
        self.assert_symptoms(text)
        self.assertNotIn("On the path", text)

    def test_nginx_as_it_should_be(self):
        text = self.through("nginx", NGINX, "-c", settings=HTTP1_1)
        self.assert_symptoms(text)
        self.assertIn("# On the path: nginx\n", text)

    def test_nginx_that_buffers(self):
        text = self.through("nginx", NGINX, "-c", settings="proxy_ignore_headers X-Accel-Buffering;")
        self.assert_symptoms(text, "buffers")
        self.assertIn("nginx:\n    proxy_buffering off;", text)
        self.assertNotIn("Caddy:\n    reverse_proxy", text)

    def test_nginx_that_compresses(self):
        text = self.through("nginx", NGINX, "-c", settings=HTTP1_1 + "gzip on; gzip_proxied any; gzip_min_length 0; gzip_types text/event-stream;")
        self.assert_symptoms(text, "compresses")
        self.assertIn("nginx:\n    gzip off;", text)

    def test_haproxy_with_a_short_timeout(self):
        text = self.through("haproxy", HAPROXY, "-f")
        self.assert_symptoms(text, "silence")
        self.assertIn("Silent streams are cut after 1.5 s", text)
        self.assertIn("# On the path: a proxy\n", text)  # X-Forwarded-For is all that it says
        self.assertIn("HAProxy:\n    timeout client 1h\n", text)


if __name__ == "__main__":
    unittest.main()
