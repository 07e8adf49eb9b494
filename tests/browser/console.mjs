// SPDX-License-Identifier: BSL-1.0
// A hub with a panel, and what happens to it: publishers, prompt followers, and one that reads nothing.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const token = 'a-token-that-nobody-guesses';

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

// Its streams wait for slow readers for as long as the test takes.
export async function startHub({ hasToken = false } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'console-'));
  await writeFile(join(folder, 'token'), token);
  const ports = [await freePort(), await freePort()];
  const options = ['--port', String(ports[0]), '--admin-port', String(ports[1]), '--max-queue', '100000000', '--write-timeout-ms', '600000',
    ...(hasToken ? ['--admin-token-file', join(folder, 'token')] : [])];
  const sockets = [];
  const hub = {
    panel: `http://127.0.0.1:${ports[1]}/`,
    start: async () => {
      hub.child = spawn(process.env.HUB, options, { stdio: ['ignore', 'pipe', 'inherit'] });
      for await (const line of createInterface(hub.child.stdout)) if (line.includes('panel')) return;
      throw new Error('the hub ended before it said where its panel is');
    },
    kill: () => end(hub.child),
    emit: (topic, data, event = 'message') => new Promise((resolve, reject) => {
      const asked = request({ port: ports[0], host: '127.0.0.1', path: '/emit', method: 'POST' }, (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode));
      });
      asked.on('error', reject);
      asked.end(JSON.stringify({ topic, event, data }));
    }),
    // A follower; one that is not prompt never reads.
    follow: async (topic, isPrompt = true) => {
      const socket = connect(ports[0], '127.0.0.1');
      socket.on('error', () => {});
      sockets.push(socket);
      await once(socket, 'connect');
      socket.write(`GET /events?topic=${topic} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      await once(socket, 'data');
      isPrompt ? socket.resume() : socket.pause();
    },
    close: async () => {
      sockets.forEach((socket) => socket.destroy());
      await end(hub.child);
      await rm(folder, { recursive: true });
    },
  };
  await hub.start();
  return hub;
}

// More than the kernel keeps for a reader that does not read.
export async function fallBehind(hub, topic) {
  await hub.follow(topic, false);
  for (let i = 0; i < 300; ++i) await hub.emit(topic, 'x'.repeat(40_000));
}
