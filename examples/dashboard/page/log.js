// SPDX-License-Identifier: BSL-1.0
// The lines of a build. Lines are drawn once a frame, however fast they come; the view stays at the newest line until
// the reader scrolls away from it.

export class Log {
  #view;
  #button;
  #waiting = [];
  #follows = true;

  constructor(view, button) {
    this.#view = view;
    this.#button = button;
    view.addEventListener('scroll', () => this.#follow(view.scrollHeight - view.scrollTop - view.clientHeight < 30));
    button.addEventListener('click', () => this.#follow(true));
    new ResizeObserver(() => this.#follows && this.#follow(true)).observe(view);
  }

  clear() {
    this.#waiting = [];
    this.#view.replaceChildren();
    this.#follow(true);
  }

  append(text) {
    this.#waiting.push(text);
    if (this.#waiting.length === 1) requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#view.append(...this.#waiting.map(element));
    this.#waiting = [];
    if (this.#follows) this.#view.scrollTop = this.#view.scrollHeight;
  }

  #follow(yes) {
    this.#follows = yes;
    this.#button.hidden = yes;
    if (yes) this.#view.scrollTop = this.#view.scrollHeight;
  }
}

function element(text) {
  const line = document.createElement('div');
  line.textContent = text;
  if (/\b(error|FAILED|WRONG)\b/.test(text)) line.className = 'error';
  else if (/\bwarning\b/i.test(text)) line.className = 'warning';
  return line;
}
