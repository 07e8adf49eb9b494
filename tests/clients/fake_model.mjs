// SPDX-License-Identifier: BSL-1.0
// A server of a model, which does what the name of the model says. It speaks OpenAI's API over plain HTTP.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Seen } from './program.mjs';

export const WORDS = ['Good ', '"tidings" ', 'come ', 'one by one: ', 'é€😀'];

const chunk = (delta, finish_reason = null) =>
  `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
const USAGE = { prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 };
const LAST = `${chunk({}, 'stop')}data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [], usage: USAGE })}\n\ndata: [DONE]\n\n`;
const WHOLE = { id: 'c1', object: 'chat.completion', created: 1, model: 'm', usage: USAGE,
  choices: [{ index: 0, message: { role: 'assistant', content: WORDS.join('') }, finish_reason: 'stop' }] };

function stream(response) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.write(chunk({ role: 'assistant', content: '' }));
}

const answers = {
  // In pieces of seven bytes, so that characters and lines are cut.
  talks(response, asked) {
    if (!asked.stream) {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(WHOLE));
      return;
    }
    stream(response);
    const bytes = Buffer.from(WORDS.map((content) => chunk({ content })).join('') + LAST);
    for (let i = 0; i < bytes.length; i += 7) response.write(bytes.subarray(i, i + 7));
    response.end();
  },
  // Never answers, not even with a head.
  silent() {},
  // Says a word, and then nothing until it is told to.
  thinks(response, asked, model) {
    stream(response);
    response.write(chunk({ content: WORDS[0] }));
    model.goOn = () => {
      model.goOn = () => {};
      response.end(chunk({ content: WORDS[1] }) + LAST);
    };
  },
  // Has too much to do, the first time.
  busy(response, asked, model) {
    model.refused = (model.refused ?? 0) + 1;
    if (model.refused > model.refusals) return answers.talks(response, asked);
    response.writeHead(429, { 'Content-Type': 'application/json', 'Retry-After': '1' });
    response.end(JSON.stringify({ error: { message: 'too many tokens a minute', type: 'tokens', code: 'rate_limit_exceeded' } }));
  },
  // Says a word, and dies when it is told to.
  dies(response, asked, model) {
    stream(response);
    response.write(chunk({ content: WORDS[0] }));
    model.goOn = () => response.socket.resetAndDestroy();
  },
};

export async function startModel(t) {
  const model = { requests: new Seen(), closed: new Seen(), refusals: 1 };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request.setEncoding('utf8')) body += part;
    const asked = JSON.parse(body);
    response.on('close', () => model.closed.add({ finished: response.writableFinished, at: performance.now() }));
    model.requests.add({ path: request.url, authorization: request.headers.authorization, asked });
    answers[asked.model](response, asked, model);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  model.stop = () => {
    server.close();
    server.closeAllConnections();
  };
  t.after(model.stop);
  model.address = `127.0.0.1:${server.address().port}`;
  return model;
}
