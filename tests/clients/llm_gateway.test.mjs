// SPDX-License-Identifier: BSL-1.0
// The example llm_gateway in front of the clients that people have: openai, Vercel's AI SDK and Anthropic's SDK.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, streamText } from 'ai';
import OpenAI from 'openai';
import { WORDS, startModel } from './fake_model.mjs';
import { start } from './program.mjs';

const messages = [{ role: 'user', content: 'What is new?' }];
const text = WORDS.join('');

async function startGateway(t, { deadline = 30, ping = 5 } = {}) {
  const model = await startModel(t);
  const address = await start(t, process.env.LLM_GATEWAY, '--upstream', model.address,
    '--deadline', `${deadline}`, '--ping', `${ping}`);
  return {
    model,
    address,
    openai: new OpenAI({ baseURL: `${address}/v1`, apiKey: 'sk-1', maxRetries: 0 }),
    anthropic: new Anthropic({ baseURL: address, apiKey: 'sk-2', maxRetries: 0 }),
    vercel: createOpenAICompatible({ name: 'gateway', baseURL: `${address}/v1`, apiKey: 'sk-3' }),
  };
}

// What a loop over a stream has brought when it ends, and why it ended if by an error.
async function collect(stream, wordOf, onWord = () => {}) {
  const words = [];
  try {
    for await (const part of stream) {
      const word = wordOf(part);
      if (word) words.push(word);
      if (word) onWord(words);
    }
  } catch (error) {
    return { words, error };
  }
  return { words };
}

const openaiWord = (chunk) => chunk.choices[0]?.delta.content;
const anthropicWord = (event) => (event.type === 'content_block_delta' ? event.delta.text : undefined);
const chat = (client, model, options) => client.chat.completions.create({ model, messages, stream: true }, options);
const message = (client, model, options) => client.messages.create({ model, max_tokens: 100, messages, stream: true }, options);

// One test for each API: what it calls a stream, a word of one, and the error that ends one.
const APIS = [
  ['openai', (gateway) => gateway.openai, chat, openaiWord, OpenAI],
  ['@anthropic-ai/sdk', (gateway) => gateway.anthropic, message, anthropicWord, Anthropic],
];

test('openai: a stream and a whole answer', async (t) => {
  const { openai, model } = await startGateway(t);
  const { words, error } = await collect(await chat(openai, 'talks'), openaiWord);
  assert.equal(error, undefined);
  assert.deepEqual(words, WORDS);
  const whole = await openai.chat.completions.create({ model: 'talks', messages });
  assert.equal(whole.choices[0].message.content, text);
  assert.deepEqual(model.requests.all.map(({ path, authorization }) => [path, authorization]),
    Array(2).fill(['/v1/chat/completions', 'Bearer sk-1']));
});

test('@ai-sdk/openai-compatible: a stream and a whole answer', async (t) => {
  const { vercel } = await startGateway(t);
  const { words, error } = await collect(streamText({ model: vercel('talks'), messages }).textStream, (word) => word);
  assert.equal(error, undefined);
  assert.deepEqual(words, WORDS);
  assert.equal((await generateText({ model: vercel('talks'), messages })).text, text);
});

test('@anthropic-ai/sdk: a stream and a whole answer', async (t) => {
  const { anthropic, model } = await startGateway(t);
  const streamed = await anthropic.messages.stream({
    model: 'talks', max_tokens: 100, system: 'Be brief.', stop_sequences: ['.'], messages,
  }).finalMessage();
  const whole = await anthropic.messages.create({ model: 'talks', max_tokens: 100, messages });
  for (const each of [streamed, whole]) {
    assert.deepEqual(each.content.map(({ type, text: said }) => [type, said]), [['text', text]]);
    assert.deepEqual([each.role, each.stop_reason, each.usage.input_tokens, each.usage.output_tokens], ['assistant', 'end_turn', 7, 5]);
  }
  const [first] = model.requests.all;
  assert.equal(first.authorization, 'Bearer sk-2');
  assert.deepEqual(first.asked.messages, [{ role: 'system', content: 'Be brief.' }, ...messages]);
  assert.deepEqual(first.asked.stop, ['.']);
});

test('@anthropic-ai/sdk: what cannot be translated is refused', async (t) => {
  const { anthropic, model } = await startGateway(t);
  const picture = [{ role: 'user', content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: '' } }] }];
  const refused = await anthropic.messages.create({ model: 'talks', max_tokens: 9, messages: picture }).catch((error) => error);
  assert.ok(refused instanceof Anthropic.BadRequestError, refused);
  assert.match(refused.message, /text alone, and no block of the type image/);
  assert.equal(model.requests.all.length, 0);
});

for (const [name, clientOf, open, wordOf, Api] of APIS) {
  // Before the first token there is not even a head; after it the stream is under way. The quickest of some counts, since the
  // machine may be busy: far below the half second after which the server ends what does not mind its context.
  test(`${name}: Stop reaches the model at once`, async (t) => {
    const gateway = await startGateway(t);
    let calls = 0;
    for (const model of ['silent', 'thinks']) {
      const took = [];
      for (let round = 0; round < 5; ++round) {
        const stop = new AbortController();
        let stopped;
        const leave = () => {
          stopped = performance.now();
          stop.abort();
        };
        calls += 1;
        const stream = open(clientOf(gateway), model, { signal: stop.signal });
        const over = model === 'silent' ? stream.catch((error) => error) : collect(await stream, wordOf, leave);
        await gateway.model.requests.until((list) => list.length === calls);
        if (model === 'silent') leave();
        await over;
        const { finished, at } = (await gateway.model.closed.until((list) => list.length === calls))[calls - 1];
        assert.equal(finished, false);
        took.push(at - stopped);
      }
      t.diagnostic(`${model}: the model knew after ${took.map((ms) => ms.toFixed(1)).join(', ')} ms`);
      assert.ok(Math.min(...took) < 100, `${took} ms`);
    }
  });

  test(`${name}: 429 is handed on with Retry-After`, async (t) => {
    const gateway = await startGateway(t);
    const client = clientOf(gateway);
    const refused = await open(client, 'busy').catch((error) => error);
    assert.ok(refused instanceof Api.RateLimitError, refused);
    assert.equal(refused.headers.get('retry-after'), '1');
    assert.match(refused.message, /too many tokens a minute/);
    gateway.model.refusals = 2;
    const began = performance.now();
    const { words } = await collect(await open(client, 'busy', { maxRetries: 1 }), wordOf);
    assert.ok(performance.now() - began >= 990, 'the client waits as long as the model said');
    assert.deepEqual(words, WORDS);
  });

  test(`${name}: a model that dies in mid-stream is an error`, async (t) => {
    const gateway = await startGateway(t);
    const { words, error } = await collect(await open(clientOf(gateway), 'dies'), wordOf, () => gateway.model.goOn());
    assert.deepEqual(words, [WORDS[0]]);
    assert.ok(error instanceof Api.APIError, error);
    assert.match(error.message, /the connection to the model was lost/);
  });

  test(`${name}: the deadline is a status before the first token and an error after it`, async (t) => {
    const gateway = await startGateway(t, { deadline: 0.5 });
    const late = await open(clientOf(gateway), 'silent').catch((error) => error);
    assert.equal(late.status, 504);
    const { words, error } = await collect(await open(clientOf(gateway), 'thinks'), wordOf);
    assert.deepEqual(words, [WORDS[0]]);
    assert.ok(error instanceof Api.APIError, error);
    assert.match(error.message, /did not answer in time/);
    assert.equal((await gateway.model.closed.until((list) => list.length === 2)).length, 2);
  });
}

test('@ai-sdk/openai-compatible: Stop, 429 and a model that dies', async (t) => {
  const { vercel, model } = await startGateway(t);
  const stop = new AbortController();
  const quiet = { onError() {} };
  const reading = collect(streamText({ ...quiet, model: vercel('silent'), messages, abortSignal: stop.signal }).fullStream, (part) => part.type);
  await model.requests.until((list) => list.length === 1);
  stop.abort();
  await reading;
  assert.equal((await model.closed.until((list) => list.length === 1))[0].finished, false);

  const refused = await generateText({ model: vercel('busy'), messages, maxRetries: 0 }).catch((error) => error);
  assert.deepEqual([refused.statusCode, refused.responseHeaders['retry-after']], [429, '1']);

  const dead = streamText({ ...quiet, model: vercel('dies'), messages, maxRetries: 0 });
  const errors = [];
  for await (const part of dead.fullStream) {
    if (part.type === 'text-delta') model.goOn();
    if (part.type === 'error') errors.push(JSON.stringify(part.error) + part.error);
  }
  assert.equal(errors.length, 1);
  assert.match(errors[0], /the connection to the model was lost/);
});

// A model that thinks for longer than proxies have patience: both streams show signs of life, and lose nothing.
test('pings while the model thinks', async (t) => {
  const { address, model } = await startGateway(t, { ping: 0.1 });
  for (const [path, sign] of [['chat/completions', '\n: '], ['messages', 'event: ping\n']]) {
    const answer = await fetch(`${address}/v1/${path}`, {
      method: 'POST', body: JSON.stringify({ model: 'thinks', max_tokens: 100, messages, stream: true }),
      signal: AbortSignal.timeout(20_000),
    });
    let seen = '';
    for await (const bytes of answer.body.pipeThrough(new TextDecoderStream())) {
      seen += bytes;
      if (seen.split(sign).length > 3) model.goOn();
    }
    assert.match(seen, /tidings/);
    assert.ok(seen.split(sign).length > 3, seen);
  }
});

test('@anthropic-ai/sdk: pings are no part of the message', async (t) => {
  const { address, model } = await startGateway(t, { ping: 0.05 });
  // What the SDK reads is read here too, to know when it has got pings.
  async function fetchWatched(...all) {
    const answer = await fetch(...all);
    const [theirs, ours] = answer.body.tee();
    (async () => {
      let seen = '';
      for await (const bytes of ours.pipeThrough(new TextDecoderStream())) {
        seen += bytes;
        if (/Good .*event: ping\n.*event: ping\n/s.test(seen)) model.goOn();
      }
    })();
    return new Response(theirs, answer);
  }
  const anthropic = new Anthropic({ baseURL: address, apiKey: 'sk', fetch: fetchWatched });
  const { content } = await anthropic.messages.stream({ model: 'thinks', max_tokens: 100, messages },
    { signal: AbortSignal.timeout(20_000) }).finalMessage();
  assert.equal(content[0].text, WORDS[0] + WORDS[1]);
});

test('no model at all is 502', async (t) => {
  const { openai, anthropic, model } = await startGateway(t);
  model.stop();
  for (const open of [() => chat(openai, 'talks'), () => message(anthropic, 'talks')]) {
    const failed = await open().catch((error) => error);
    assert.equal(failed.status, 502);
    assert.match(failed.message, /the connection to the model was lost: Connection refused/);
  }
});
