# SPDX-License-Identifier: BSL-1.0
"""curl, openssl s_client, node and Python meet a server that speaks TLS.

usage: tls.py PROGRAM, which is tls_server. What is not installed is left out.
"""

import contextlib
import pathlib
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import urllib.request

PATIENCE = 30
EVENTS = "data: 1\n\ndata: 2\n\ndata: 3\n\n"
NODE = """const https = require('https'), fs = require('fs');
https.get({port: process.argv[1], host: '127.0.0.1', servername: 'first.test', path: '/events', ca: fs.readFileSync(process.argv[2])},
  answer => answer.on('data', text => process.stdout.write(text)));"""


def without_retry(text):
    """A stream without the pause that it begins with, which is random."""
    return re.sub(r"^retry: \d+\n\n", "", text)


def run(*command, **how):
    done = subprocess.run([str(each) for each in command], capture_output=True, text=True, timeout=PATIENCE, **how)
    return done.returncode, without_retry(done.stdout), done.stderr


def make_certificate(folder, name, addresses=""):
    chain, key = folder / f"{name}.pem", folder / f"{name}.key"
    code, _, errors = run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", 2, "-keyout",
                          key, "-out", chain, "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}{addresses}")
    assert code == 0, errors
    return chain, key


@contextlib.contextmanager
def serving(program, *files):
    process = subprocess.Popen([program, *map(str, files)], stdout=subprocess.PIPE, text=True)
    try:
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        assert process.wait(PATIENCE) == 0
        process.stdout.close()


def check_curl(port, chain):
    def curl(*options, url=f"https://first.test:{port}/events"):
        return run("curl", "-sS", "--max-time", 10, "--cacert", chain, "--resolve", f"first.test:{port}:127.0.0.1", *options, url)

    # Exit status 0 also says that the end was signed.
    assert curl() == (0, EVENTS, ""), curl()
    assert curl("--tls-max", "1.2")[:2] == (0, EVENTS)
    assert curl(url=f"https://[::1]:{port}/events")[:2] == (0, EVENTS), "the certificate has the address ::1"
    code, text, _ = curl("--http2", "-w", "%{http_version}")
    assert (code, text) == (0, EVENTS + "1.1"), "who asks for h2 gets HTTP/1.1"
    assert curl("--tlsv1.0", "--tls-max", "1.1")[0] == 35, "no handshake below TLS 1.2"
    assert curl("--resolve", f"other.test:{port}:127.0.0.1", url=f"https://other.test:{port}/events")[0] == 60, "another name is not shown"
    code, text, _ = curl(url=f"http://first.test:{port}/events")
    assert code == 0 and "https" in text, "plain HTTP is told so"


def renegotiate(port):
    """What s_client says to a letter R; it ends at the refusal, while its input is still open."""
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-tls1_2"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        end = threading.Timer(PATIENCE, process.kill)
        end.start()
        process.stdin.write("R\n")
        process.stdin.flush()
        said = process.stdout.read()
        end.cancel()
        return said


def check_s_client(port, folder):
    def s_client(*options, text=""):
        code, out, errors = run("openssl", "s_client", "-connect", f"127.0.0.1:{port}", *options, input=text)
        return out + errors

    for name in ("first.test", "second.test"):
        assert f"CN = {name}" in s_client("-servername", name), name
    assert "CN = second.test" in s_client("-servername", "one.wild.test"), "the star stands for one label"
    assert "CN = first.test" in s_client("-servername", "two.one.wild.test"), "and for no more"
    assert "CN = first.test" in s_client("-servername", "unknown.test")
    assert "CN = first.test" in s_client("-noservername")
    assert "ALPN protocol: http/1.1" in s_client("-alpn", "h2,http/1.1")
    assert "No ALPN negotiated" in s_client("-alpn", "h2")
    assert "Compression: NONE" in s_client()
    for version in ("-tls1_2", "-tls1_3"):
        session = folder / f"session{version}"
        ask = "GET /events HTTP/1.1\r\nHost: first.test\r\nConnection: close\r\n\r\n"
        assert "New, " in s_client(version, "-sess_out", session, "-ign_eof", text=ask)
        assert "Reused, " in s_client(version, "-sess_in", session, "-ign_eof", text=ask), version
    for suite in ("AES128-SHA256", "ECDHE-ECDSA-AES128-SHA256"):
        assert "Cipher is (NONE)" in s_client("-tls1_2", "-cipher", suite), suite
    trusting = ("-CAfile", folder / "first.test.pem", "-verify_return_error")
    for address in ("::1", "127.0.0.1"):
        assert "Verify return code: 0" in s_client(*trusting, "-verify_ip", address), address
    assert "IP address mismatch" in s_client(*trusting, "-verify_ip", "::2")
    for version in ("-tls1", "-tls1_1"):
        assert "Cipher is (NONE)" in s_client(version, "-cipher", "ALL:@SECLEVEL=0"), version
    assert "Max Early Data: 0\n" in s_client("-tls1_3", "-ign_eof", text=ask), "a ticket allows no early data"
    assert "no renegotiation" in renegotiate(port), "renegotiation is refused"


def check_reload(port, chain, key, folder):
    reload = ("curl", "-sSk", "-X", "POST", f"https://127.0.0.1:{port}/reload")
    new_chain, new_key = make_certificate(folder, "renewed.test")
    shutil.copy(new_chain, chain)
    _, text, _ = run(*reload)
    assert "does not belong to the certificate" in text and "still SHA-256 " in text, text
    shutil.copy(new_key, key)
    assert run(*reload)[1] == "reloaded\n"
    assert "CN = renewed.test" in "".join(run("openssl", "s_client", "-connect", f"127.0.0.1:{port}", input="")[1:])


with tempfile.TemporaryDirectory() as scratch:
    folder = pathlib.Path(scratch)
    chain, key = make_certificate(folder, "first.test", ",IP:127.0.0.1,IP:::1")
    with serving(sys.argv[1], chain, key, *make_certificate(folder, "second.test", ",DNS:*.wild.test")) as port:
        if shutil.which("curl"):
            check_curl(port, chain)
        if shutil.which("node"):
            code, text, errors = run("node", "-e", NODE, port, chain)
            assert (code, text) == (0, EVENTS), errors
        trusting = ssl.create_default_context(cafile=chain)
        with urllib.request.urlopen(f"https://127.0.0.1:{port}/events", context=trusting, timeout=PATIENCE) as answer:
            assert without_retry(answer.read().decode()) == EVENTS
        check_s_client(port, folder)
        check_reload(port, chain, key, folder)
