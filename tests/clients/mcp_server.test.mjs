// SPDX-License-Identifier: BSL-1.0
// The example mcp_server in front of the SDK that clients of MCP use.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema, LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { plugIn } from './cable.mjs';
import { Seen, start } from './program.mjs';

const PATIENCE = 20_000;
const textOf = (result) => result.content.map(({ text }) => text).join('');

// A client that has been initialized, and what it has asked for and been told.
async function connect(t, address) {
  const client = new Client({ name: 'test', version: '1' }, { capabilities: { elicitation: {} } });
  const exchanges = new Seen();
  const transport = new StreamableHTTPClientTransport(new URL(`${address}/mcp`), {
    reconnectionOptions: { initialReconnectionDelay: 20, maxReconnectionDelay: 100, reconnectionDelayGrowFactor: 1.5, maxRetries: 20 },
    fetch: async (url, options) => {
      const answer = await fetch(url, options);
      exchanges.add({ method: options.method ?? 'GET', status: answer.status, type: answer.headers.get('content-type'),
        from: new Headers(options.headers).get('last-event-id') });
      return answer;
    },
  });
  const logs = new Seen();
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => logs.add(params));
  await client.connect(transport);
  t.after(() => client.close());
  await exchanges.until((all) => all.some(({ method }) => method === 'GET')); // which the SDK opens by itself
  return { client, transport, exchanges, logs };
}

const startServer = (t) => start(t, process.env.MCP_SERVER);
const count = (client, to, options) => client.callTool({ name: 'count', arguments: { to } }, undefined, { timeout: PATIENCE, ...options });

// A bare request, as a client of another make sends it.
function post(address, message, headers = {}) {
  return fetch(`${address}/mcp`, {
    method: 'POST', signal: AbortSignal.timeout(PATIENCE), body: typeof message === 'string' ? message : JSON.stringify(message),
    headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', ...headers },
  });
}

test('tools are listed and called, with JSON or a stream', async (t) => {
  const { client, exchanges } = await connect(t, await startServer(t));
  assert.deepEqual(client.getServerVersion(), { name: 'tidings-example', version: '1.0.0' });
  assert.deepEqual((await client.listTools()).tools.map(({ name }) => name), ['add', 'count', 'greet']);
  assert.equal(textOf(await client.callTool({ name: 'add', arguments: { a: 2, b: 0.5 } })), '2.5');
  assert.equal(exchanges.all.at(-1).type, 'application/json');
  assert.equal(textOf(await count(client, 2)), 'counted to 2');
  assert.equal(exchanges.all.at(-1).type, 'text/event-stream');
  await client.ping();
});

test('errors of a tool and of the protocol', async (t) => {
  const { client } = await connect(t, await startServer(t));
  const failed = await count(client, 0);
  assert.deepEqual([failed.isError, textOf(failed)], [true, 'can only count upwards, from 1']);
  await assert.rejects(client.callTool({ name: 'count' }), { code: -32602, message: /the number "to" is missing/ });
  await assert.rejects(client.callTool({ name: 'add', arguments: {} }), { code: -32602 });
  await assert.rejects(client.callTool({ name: 'none' }), { code: -32602, message: /no such tool/ });
});

test('progress comes in order', async (t) => {
  const { client } = await connect(t, await startServer(t));
  const seen = [];
  await count(client, 12, { onprogress: ({ progress, total }) => seen.push([progress, total]) });
  assert.deepEqual(seen, Array.from({ length: 12 }, (_, i) => [i + 1, 12]));
});

test('a connection is killed again and again, and nothing is lost', async (t) => {
  const cable = await plugIn(t, await startServer(t));
  const { client, exchanges } = await connect(t, cable.address);
  const seen = [];
  const result = await count(client, 30, {
    onprogress({ progress }) {
      seen.push(progress);
      if (progress % 10 === 3) cable.pull();
    },
  });
  assert.equal(textOf(result), 'counted to 30');
  assert.deepEqual(seen, Array.from({ length: 30 }, (_, i) => i + 1));
  const resumed = exchanges.all.filter(({ method, from, status }) => method === 'GET' && from && status === 200);
  assert.ok(resumed.length >= 3, JSON.stringify(exchanges.all));
});

test('a call that is canceled ends at once', async (t) => {
  const { client, logs } = await connect(t, await startServer(t));
  const stop = new AbortController();
  const call = count(client, 1e6, { signal: stop.signal, onprogress: ({ progress }) => progress === 3 && stop.abort('enough') });
  await assert.rejects(call, /enough/);
  assert.deepEqual(await logs.until((all) => all.length === 1), [{ level: 'info', data: 'count was canceled' }]);
  await client.setLoggingLevel('error');
  assert.equal(textOf(await count(client, 1)), 'counted to 1');
});

test('DELETE ends the session and what it had called', async (t) => {
  const address = await startServer(t);
  const { client, transport, logs } = await connect(t, address);
  const id = transport.sessionId;
  const headers = { 'Mcp-Session-Id': id };
  const call = await post(address, { jsonrpc: '2.0', id: 'mine', method: 'tools/call', params: { name: 'count', arguments: { to: 1e6 } } }, headers);
  assert.equal(call.headers.get('content-type'), 'text/event-stream');
  await transport.terminateSession();
  const rest = await call.text(); // comes to its end
  assert.doesNotMatch(rest, /result/);
  assert.equal(logs.all.length, 0);
  assert.equal((await post(address, { jsonrpc: '2.0', id: 1, method: 'ping' }, headers)).status, 404);
  assert.equal((await fetch(`${address}/mcp`, { method: 'DELETE', headers })).status, 404);
  await client.close();
});

test('a tool asks back', async (t) => {
  const { client } = await connect(t, await startServer(t));
  const answers = [{ action: 'accept', content: { name: 'Ada' } }, { action: 'decline' }];
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
    assert.equal(params.message, 'What is your name?');
    return answers.shift();
  });
  assert.equal(textOf(await client.callTool({ name: 'greet' })), 'Hello, Ada!');
  assert.equal(textOf(await client.callTool({ name: 'greet' })), 'Hello, whoever you are.');
});

test('a session reads its own streams alone', async (t) => {
  const address = await startServer(t);
  const [one, other] = [await connect(t, address), await connect(t, address)];
  const call = await post(address, { jsonrpc: '2.0', id: 'mine', method: 'tools/call', params: { name: 'count', arguments: { to: 1 } } },
    { 'Mcp-Session-Id': one.transport.sessionId });
  const [, id] = /^id: (.*)$/m.exec(await call.text());
  const resume = (session) => fetch(`${address}/mcp`, {
    headers: { 'Mcp-Session-Id': session, 'Last-Event-ID': id }, signal: AbortSignal.timeout(PATIENCE),
  });
  assert.match(await (await resume(one.transport.sessionId)).text(), /counted to 1/);
  assert.equal((await resume(other.transport.sessionId)).status, 400);
});

test('requests that the protocol does not allow', async (t) => {
  const address = await startServer(t);
  const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
  const { transport } = await connect(t, address);
  const session = { 'Mcp-Session-Id': transport.sessionId };
  const statusOf = async (...all) => (await post(address, ...all)).status;
  assert.equal(await statusOf(ping), 400); // no session
  assert.equal(await statusOf(ping, { 'Mcp-Session-Id': 'none' }), 404);
  assert.equal(await statusOf(ping, { ...session, 'MCP-Protocol-Version': '1999-01-01' }), 400);
  assert.equal(await statusOf(ping, { ...session, Origin: 'https://evil.example' }), 403);
  assert.equal(await statusOf(ping, { ...session, Accept: 'application/json' }), 406);
  assert.equal(await statusOf('no JSON', session), 400);
  assert.equal(await statusOf([ping], session), 400); // batches are gone since 2025-06-18
  assert.equal(await statusOf({ jsonrpc: '2.0', method: 'notifications/initialized' }, session), 202);
  assert.equal((await fetch(`${address}/mcp`, { method: 'PUT', headers: session })).status, 405);
});
