# SPDX-License-Identifier: BSL-1.0
"""The panel of the hub: on a port of 127.0.0.1, open or with a token."""

import contextlib
import http.client
import pathlib
import re
import subprocess
import tempfile
import unittest

from running_hub import PATIENCE, PROGRAM, Answer, RunningHub

TOKEN = "a-token-that-is-long-enough"


def port_of_panel(hub):
    return int(re.search(r"panel is at http://127\.0\.0\.1:(\d+)/", hub.process.stdout.readline())[1])


def ask(port, target, headers={}):
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        connection.request("GET", target, headers=headers)
        return Answer(connection.getresponse())


def refused(*options):
    return subprocess.run([PROGRAM, "--port", "0", *map(str, options)], capture_output=True, text=True, timeout=PATIENCE)


class Admin(unittest.TestCase):
    def test_without_a_token(self):
        with RunningHub("--admin-port", 0) as hub:
            port = port_of_panel(hub)
            hub.emit(topic="prices", data="1")
            self.assertEqual(ask(port, "/healthz").text, "ok\n")
            self.assertIn('\ntidings_events_published_total{topic="{name...}"} 1\n', ask(port, "/metrics").text)
            self.assertEqual(hub.terminate(), 0)

    def test_with_a_token(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "token")
            file.write_text(TOKEN + "\n")
            with RunningHub("--admin-port", 0, "--admin-token-file", file) as hub:
                port = port_of_panel(hub)
                self.assertEqual(ask(port, "/metrics").status, 401)
                self.assertEqual(ask(port, "/metrics", {"Authorization": f"Bearer {TOKEN}"}).status, 200)
                self.assertEqual(ask(port, "/healthz").status, 200)

    def test_what_cannot_be(self):
        with RunningHub("--admin-port", 0) as hub:
            port = port_of_panel(hub)
            taken = refused("--admin-port", port)
            self.assertEqual(taken.returncode, 1)
            self.assertIn(f"cannot bind to 127.0.0.1 port {port}", taken.stderr)
        for options in [("--admin-token-file", "/nowhere", "--admin-port", 0), ("--admin-port", "x")]:
            self.assertEqual(refused(*options).returncode, 64)
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(TOKEN)
            file.flush()
            self.assertIn("needs --admin-port", refused("--admin-token-file", file.name).stderr)


if __name__ == "__main__":
    unittest.main()
