/* Warns before a session ends, and keeps it alive. See {% session_timer %} */

const SECOND = 1000;
const LONGEST = 2 ** 31 - 1; // longer fires at once

export class SessionTimer {
  #timeout;
  #asked = Date.now();
  #tabs = new BroadcastChannel("session-timer");

  constructor(dialog) {
    this.dialog = dialog;
    this.warning = dialog.dataset.warning * SECOND;
    this.#part("[data-keep-alive]").onclick = () => this.keepAlive();
    this.#part("[data-close]").onclick = () => dialog.close();
    this.#tabs.onmessage = ({ data }) => (data ? this.#follow(data) : this.#leave());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && Date.now() - this.#asked > 60 * SECOND) this.check();
    });
    this.#wait(dialog.dataset.secondsLeft * SECOND - this.warning);
  }

  check() {
    return this.#ask("statusUrl");
  }

  keepAlive() {
    const { csrfHeader, csrfToken } = this.dialog.dataset;
    return this.#ask("keepAliveUrl", { method: "POST", headers: { [csrfHeader]: csrfToken } });
  }

  async #ask(url, init) {
    this.#asked = Date.now();
    const answer = await fetch(this.dialog.dataset[url], init).catch(() => null);
    if (answer?.status === 401) {
      this.#tabs.postMessage(null);
      this.#leave();
    } else if (answer?.ok) {
      const { now, ends_at, can_keep_alive } = await answer.json();
      const left = new Date(ends_at) - new Date(now);
      const end = { at: Date.now() + left, can_keep_alive };
      this.#tabs.postMessage(end);
      this.#follow(end);
    } else {
      this.#wait(10 * SECOND);
    }
  }

  #follow({ at, can_keep_alive }) {
    const left = at - Date.now();
    if (left > this.warning) {
      this.dialog.close();
      this.#wait(left - this.warning);
      return;
    }
    for (const part of this.dialog.querySelectorAll("[data-if-kept]")) {
      const fits = part.dataset.ifKept === `${can_keep_alive}`;
      part.style.display = fits ? "" : "none"; // stronger than [hidden]
    }
    if (!this.dialog.open) this.dialog.showModal();
    this.#count(at);
  }

  #count(at) {
    const left = Math.max(0, at - Date.now());
    const time = new Date(left + 999).toISOString();
    this.#part("[data-left]").textContent = time.slice(14, 19);
    this.#wait(SECOND, left ? () => this.#count(at) : undefined);
  }

  #leave() {
    const event = new Event("session-ended", { bubbles: true, cancelable: true });
    if (!this.dialog.dispatchEvent(event)) return;
    const login = new URL(this.dialog.dataset.loginUrl, location.href);
    login.searchParams.set("next", location.pathname + location.search);
    location.assign(login);
  }

  #wait(time, act = () => this.check()) {
    clearTimeout(this.#timeout);
    this.#timeout = setTimeout(act, Math.min(Math.max(time, SECOND), LONGEST));
  }

  #part(selector) {
    return this.dialog.querySelector(selector);
  }
}

for (const dialog of document.querySelectorAll("dialog[data-session-timer]")) {
  new SessionTimer(dialog);
}
