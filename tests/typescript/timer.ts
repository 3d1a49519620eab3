import { follow } from "./session-timer.js";

const dialog = document.querySelector("dialog");
if (dialog) {
  const timer = follow(dialog);
  const kept: Promise<void> = timer.keepAlive();
  await kept;
  await timer.check();
}
document.addEventListener("session-ended", (event) => event.preventDefault());
// @ts-expect-error It takes a dialog.
follow(document.body);
