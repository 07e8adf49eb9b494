# SPDX-License-Identifier: BSL-1.0
"""usage: run_example.py NAME PROGRAM

Runs PROGRAM, the example NAME, and compares what its clients are sent with what the example is there to show.
"""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.parse

from running_example import PATIENCE, RunningExample, next_block, without_retry, without_times

SKIPPED = 77


def expect_equal(seen, wanted):
    assert seen == wanted, f"\nseen:\n{seen}\nwanted:\n{wanted}"


# Of a topic. In front of them stands the place to come back to, unless an event came while the stream was opened.
def first_events(answer, count):
    first = next_block(answer)
    begun = [] if "event: tidings-place\n" in first else [first]
    return begun + [next_block(answer) for _ in range(count - len(begun))]


# The stream has the head that browsers and proxies need, five events, and an end: behind the fifth event, and not a tick later.
# What holds a loaded machine up makes it later, so the best of three counts.
def five_events(example):
    took = []
    while not took or (min(took) > 5.1 and len(took) < 3):
        began = time.monotonic()
        read_five_events(example)
        took.append(time.monotonic() - began)
    assert 4.99 <= min(took) <= 5.1, f"five events took {took} seconds"


def read_five_events(example):
    with example.open("/") as answer:
        expect_equal(answer.status, 200)
        expect_equal(answer.getheader("Content-Type"), "text/event-stream")
        expect_equal(answer.getheader("Cache-Control"), "no-cache, no-store, no-transform")
        expect_equal(answer.getheader("X-Accel-Buffering"), "no")
        expect_equal(answer.getheader("Incremental"), "?1")
        expect_equal(without_retry(answer.read().decode()), "".join(f"data: event {i}\n\n" for i in range(1, 6)))


# The clock goes on until the client leaves; two clients have a clock each.
def clock(example):
    with example.open("/") as one, example.open("/") as other:
        for answer in (one, other, one):
            expect_equal(without_times(next_block(answer)), "data: <time>\n")


# The first helper does its step; the second runs into its own deadline, and the handler goes on.
def helpers(example):
    steps = ["build 0", "build 50", "build 100", "test 0"]
    expect_equal(
        example.text("/"),
        "".join(f"event: progress\ndata: {step} %\n\n" for step in steps) + "event: result\ndata: given up\n\n",
    )


# Prices from the task, a summary from the ticker, a farewell after the deadline.
def channel_and_deadline(example):
    seen = example.text("/").split("\n\n")
    prices = [block for block in seen if block.startswith("event: price\n")]
    assert len(prices) >= 3, seen
    expect_equal(prices, [f"event: price\ndata: {101 + i}" for i in range(len(prices))])
    expect_equal(sum(block.startswith("event: summary\ndata: now at ") for block in seen), 1)
    expect_equal(seen[-2:], ["event: closing\ndata: two seconds are over", ""])


# Comments come while the handler is silent, then its answer.
def keep_alive(example):
    expect_equal(example.text("/"), ": ping\n\n" * 3 + "event: answer\ndata: 42\n\n")


# The error comes as an event behind those that were sent, and the reconnect is told to stop.
def error_event(example):
    expect_equal(
        example.text("/"),
        "event: imported\ndata: row 1\n\n"
        "event: imported\ndata: row 2\n\n"
        "id: ;finished\nevent: failure\ndata: row 3: the date is missing\n\n",
    )
    with example.open("/?last_event_id=;finished") as answer:
        expect_equal(answer.status, 204)


# One client reads to the end; another leaves after two tokens, and no more than a few are made for it.
def llm_tokens(example):
    path, body = "/v1/chat/completions", '{"stream":true}'
    lines = example.text(path, "POST", body).split("\n\n")
    expect_equal(lines[-2:], ["data: [DONE]", ""])
    tokens = [json.loads(line.removeprefix("data: "))["choices"][0]["delta"]["content"] for line in lines[:-2]]
    expect_equal(len(tokens), 40)
    expect_equal("".join(tokens[:6]), 'good "tidings" come one by one\n')
    expect_equal(example.next_line(), "made 40 tokens, then: done")

    with example.open(path, "POST", body) as answer:
        next_block(answer)
        next_block(answer)
    said = example.next_line()
    count = re.fullmatch(r"made (\d+) tokens, then: client gone", said)
    assert count and 2 <= int(count[1]) < 10, said
    outliving_llm_tokens(example)


# The other route's work goes on without its client: a lost connection gets the rest, a reload all of it, once and in
# order; then it is over for good.
def outliving_llm_tokens(example):
    path = f"/generations/{json.loads(example.text('/generations', 'POST'))['id']}/events"
    with example.open(path) as answer:
        first = first_events(answer, 3)
    last_id = re.match("id: (.*)\n", first[-1])[1]
    rest = example.text(f"{path}?lastEventId={last_id}").split("\n\n")
    again = example.text(path).split("\n\n")
    expect_equal([block.strip() for block in first] + rest, again)
    *tokens, done, finished, end = again
    texts = [json.loads(block.partition("data: ")[2])["choices"][0]["delta"]["content"] for block in tokens]
    expect_equal((len(texts), "".join(texts[:6])), (40, 'good "tidings" come one by one\n'))
    expect_equal((done.partition("\n")[2], end), ("data: [DONE]", ""))
    with example.open(f"{path}?lastEventId={urllib.parse.quote(finished.removeprefix('id: '))}") as answer:
        expect_equal(answer.status, 204)
    with example.open("/generations/unknown/events") as answer:
        expect_equal(answer.status, 404)


# Each way shows the number, and those that wait show its change.
def plain_and_polling(example):
    expect_equal(example.text("/value"), "0\n")
    with example.open("/value/events") as events:
        expect_equal(next_block(events), "data: 0\n")
        expect_equal(example.text("/value", "POST"), "1\n")
        expect_equal(next_block(events), "data: 1\n")
        expect_equal(example.text("/value/next?known=0"), "1\n")

        waiting = socket.create_connection((example.address.hostname, example.address.port), PATIENCE)
        with waiting, waiting.makefile("rb") as answer:
            waiting.sendall(b"GET /value/next?known=1 HTTP/1.0\r\nHost: example\r\n\r\n")
            example.text("/value", "POST")
            assert answer.read().endswith(b"\r\n\r\n2\n")
        expect_equal(next_block(events), "data: 2\n")
    assert "new EventSource" in example.text("/")


# Streams, the echo server and the database live on one loop.
def embed(example):
    echo_port = int(example.output[0].removeprefix("echo on port "))
    with example.open("/readings") as one, example.open("/readings") as other:
        for block in (*first_events(one, 1), *first_events(other, 1), next_block(one)):
            reading = re.fullmatch(r"id: \S+\ndata: (\d+\.\d)\n", block)
            assert reading and 20 <= float(reading[1]) < 100, block
        with socket.create_connection(("127.0.0.1", echo_port), PATIENCE) as peer:
            peer.sendall(b"hello")
            expect_equal(peer.recv(5), b"hello")
            expect_equal(example.text("/visits"), "visit 1\n")
            expect_equal(example.text("/visits"), "visit 2\n")
            example.stop()


# A person with three tabs comes once; when all three are gone at once, with the process that held them, the person has left,
# once. Nobody is left behind: the next one that is told of is the next one that comes.
def who_is_here(example):
    with example.open("/room?name=eve") as watching:
        changes = filter(None, (re.search("event: (.*)\ndata: (.*)\n", next_block(watching)) for _ in iter(int, 1)))
        expect_equal(next(changes).groups(), ("join", "eve"))
        tabs = subprocess.Popen([sys.executable, "-c", THREE_TABS, example.output[-1]], stdout=subprocess.PIPE)
        expect_equal(tabs.stdout.readline(), b"open\n")
        expect_equal(next(changes).groups(), ("join", "ada"))
        tabs.kill()
        tabs.wait()
        tabs.stdout.close()
        expect_equal(next(changes).groups(), ("leave", "ada"))
        with example.open("/room?name=bob"):
            expect_equal(next(changes).groups(), ("join", "bob"))
        expect_equal(next(changes).groups(), ("leave", "bob"))


# A page with its type, the redirect to a folder, and the check before what lies in it. The rest is in tests/clients and tests/browser.
def pages(example):
    with example.open("/") as page:
        expect_equal((page.status, page.getheader("Content-Type")), (200, "text/html; charset=utf-8"))
    for path, location in (("/room", "/"), ("/room/", "/"), ("/room/index.html", "/")):
        with example.open(path) as refused:
            expect_equal((refused.status, refused.getheader("Location")), (303, location))
    with example.open("/login", "POST", "name=ada") as untyped:  # http.client names no type: it is no form
        expect_equal(untyped.getheader("Location"), "/?refused")


THREE_TABS = """
import signal, sys, urllib.request
tabs = [urllib.request.urlopen(sys.argv[1] + "room?name=ada") for _ in range(3)]
print("open", flush=True)
signal.pause()
"""

TESTS = {
    "01_five_events": five_events,
    "02_clock": clock,
    "03_helpers": helpers,
    "04_channel_and_deadline": channel_and_deadline,
    "05_keep_alive": keep_alive,
    "06_error_event": error_event,
    "07_llm_tokens": llm_tokens,
    "08_plain_and_polling": plain_and_polling,
    "09_embed": embed,
    "10_who_is_here": who_is_here,
    "12_pages": pages,
}


def main():
    name, program = sys.argv[1:]
    if not os.path.exists(program):
        print(f"{name} is not built: what it needs was not found when the project was configured")
        sys.exit(SKIPPED)
    example = RunningExample(program)
    try:
        TESTS[name](example)
    finally:
        if example.process.returncode is None:
            example.stop()


main()
