// After each change of a cell the rules run again: the result and what is said beside the cells are replaced,
// the inputs stay as they are, so that nobody loses their place. Without this module "Check again" does it.

const PAUSE = 300; // milliseconds after the last change

const form = document.querySelector("[data-corrections]");
let waiting;
let asking;

const replaced = (page, id) => {
  const fresh = page.getElementById(id);
  const old = document.getElementById(id);
  if (fresh && old) old.replaceWith(document.adoptNode(fresh));
};

const show = (text) => {
  const page = new DOMParser().parseFromString(text, "text/html");
  if (!page.getElementById("result")) return; // the sign-in page, say; saving will lead there
  replaced(page, "result");
  replaced(page, "rule-changes");
  for (const said of form.querySelectorAll("[id^=said-]")) replaced(page, said.id);
};

const stop = () => {
  clearTimeout(waiting);
  asking?.abort();
};

const ask = async () => {
  asking = new AbortController();
  const body = new FormData(form);
  try {
    const answer = await fetch(form.action, { method: "POST", body, signal: asking.signal });
    if (answer.ok) show(await answer.text());
  } catch {
    // left, or asked anew; what is shown stays
  }
};

form.addEventListener("change", () => {
  stop();
  waiting = setTimeout(ask, PAUSE);
});
form.addEventListener("submit", stop);
