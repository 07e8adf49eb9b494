// SPDX-License-Identifier: BSL-1.0
// What HTTP/2 is for: sixty event streams of one page to one origin are all live in Chromium, where HTTP/1.1 has six.
import { spawn, spawnSync } from 'node:child_process';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

let folder, server, ports, browser;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'http2-'));
  const [chain, key] = [join(folder, 'chain.pem'), join(folder, 'key.pem')];
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
    '-keyout', key, '-out', chain, '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']);
  assert.equal(made.status, 0);
  server = spawn(process.env.HTTP2_SERVER, [chain, key], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface(server.stdout), 'line');
  ports = line.trim().split(' ');
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox'] });
});

after(async () => {
  await browser?.close();
  server?.kill('SIGTERM');
  if (server) await once(server, 'exit');
  await rm(folder, { recursive: true, force: true });
});

// A page whose event streams count what they get: `live()` says how many have had so many events.
async function pageWith(t, port, count) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(`https://localhost:${port}/`);
  await page.evaluate((streams) => {
    window.received = Array(streams).fill(0);
    window.sources = window.received.map((_, i) => {
      const source = new EventSource(`/ticks?${i}`);
      source.onmessage = () => { window.received[i] += 1; };
      return source;
    });
  }, count);
  return {
    text: () => page.evaluate(() => document.body.innerText),
    until: (wanted, events) => page.waitForFunction(
      ([streams, most]) => window.received.filter((got) => got >= most).length >= streams, [wanted, events], { timeout: 30_000 }),
    received: () => page.evaluate(() => window.received),
  };
}

test('sixty streams to one origin over HTTP/2 are all live', async (t) => {
  const page = await pageWith(t, ports[0], 60);
  assert.equal(await page.text(), 'HTTP/2');
  await page.until(60, 5);
});

// The contrast: the seventh gets nothing, while the six others have got thirty events each.
test('of seven streams over HTTP/1.1 six are live', async (t) => {
  const page = await pageWith(t, ports[1], 7);
  assert.equal(await page.text(), 'HTTP/1.1');
  await page.until(6, 30);
  assert.equal((await page.received()).filter((got) => got === 0).length, 1);
});
