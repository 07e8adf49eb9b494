# SPDX-License-Identifier: BSL-1.0
"""testssl.sh looks at a server that speaks TLS.

usage: testssl.py TESTSSL PROGRAM, which is tls_server. Fails for each finding that is worse than LOW and not expected. Takes minutes.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

PATIENCE = 1200
WORSE_THAN_LOW = ("MEDIUM", "HIGH", "CRITICAL")
EXPECTED = {
    "cipher_order": "the client's order counts, since it knows whether it has instructions for AES; none of ours is weak",
    "cert_chain_of_trust": "the certificate of this test is signed by itself",
    "cert_revocation": "and so nobody revokes it",
}


def make_certificate(folder):
    chain, key = folder / "chain.pem", folder / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "90",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-addext", "extendedKeyUsage=serverAuth",
                    "-keyout", key, "-out", chain], check=True, capture_output=True)
    return chain, key


def findings(testssl, port, folder):
    into = folder / "found.json"
    subprocess.run([testssl, "--quiet", "--warnings", "batch", "--protocols", "--std", "--server-defaults", "--server-preference",
                    "--vulnerable", "--jsonfile", into, f"localhost:{port}"], timeout=PATIENCE, stdout=subprocess.DEVNULL)
    return json.loads(into.read_text())


def main():
    testssl, program = sys.argv[1:]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        server = subprocess.Popen([program, *make_certificate(folder)], stdout=subprocess.PIPE, text=True)
        try:
            found = findings(testssl, int(server.stdout.readline()), folder)
        finally:
            server.terminate()
            assert server.wait(PATIENCE) == 0
            server.stdout.close()
    good = [each for each in found if each["severity"] == "OK"]
    bad = [each for each in found if each["severity"] in WORSE_THAN_LOW and each["id"] not in EXPECTED]
    for each in bad:
        print(f"{each['severity']} {each['id']}: {each['finding']}")
    print(f"{len(found)} findings, {len(good)} of them good")
    assert len(good) > 20, "testssl.sh has not looked at everything"
    return 1 if bad else 0


sys.exit(main())
