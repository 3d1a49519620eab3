/* Warns before a session ends. See {% session_timer %}. */

export function follow(dialog) {
  const data = dialog.dataset;
  const { now } = Date;
  const part = (name) => dialog.querySelector(`[data-${name}]`);
  const tabs = new BroadcastChannel(data.sessionId);
  let end = { at: now() + data.secondsLeft * 1000 };
  let asked = 0;
  let closed, typed, failed, timer;

  async function ask(url, init) {
    if (!end) return;
    asked = now();
    wait(10000);
    const got = await fetch(url, init)
      .then((it) => (it.status === 401 ? null : it.ok && it.json()))
      .catch(() => false);
    failed = !got && init;
    if (got === false) return tick();
    if (got && got.id !== data.sessionId) return leave();
    const left = got && new Date(got.ends_at) - new Date(got.now);
    const news = got && { ...got, at: now() + left };
    tabs.postMessage(news);
    take(news);
  }

  function take(news) {
    if (!news) return leave(part("login").href);
    end = news;
    tick();
  }

  function tick() {
    const since = now() - asked;
    const left = end.at - now();
    const early = left - data.warning * 1000;
    if (early > 0) {
      closed = dialog.close();
      wait(early);
    } else if (since > 9000 || (left < 0 && since > 1000)) {
      check();
    } else {
      part("left").textContent = new Date(Math.max(0, left) + 999).toJSON().slice(14, 19);
      show(end.can_keep_alive === false ? "go" : "stay", "left", failed && "failed");
      wait(1000);
    }
  }

  function wait(time) {
    clearTimeout(timer);
    const due = now() + Math.min(time, 30000);
    // Far off: the computer slept, or its clock was set.
    const isOff = () => Math.abs(now() - due) > 5000;
    timer = setTimeout(() => (isOff() ? check() : tick()), due - now());
  }

  function leave(url) {
    end = clearTimeout(timer);
    tabs.close();
    closed = dialog.close();
    if (!document.dispatchEvent(new Event("session-ended", { cancelable: true }))) return;
    if (typed) show("over");
    else url ? location.replace(url) : location.reload();
  }

  function show(...states) {
    for (const it of dialog.querySelectorAll("[data-if]")) {
      it.style.display = states.includes(it.dataset.if) ? "" : "none";
    }
    if (!closed && !dialog.open) dialog.showModal();
  }

  const check = () => ask(data.statusUrl);
  const headers = { [data.csrfHeader]: data.csrfToken };
  const keepAlive = () => ask(data.keepAliveUrl, { method: "POST", headers });
  dialog.oncancel = part("close").onclick = () => dialog.close((closed = true));
  part("keep-alive").onclick = keepAlive;
  tabs.onmessage = ({ data }) => take(data);
  addEventListener("input", () => (typed = true));
  document.addEventListener("visibilitychange", () => document.hidden || check());
  const [visit] = performance.getEntriesByType("navigation");
  visit.type === "back_forward" ? check() : tick();
  return { check, keepAlive };
}

document.querySelectorAll("dialog[data-session-timer]").forEach(follow);
