# SPDX-License-Identifier: BSL-1.0
"""The hub over TLS, beside its plain port."""

import contextlib
import http.client
import os
import signal
import socket
import ssl
import subprocess
import tempfile
import unittest

from running_hub import PATIENCE, PROGRAM, RunningHub


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


class Tls(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())

    def certificate(self, file, name):
        """The two files of a certificate that signs itself."""
        chain, key = (os.path.join(self.folder, f"{file}.{kind}.pem") for kind in ("chain", "key"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-keyout", key, "-out", chain],
                       check=True, capture_output=True)
        return chain, key

    def start(self, *pairs, options=()):
        self.tls_port = free_port()
        flags = [text for chain, key in pairs for text in ("--tls-cert", chain, "--tls-key", key)]
        hub = self.enterContext(RunningHub("--tls-port", self.tls_port, *flags, *options))
        self.assertIn(f"https://127.0.0.1:{self.tls_port}/", hub.process.stdout.readline())
        return hub

    def connect(self, name, trusted, own=None):
        rules = ssl.create_default_context(cafile=trusted)
        if own:
            rules.load_cert_chain(*own)
        raw = self.enterContext(socket.create_connection(("127.0.0.1", self.tls_port), PATIENCE))
        return self.enterContext(rules.wrap_socket(raw, server_hostname=name))

    def ask(self, path, *how):
        with contextlib.closing(http.client.HTTPConnection("localhost")) as connection:
            connection.sock = self.connect(*how)
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()

    # What is posted in plain text comes over TLS.
    def test_both_ports(self):
        pair = self.certificate("one", "localhost")
        hub = self.start(pair)
        stream = self.connect("localhost", pair[0])
        stream.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        hub.wait_for_streams(1)
        hub.emit(data="hello")
        with stream.makefile("rb") as lines:
            self.assertIn(b"data: hello\n", iter(lines.readline, b""))
        self.assertEqual(hub.terminate(), 0)

    # Each name has its certificate.
    def test_names(self):
        first, second = self.certificate("one", "one.example"), self.certificate("two", "two.example")
        self.start(first, second)
        for name, (chain, _) in [("one.example", first), ("two.example", second)]:
            self.assertEqual(self.ask("/healthz", name, chain), (200, b"ok\n"))
        with self.assertRaises(ssl.SSLCertVerificationError):
            self.connect("three.example", first[0])

    # Who shows no certificate that has been signed gets nothing.
    def test_clients_certificates(self):
        own, known = self.certificate("one", "localhost"), self.certificate("client", "known")
        self.start(own, options=["--client-ca", known[0]])
        self.assertEqual(self.ask("/healthz", "localhost", own[0], known), (200, b"ok\n"))
        with self.assertRaises((ssl.SSLError, ConnectionError, http.client.RemoteDisconnected)):
            self.ask("/healthz", "localhost", own[0])

    # SIGHUP has it read its files again.
    def test_new_certificate(self):
        hub = self.start(self.certificate("one", "old.example"))
        chain, _ = self.certificate("one", "new.example")
        hub.process.send_signal(signal.SIGHUP)
        for _ in range(1000):
            with contextlib.suppress(ssl.SSLCertVerificationError):
                self.assertEqual(self.ask("/healthz", "new.example", chain), (200, b"ok\n"))
                return
        self.fail("the new certificate is not shown")

    # What means nothing is refused, with the status for it.
    def test_command_line(self):
        chain, key = self.certificate("one", "localhost")
        pair = ["--tls-cert", chain, "--tls-key", key]
        for options in [["--tls-port", "8443"], ["--tls-port", "0", *pair], ["--tls-port", "8443", "--tls-cert", chain],
                        pair, ["--client-ca", chain], ["--tls-port"]]:
            with self.subTest(options):
                ended = subprocess.run([PROGRAM, "--port", "0", *options], capture_output=True, text=True, timeout=PATIENCE)
                self.assertEqual(ended.returncode, 64)
                self.assertIn("--tls-", ended.stderr)
        ended = subprocess.run([PROGRAM, "--port", "0", "--tls-port", "8443", "--tls-cert", "/none", "--tls-key", key],
                               capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(ended.returncode, 1)
        self.assertIn("/none", ended.stderr)


if __name__ == "__main__":
    unittest.main()
