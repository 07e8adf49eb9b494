# SPDX-License-Identifier: BSL-1.0
"""What pages of other sites may have of the dashboard: nothing, though it runs on the machine of who visits them."""

import contextlib
import http.client
import os
import re
import subprocess
import tempfile
import unittest

PATIENCE = 15


class OtherSites(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.port = self.enterContext(self.dashboard())

    @contextlib.contextmanager
    def dashboard(self, *options):
        process = subprocess.Popen([os.environ["DASHBOARD"], "--port", "0", "--keep", tempfile.mkstemp(".db", dir=self.folder)[1], *options,
                                    "--", "true"], stdout=subprocess.PIPE, text=True)
        try:
            yield int(re.search(r":(\d+)/", process.stdout.readline())[1])
        finally:
            process.kill()
            process.wait()
            process.stdout.close()

    def ask(self, method, path, headers, port=None):
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=PATIENCE)) as connection:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            return answer

    # A site that has its own name lead here (DNS rebinding) is asked for by that name.
    def test_hosts(self):
        for host in [f"127.0.0.1:{self.port}", f"localhost:{self.port}"]:
            self.assertEqual(self.ask("GET", "/builds", {"Host": host}).status, 200)
        for path in ["/", "/builds", "/builds/1/events", "/nothing"]:
            self.assertEqual(self.ask("GET", path, {"Host": "evil.example"}).status, 421)
        self.assertEqual(self.ask("POST", "/builds", {"Host": "evil.example", "Origin": "http://evil.example"}).status, 421)

    def test_further_hosts(self):
        with self.dashboard("--allow-host", "builds.example") as port:
            own = {"Host": "builds.example", "Origin": "https://builds.example"}
            self.assertEqual(self.ask("POST", "/builds", own, port).status, 201)
            self.assertEqual(self.ask("GET", "/builds", {"Host": "evil.example"}, port).status, 421)

    # A browser says of each request whose page makes it, in one of two headers. Links may lead here.
    def test_pages(self):
        own = {"Origin": f"http://127.0.0.1:{self.port}", "Sec-Fetch-Site": "same-origin"}
        self.assertEqual(self.ask("POST", "/builds", own).status, 201)
        self.assertEqual(self.ask("POST", "/builds", {"Origin": "https://evil.example"}).status, 403)
        self.assertEqual(self.ask("GET", "/builds", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}).status, 403)
        link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
        self.assertEqual(self.ask("GET", "/", link).status, 200)

    # In a frame of another page, somebody would press its buttons without knowing. Refusals are no different.
    def test_frames(self):
        for path in ["/", "/builds", "/nothing"]:
            answer = self.ask("GET", path, {})
            self.assertEqual(answer.headers["Content-Security-Policy"], "frame-ancestors 'none'")
            self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")


if __name__ == "__main__":
    unittest.main()
