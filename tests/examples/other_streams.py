# SPDX-License-Identifier: BSL-1.0
"""The example 11_other_streams: a server behind a TLS stream that is not its own, through a socket pair."""

import http.client
import os
import re
import signal
import ssl
import subprocess
import tempfile
import unittest

from running_example import PATIENCE, next_block


class OtherStreams(unittest.TestCase):
    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        chain, key = (os.path.join(folder, name) for name in ("chain.pem", "key.pem"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", chain],
                       check=True, capture_output=True)
        self.trusting = ssl.create_default_context(cafile=chain)
        self.process = subprocess.Popen([os.environ["PROGRAM"], "--port", "0"], cwd=folder, stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.end)
        self.port = int(re.search(r"https://127.0.0.1:(\d+)/", self.process.stdout.readline())[1])

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def connect(self):
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=PATIENCE, context=self.trusting)
        self.addCleanup(connection.close)
        connection.request("GET", "/")
        return connection, connection.getresponse()

    def open_descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    # Each client has a stream of its own, at three descriptors; one that leaves takes its three with it.
    def test_streams(self):
        clients = [self.connect()]
        of_one = self.open_descriptors()
        clients += [self.connect() for _ in range(2)]
        for _, answer in clients:
            self.assertEqual([next_block(answer) for _ in range(2)], ["data: 1\n", "data: 2\n"])
        self.assertEqual(self.open_descriptors(), of_one + 6)
        (connection, left), (_, stays) = clients[0], clients[1]
        left.close()
        connection.close()
        for _ in range(100):  # events of another client's are what time passes by
            next_block(stays)
            if self.open_descriptors() == of_one + 3:
                return
        self.fail("a client has left, and its descriptors have not")

    # Streams come to their proper end, over TLS too, and the program ends by itself.
    def test_stop(self):
        _, answer = self.connect()
        next_block(answer)
        self.process.send_signal(signal.SIGINT)
        answer.read()
        self.assertEqual(self.process.wait(PATIENCE), 0)


if __name__ == "__main__":
    unittest.main()
