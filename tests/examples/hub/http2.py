# SPDX-License-Identifier: BSL-1.0
"""The hub over HTTP/2, asked by curl."""

import subprocess
import unittest

from running_hub import PATIENCE, RunningHub


def curl(*arguments):
    return subprocess.run(["curl", "--silent", "--show-error", "--max-time", str(PATIENCE), *arguments], check=True,
                          capture_output=True, text=True).stdout


class Http2(unittest.TestCase):
    # A client that begins with HTTP/2 is served on the plain port, where that was asked for.
    def test_prior_knowledge(self):
        hub = self.enterContext(RunningHub("--http2-prior-knowledge"))
        base = f"http://127.0.0.1:{hub.port}"
        self.assertEqual(curl("--http2-prior-knowledge", "--write-out", "%{http_version}", f"{base}/healthz"), "ok\n2")
        with subprocess.Popen(["curl", "--silent", "--no-buffer", "--http2-prior-knowledge", f"{base}/events"],
                              stdout=subprocess.PIPE) as stream:
            self.addCleanup(stream.kill)
            hub.wait_for_streams(1)
            hub.emit(data="hello")
            self.assertIn(b"data: hello\n", iter(stream.stdout.readline, b""))
            stream.kill()
        hub.wait_for_streams(0)

    # Otherwise it is told so.
    def test_not_asked_for(self):
        hub = self.enterContext(RunningHub())
        answer = subprocess.run(["curl", "--silent", "--http2-prior-knowledge", f"http://127.0.0.1:{hub.port}/healthz"],
                                capture_output=True, check=False)
        self.assertNotEqual(answer.returncode, 0)


if __name__ == "__main__":
    unittest.main()
