// SPDX-License-Identifier: BSL-1.0
// The page of the probe in Chromium: before the hub itself, and before an nginx that buffers and compresses.
// PICTURES=docs/pictures takes the picture of the guide anew.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { launch } from './clients.mjs';
import { startBrowser } from './support.mjs';

let browser;
before(async () => { browser = await startBrowser(); });
after(() => browser.close());

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

const listens = (port) => new Promise((resolve) => {
  const socket = connect(port, '127.0.0.1');
  socket.on('connect', () => { socket.destroy(); resolve(true); });
  socket.on('error', () => resolve(false));
});

// An nginx before that address; ends with the test.
async function startNginx(t, address, settings) {
  const folder = await mkdtemp(join(tmpdir(), 'nginx-'));
  const port = await freePort();
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder};`).join(' ');
  await writeFile(join(folder, 'config'), `daemon off; pid ${folder}/pid; error_log stderr; events {}
    http { access_log off; ${places} server { listen 127.0.0.1:${port}; location / {
      proxy_pass ${address}; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host; ${settings} } } }`);
  const child = spawn(process.env.NGINX, ['-c', join(folder, 'config')], { stdio: 'ignore' });
  t.after(async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
    await rm(folder, { recursive: true, force: true });
  });
  while (!await listens(port)) {
    assert.equal(child.exitCode, null, 'nginx has ended');
    await pause(20);
  }
  return `http://127.0.0.1:${port}`;
}

async function probe(address) {
  const page = await browser.open(`${address}/probe?seconds=2`);
  await page.waitForFunction(() => document.getElementById('state').textContent === 'Done.');
  return { page, verdict: await page.locator('#verdict').innerText(), beats: await page.locator('circle').count() };
}

test('the hub itself does no harm', async (t) => {
  const { address } = await launch(t, process.env.HUB, '--probe');
  const { verdict, beats } = await probe(address);
  assert.equal(beats, 20);
  assert.match(verdict, /The browser speaks HTTP\/1\.1/);
  assert.doesNotMatch(verdict, /Something on the path|are cut|On the path/);
});

test('an nginx that buffers and compresses is found out', { skip: !process.env.NGINX }, async (t) => {
  const { address } = await launch(t, process.env.HUB, '--probe');
  const front = await startNginx(t, address, `proxy_ignore_headers X-Accel-Buffering;
    gzip on; gzip_proxied any; gzip_min_length 0; gzip_types text/event-stream;`);
  const { page, verdict } = await probe(front);
  for (const part of [/On the path: nginx/, /Something on the path buffers\s+Up to 20 events came together/, /proxy_buffering off;/,
    /The browser speaks HTTP\/1\.1/, /Something on the path compresses streams\s+They came as gzip/, /gzip off;/]) assert.match(verdict, part);
  assert.doesNotMatch(verdict, /are cut|Envoy/);
  await page.setViewportSize({ width: 800, height: 900 });
  await page.screenshot({ path: join(process.env.PICTURES ?? '.', 'probe.png') });
});
