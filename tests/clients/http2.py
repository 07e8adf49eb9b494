# SPDX-License-Identifier: BSL-1.0
"""curl, node and nghttp speak HTTP/2 with a server, over TLS and by prior knowledge.

usage: http2.py PROGRAM, which is http2_server. What is not installed is left out.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

PATIENCE = 30
EVENTS = "data: 1\n\ndata: 2\n\ndata: 3\n\n"
# Ten streams of one session at once, then a body, then a stream that is given up while it ticks.
NODE = """const http2 = require('http2'), fs = require('fs');
const session = http2.connect(`https://localhost:${process.argv[1]}`, {ca: fs.readFileSync(process.argv[2])});
session.on('error', failed => { throw failed; });
const ask = (headers, body) => new Promise((resolve, reject) => {
  let text = '';
  const stream = session.request(headers);
  stream.setEncoding('utf8').on('data', part => { text += part; }).on('end', () => resolve(text)).on('error', reject);
  stream.end(body);
});
(async () => {
  const all = await Promise.all(Array.from({length: 10}, () => ask({':path': '/events'})));
  const events = all.map(text => text.replace(/^retry: \\d+\\n\\n/, ''));
  console.log(new Set(events).size, JSON.stringify(events[0]));
  const body = 'b'.repeat(300000);
  console.log(await ask({':path': '/echo', ':method': 'POST'}, body) === body);
  const ticking = session.request({':path': '/ticks'});
  ticking.once('data', () => ticking.close(http2.constants.NGHTTP2_CANCEL));
  await new Promise(resolve => ticking.on('close', resolve));
  console.log(await ask({':path': '/'}));
  session.close();
})();"""


def without_retry(text):
    """A stream without the pause that it begins with, which is random."""
    return re.sub(r"^retry: \d+\n\n", "", text)


def run(*command, **how):
    done = subprocess.run([str(each) for each in command], capture_output=True, text=True, timeout=PATIENCE, **how)
    return done.returncode, without_retry(done.stdout), done.stderr


def check_curl(encrypted, http1, plain, chain):
    def curl(*options):
        return run("curl", "-sS", "--max-time", 10, "--cacert", chain, "-w", "|%{http_version} %{http_code}", *options)[:2]

    assert curl("--http2", f"https://localhost:{encrypted}/events") == (0, EVENTS + "|2 200")
    assert curl("--http1.1", f"https://localhost:{encrypted}/events") == (0, EVENTS + "|1.1 200")
    assert curl("--http2", f"https://localhost:{http1}/events") == (0, EVENTS + "|1.1 200"), "who asks for h2 in vain gets HTTP/1.1"
    assert curl("--http2", "--data-binary", "x" * 100_000, f"https://localhost:{encrypted}/echo") == (0, "x" * 100_000 + "|2 200")
    assert curl("--http2", "-I", f"https://localhost:{encrypted}/events")[1].endswith("|2 200")
    assert curl("--http2-prior-knowledge", f"http://127.0.0.1:{plain}/") == (0, "HTTP/2|2 200")
    assert curl(f"http://127.0.0.1:{plain}/") == (0, "HTTP/1.1|1.1 200")


def check_nghttp(encrypted, plain):
    code, text, errors = run("nghttp", "--no-verify-peer", "-v", f"https://127.0.0.1:{encrypted}/events", f"https://127.0.0.1:{encrypted}/")
    assert code == 0 and ":status: 200" in text and "data: 3" in text and "GOAWAY" in text, text + errors
    code, text, errors = run("nghttp", "-m", "50", f"http://127.0.0.1:{plain}/events")
    assert code == 0 and text.count("data: 3") == 50, text + errors


with tempfile.TemporaryDirectory() as scratch:
    chain, key = pathlib.Path(scratch) / "chain.pem", pathlib.Path(scratch) / "key.pem"
    code, _, errors = run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", 2,
                          "-keyout", key, "-out", chain, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
    assert code == 0, errors
    with subprocess.Popen([sys.argv[1], chain, key], stdout=subprocess.PIPE, text=True) as process:
        try:
            encrypted, http1, plain = process.stdout.readline().split()
            if shutil.which("curl"):
                check_curl(encrypted, http1, plain, chain)
            if shutil.which("node"):
                code, text, errors = run("node", "-e", NODE, encrypted, chain)
                assert (code, text) == (0, '1 "' + EVENTS.replace("\n", "\\n") + '"\ntrue\nHTTP/2\n'), text + errors
            if shutil.which("nghttp"):
                check_nghttp(encrypted, plain)
        finally:
            process.terminate()
            assert process.wait(PATIENCE) == 0
