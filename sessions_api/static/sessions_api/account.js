/* Makes the pages for users better where it runs. They do without it. */

const pages = document.querySelector(".sessions-account");

/** Ask in a dialog what the page of a link would ask. Where that fails, go to the page. */
async function ask(event) {
  const link = event.currentTarget;
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const question = await questionOf(link.href).catch(() => null);
  if (!question) {
    location.assign(link.href);
    return;
  }
  const dialog = document.createElement("dialog");
  const heading = question.querySelector("h1");
  heading.id = "sessions-question";
  dialog.className = "sessions-dialog";
  dialog.setAttribute("aria-labelledby", heading.id);
  dialog.append(question);
  dialog.addEventListener("close", () => dialog.remove());
  question.querySelector("[data-sessions-cancel]").addEventListener("click", (click) => {
    click.preventDefault();
    dialog.close();
  });
  pages.append(dialog);
  dialog.showModal();
}

/** Return the form of a page. Null where the server has led elsewhere, such as to the login. */
async function questionOf(url) {
  const response = await fetch(url, { credentials: "same-origin" });
  if (!response.ok || response.redirected) return null;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const question = page.querySelector("[data-sessions-question]");
  return question && document.adoptNode(question);
}

/** Copy what a field holds, and say so. */
async function copy(event) {
  const button = event.currentTarget;
  const field = document.getElementById(button.dataset.sessionsCopy);
  field.select();
  await navigator.clipboard.writeText(field.value);
  button.textContent = button.dataset.sessionsCopied;
}

for (const link of pages.querySelectorAll("a[data-sessions-dialog]")) {
  link.addEventListener("click", ask);
}
for (const button of pages.querySelectorAll("button[data-sessions-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", copy);
}
