// SPDX-License-Identifier: BSL-1.0
// What is compressed reaches an EventSource singly and at once: Chromium's in zstd and in gzip, and that of the npm package.
import { spawn } from 'node:child_process';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';
import { chromiumClient, npmClient } from './clients.mjs';

let server, port;

before(async () => {
  server = spawn(process.env.COMPRESSION_SERVER, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await once(createInterface(server.stdout), 'line');
  port = line.trim();
});

after(async () => {
  server?.stdin.end();
  if (server) await once(server, 'exit');
});

// For the page as text, so it closes over nothing.
const has = (data) => new Function('seen', `return seen.events.some((event) => event.data === ${JSON.stringify(data)})`);

// Publishes event by event: the next one when this one is there.
async function readSingly(source, name) {
  for (let i = 0; i < 10; ++i) {
    const data = `${name} ${i} ${'words that come again '.repeat(i % 4)}`;
    server.stdin.write(`${data}\n`);
    await source.until(has(data));
  }
}

// Chromium asks for zstd where nobody in between could be confused by it: over TLS, and on this machine.
async function readInChromium(t, coding, host) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ['--no-sandbox', '--host-resolver-rules=MAP far.example 127.0.0.1'],
  });
  t.after(() => browser.close());
  let used;
  const open = async (url) => {
    const page = await browser.newPage();
    page.on('response', (answer) => {
      if (answer.url().endsWith('/events')) used = answer.headers()['content-encoding'];
    });
    await page.goto(url);
    return page;
  };
  const source = await chromiumClient({ open })(`http://${host}:${port}/events`);
  await source.opened(1);
  await readSingly(source, coding);
  assert.equal(used, coding);
}

test('Chromium reads each event in zstd', (t) => readInChromium(t, 'zstd', '127.0.0.1'));

test('Chromium reads each event in gzip', (t) => readInChromium(t, 'gzip', 'far.example'));

// Through fetch, which asks for gzip.
test('the EventSource of npm reads each event', async (t) => {
  const source = await npmClient()(`http://127.0.0.1:${port}/events`);
  t.after(() => source.close());
  await source.opened(1);
  await readSingly(source, 'npm');
});
