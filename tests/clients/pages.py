# SPDX-License-Identifier: BSL-1.0
"""curl reads the pages of a folder, asks again for what it has, follows redirects, and logs in with a form and a cookie.

usage: pages.py PROGRAM, which is the example 12_pages.
"""

import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "examples"))
from running_example import PATIENCE, RunningExample


def equal(seen, wanted):
    assert seen == wanted, f"{seen!r} in place of {wanted!r}"


class Curl:
    """What the server said at last: its status, from the head, since curl makes up a 304 for -z; the body; where it was found."""

    def __init__(self, address, folder):
        self.address = address
        self.folder = folder

    def ask(self, path, *options):
        done = subprocess.run(["curl", "-sS", "--max-time", str(PATIENCE), "-D", "heads", *options, "-w", "\n%{url_effective}",
                               self.address + path], cwd=self.folder, capture_output=True, text=True)
        equal((done.returncode, done.stderr), (0, ""))
        body, _, url = done.stdout.rpartition("\n")
        heads = (pathlib.Path(self.folder) / "heads").read_text().splitlines()
        status = [line for line in heads if line.startswith("HTTP/")][-1].split()[1]
        return int(status), body, url.removeprefix(self.address)


def ask_again(curl):
    """What it has already, by the tag and by the time, it does not get again."""
    equal(curl.ask("/style.css", "--etag-save", "tag", "-R", "-o", "copy")[0], 200)
    whole = (pathlib.Path(curl.folder) / "copy").read_text()
    assert "font" in whole, whole
    equal(curl.ask("/style.css", "--etag-compare", "tag")[:2], (304, ""))
    equal(curl.ask("/style.css", "--etag-compare", "tag", "-I")[0], 304)
    equal(curl.ask("/style.css", "-z", "copy")[:2], (304, ""))
    equal(curl.ask("/style.css", "-z", "Fri, 01 Jan 2100 00:00:00 GMT")[:2], (304, ""))
    equal(curl.ask("/style.css", "-z", "Thu, 01 Jan 1970 00:00:10 GMT")[:2], (200, whole))
    (pathlib.Path(curl.folder) / "tag").write_text('"of another"')
    equal(curl.ask("/style.css", "--etag-compare", "tag")[:2], (200, whole))


def leave_the_folder(curl):
    for path in ("/../main.cpp", "/x/../../main.cpp", "/%2e%2e/main.cpp", "/%2e%2e%2fmain.cpp", "/..%5cmain.cpp", "//etc/passwd"):
        equal(curl.ask(path, "--path-as-is")[0], 404)
    equal(curl.ask("/style.css%00.html")[0], 400)
    for path in ("/%2e/room/", "/./room/index.html", "//room/", "/room%2f", "/room%2findex.html"):  # past the check of /room
        equal(curl.ask(path, "--path-as-is")[0], 404)


def log_in(curl):
    """Who is not logged in is led to the login; and behind it a form, a cookie and a redirect lead to the room."""
    jar = ("-b", "jar", "-c", "jar")
    equal(curl.ask("/room/", "-L", *jar)[::2], (200, "/"))
    equal(curl.ask("/room/events", "-H", "Accept: text/event-stream")[0], 401)
    equal(curl.ask("/login", "-L", *jar, "-d", "name=")[::2], (200, "/?refused"))
    status, body, url = curl.ask("/login", "-L", *jar, "--data-urlencode", "name=Ada & Bob")
    equal((status, url), (200, "/room/"))
    assert "<h1>The room</h1>" in body, body
    kept = [line.split("\t") for line in (pathlib.Path(curl.folder) / "jar").read_text().splitlines() if "session" in line]
    equal([(host, path, secure) for host, _, path, secure, *_ in kept], [("#HttpOnly_127.0.0.1", "/", "TRUE")])
    equal(curl.ask("/room", "-L", *jar)[::2], (200, "/room/"))
    equal(curl.ask("/room/messages", "-L", *jar, "--data-urlencode", "text=100% + é")[::2], (200, "/room/"))
    stream = subprocess.Popen(["curl", "-sSN", "--max-time", str(PATIENCE), *jar, curl.address + "/room/events"],
                              cwd=curl.folder, stdout=subprocess.PIPE, text=True)
    while not (line := stream.stdout.readline()).startswith("data: "):
        assert line, "the stream has ended"
    equal(line, "data: Ada & Bob: 100% + é\n")
    stream.kill()
    stream.wait()
    equal(curl.ask("/logout", *jar, "-d", "")[0], 303)  # with -L curl 7.88 takes the cookie out of the old jar again
    assert "session" not in (pathlib.Path(curl.folder) / "jar").read_text()
    equal(curl.ask("/room/", "-L", *jar)[::2], (200, "/"))


def main():
    example = RunningExample(sys.argv[1])
    try:
        with tempfile.TemporaryDirectory() as folder:
            curl = Curl(f"http://{example.address.netloc}", folder)
            for each in (ask_again, leave_the_folder, log_in):
                each(curl)
    finally:
        example.stop()


main()
