# SPDX-License-Identifier: BSL-1.0
"""The dashboard over HTTPS, as scripts/demo --tls runs it."""

import http.client
import os
import re
import ssl
import subprocess
import tempfile
import unittest

PATIENCE = 15


class Tls(unittest.TestCase):
    # The page comes over HTTPS, and is used from its own address.
    def test_page(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        chain, key, kept = (os.path.join(folder, name) for name in ("chain.pem", "key.pem", "builds.db"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", chain],
                       check=True, capture_output=True)
        process = subprocess.Popen([os.environ["DASHBOARD"], "--port", "0", "--keep", kept, "--tls-cert", chain, "--tls-key", key,
                                    "--", "true"], stdout=subprocess.PIPE, text=True)
        try:
            port = int(re.search(r"https://127.0.0.1:(\d+)/", process.stdout.readline())[1])
            connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=PATIENCE, context=ssl.create_default_context(cafile=chain))
            for method, path, status in [("GET", "/", 200), ("POST", "/builds", 201)]:
                connection.request(method, path, headers={"Origin": f"https://127.0.0.1:{port}"})
                answer = connection.getresponse()
                answer.read()
                self.assertEqual(answer.status, status)
            connection.close()
        finally:
            process.kill()
            process.wait()
            process.stdout.close()

    # Half a pair is a mistake in the command line.
    def test_half_a_pair(self):
        for option in ["--tls-cert", "--tls-key"]:
            for command in [[], ["--", "true"]]:
                ended = subprocess.run([os.environ["DASHBOARD"], option, "/none", *command], capture_output=True, text=True, timeout=PATIENCE)
                self.assertEqual(ended.returncode, 64)


if __name__ == "__main__":
    unittest.main()
