// SPDX-License-Identifier: BSL-1.0
// What the browser tests stand on: the dashboard as a process, a director of its builds, a cable that can be pulled.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

async function listen(onConnection) {
  const server = createServer(onConnection).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: server.address().port };
}

// Starts the dashboard and reads its port from what it prints. It keeps its builds in `folder`, a new one if none is given.
export async function startDashboard({ port = 0, command = [], folder } = {}) {
  folder ??= await mkdtemp(join(tmpdir(), 'builds-'));
  const options = ['--port', String(port), '--keep', join(folder, 'builds.db'), ...(command.length ? ['--', ...command] : [])];
  const child = spawn(process.env.DASHBOARD, options, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface(child.stdout)) {
    const found = /http:\/\/127\.0\.0\.1:(\d+)\//.exec(line);
    if (found) {
      const forget = () => rm(folder, { recursive: true, force: true });
      return { port: Number(found[1]), folder, forget, end: (signal) => end(child, signal) };
    }
  }
  throw new Error(`the dashboard ended with ${child.exitCode} before it said where it is`);
}

async function end(child, signal = 'SIGTERM') {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  child.kill(signal);
  const [code] = await once(child, 'exit');
  return code;
}

// Takes the calls of paced builds, in the order of their start.
export async function createDirector() {
  const waiting = [];
  const wanted = [];
  const sockets = new Set();
  const { server, port } = await listen((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    const build = { print: (...lines) => socket.write(lines.map((line) => `${line}\n`).join('')), end: () => socket.end() };
    wanted.length ? wanted.shift()(build) : waiting.push(build);
  });
  return {
    command: [process.execPath, fileURLToPath(new URL('paced_build.mjs', import.meta.url)), String(port)],
    nextBuild: () => (waiting.length ? Promise.resolve(waiting.shift()) : new Promise((resolve) => wanted.push(resolve))),
    close: () => {
      server.close();
      sockets.forEach((socket) => socket.destroy());
    },
  };
}

// Passes bytes on to the dashboard, remembers the heads of requests, and can be pulled.
export async function createCable(target) {
  const sockets = new Set();
  const requests = [];
  const { server, port } = await listen((near) => {
    const far = connect(target, '127.0.0.1');
    for (const [from, to] of [[near, far], [far, near]]) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => { sockets.delete(from); to.destroy(); });
      from.pipe(to);
    }
    near.on('data', (bytes) => {
      const text = bytes.toString('latin1');
      if (/^(GET|POST|OPTIONS) /.test(text)) requests.push(text);
    });
  });
  return {
    address: `http://127.0.0.1:${port}/`,
    requestsFor: (path) => requests.filter((head) => head.split(' ')[1].split('?')[0] === path),
    pull: () => sockets.forEach((socket) => socket.destroy()),
    close: () => { server.close(); sockets.forEach((socket) => socket.destroy()); },
  };
}

export async function startBrowser() {
  const profile = await mkdtemp(join(tmpdir(), 'browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM,
    headless: true,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
  context.setDefaultTimeout(30_000);
  return {
    cookies: () => context.cookies(),
    open: async (address) => {
      const page = await context.newPage();
      await page.goto(address);
      return page;
    },
    close: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

// Something to wait for until somebody opens it.
export function latch() {
  let open;
  const opened = new Promise((resolve) => { open = resolve; });
  return { opened, open };
}

export const lines = (page) => page.locator('#log div').allTextContents();

export const waitForLines = (page, count) =>
  page.waitForFunction((wanted) => document.querySelectorAll('#log div').length >= wanted, count);

export const waitForState = (page, id, state) =>
  page.waitForFunction(([badge, wanted]) => document.getElementById(badge).dataset.state === wanted, [id, state]);
