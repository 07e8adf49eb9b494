// SPDX-License-Identifier: BSL-1.0
// Programs under test, and what their tests wait for.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

// Starts a program that prints its address, and knows what it had printed before. It is ended with the test, by its
// process id.
export async function startPrinting(t, program, ...options) {
  const child = spawn(program, ['--port', '0', ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  const lines = [];
  for await (const line of createInterface(child.stdout)) {
    const found = /http:\/\/127\.0\.0\.1:\d+/.exec(line);
    if (found) return { address: found[0], lines };
    lines.push(line);
  }
  throw new Error(`${program} ended before it said where it is`);
}

export const start = async (...all) => (await startPrinting(...all)).address;

// A list that can be waited for.
export class Seen {
  #list = [];
  #changed = () => {};

  add(item) {
    this.#list.push(item);
    this.#changed();
  }

  get all() { return this.#list; }

  // The list, when it is as it is wanted.
  until(condition) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`what was waited for has not come: ${JSON.stringify(this.#list)}`)), 20_000);
      this.#changed = () => {
        if (!condition(this.#list)) return;
        clearTimeout(timer);
        resolve(this.#list);
      };
      this.#changed();
    });
  }
}
