import { SessionTimer } from "./session-timer.js";

const dialog = document.querySelector("dialog");
if (dialog) {
  const timer = new SessionTimer(dialog);
  timer.warning = 60_000;
  const kept: Promise<void> = timer.keepAlive();
  await kept;
  await timer.check();
}
document.addEventListener("session-ended", (event) => event.preventDefault());
// @ts-expect-error It takes a dialog.
new SessionTimer(document.body);
