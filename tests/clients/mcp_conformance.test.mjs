// SPDX-License-Identifier: BSL-1.0
// What npm's @modelcontextprotocol/conformance says of the endpoint of the example mcp_server: its score, and each row that
// is not passed, with the reason.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { start } from './program.mjs';

const CLI = 'node_modules/@modelcontextprotocol/conformance/dist/index.js';

// All checks that the suite has made, each with the scenario that it belongs to.
async function runSuite(t, url) {
  const folder = mkdtempSync(join(tmpdir(), 'tidings-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const command = ['--import', './without_glob.mjs', CLI, 'server', '--url', url, '--suite', 'all', '--output-dir', folder];
  const output = await new Promise((resolve) => {
    execFile(process.execPath, command, { maxBuffer: 64 * 1024 * 1024, timeout: 100_000 },
      (error, stdout, stderr) => resolve(stdout + stderr));
  });
  const checks = readdirSync(folder).flatMap((scenario) =>
    JSON.parse(readFileSync(join(folder, scenario, 'checks.json'), 'utf8')).map((check) => ({ ...check, scenario })));
  return { checks, output };
}

test('the score', async (t) => {
  const address = await start(t, process.env.MCP_CONFORMANCE);
  const { checks, output } = await runSuite(t, `${address}/mcp`);
  const count = (status) => checks.filter((check) => check.status === status).length;
  const rows = checks.filter(({ status }) => status === 'FAILURE' || status === 'WARNING')
    .map(({ status, scenario, id, errorMessage }) => `${status} ${scenario}: ${id}: ${errorMessage}`);
  t.diagnostic(`${count('SUCCESS')} passed, ${count('FAILURE')} failed, ${count('WARNING')} warnings`);
  rows.forEach((row) => t.diagnostic(row));
  assert.deepEqual(rows, [], output);
  assert.ok(count('SUCCESS') >= 46, output);
});
