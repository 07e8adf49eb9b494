// SPDX-License-Identifier: BSL-1.0
// An EventSource that says what state it is in, and that does not give up.
//
// The browser itself reconnects when a connection breaks, and says with Last-Event-ID where it was. It gives up
// when the server answers with an error, as a proxy does while a server restarts: then this opens another one,
// which carries the last id in the query.

const RETRY_MS = 2000;

export class Connection {
  #url;
  #listeners;
  #onState;
  #mayRetry;
  #source;
  #timer;
  #lastId = '';

  // listeners: event type -> function(data). onState: called with 'connecting', 'live', 'reconnecting', 'finished'
  // or 'gone'. mayRetry: asked (it may be async) when the server refused; false means that nothing is there any more.
  constructor(url, { listeners, onState, mayRetry = () => true }) {
    this.#url = url;
    this.#listeners = listeners;
    this.#onState = onState;
    this.#mayRetry = mayRetry;
    this.#open();
    onState('connecting');
  }

  // The last event has come: nothing to reconnect for.
  finish() {
    this.close();
    this.#onState('finished');
  }

  // From the beginning again, without an id.
  restart() {
    this.close();
    this.#lastId = '';
    this.#open();
    this.#onState('connecting');
  }

  close() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = undefined;
  }

  #open() {
    const query = this.#lastId ? `?last_event_id=${encodeURIComponent(this.#lastId)}` : '';
    const source = new EventSource(this.#url + query);
    this.#source = source;
    source.onopen = () => this.#onState('live');
    source.onerror = () => this.#failed(source);
    for (const [type, listener] of Object.entries(this.#listeners)) {
      source.addEventListener(type, (event) => {
        this.#lastId = event.lastEventId;
        listener(event.data);
      });
    }
  }

  async #failed(source) {
    if (source !== this.#source) return;
    this.#onState('reconnecting');
    if (source.readyState !== EventSource.CLOSED) return;
    const retry = await this.#mayRetry();
    if (source !== this.#source) return;
    if (retry) {
      this.#timer = setTimeout(() => this.#open(), RETRY_MS);
    } else {
      this.close();
      this.#onState('gone');
    }
  }
}
