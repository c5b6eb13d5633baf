// Upload by drag and drop or by the plain input: one request per file, two at a time, each with its own progress.
// Without this module the form posts all files at once and the server answers with the same list of outcomes.

const AT_A_TIME = 2;

const form = document.querySelector("[data-upload-form]");
const input = form.querySelector("input[type=file]");
const expected = form.querySelector("[name=expected_template]");
const reason = form.querySelector("[name=reason]");
const drop = form.querySelector("[data-drop]");
const panel = document.querySelector("[data-outcomes]");
const list = document.querySelector("[data-outcome-list]");
const summary = document.querySelector("[data-upload-summary]");
const template = document.querySelector("[data-outcome-template]");
const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
const mostFiles = Number(form.dataset.mostFiles);
const mostBytes = Number(form.dataset.mostBytes);

const queue = [];
let active = 0;
let all = 0;
let done = 0;

const fill = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name]);

const row = (file) => {
  const item = template.content.firstElementChild.cloneNode(true);
  const name = item.querySelector("[data-name]");
  const said = item.querySelector("[data-said]");
  const progress = item.querySelector("[data-progress]");
  name.textContent = file.name;
  said.textContent = said.dataset.wordsWaiting;
  progress.setAttribute("aria-label", file.name);
  list.append(item);
  return { item, said, progress };
};

const refuse = ({ item, said, progress }, why) => {
  item.dataset.outcome = "refused";
  item.dataset.tone = "bad";
  item.querySelector("[data-icon-sending]").hidden = true;
  item.querySelector("[data-icon-refused]").hidden = false;
  said.textContent = said.dataset[`words${why}`];
  progress.remove();
};

const report = () => {
  const words = done === all ? summary.dataset.wordsDone : summary.dataset.wordsBusy;
  const count = (outcome) => list.querySelectorAll(`li[data-outcome=${outcome}]`).length;
  const told = ["Received", "Duplicate", "Refused"]
    .map((outcome) => ({ n: count(outcome.toLowerCase()), outcome }))
    .filter(({ n }) => n > 0)
    .map(({ n, outcome }) => fill(summary.dataset[`words${outcome}${n === 1 ? "One" : ""}`], { n }))
    .join(", ");
  summary.textContent = fill(words, { done, all, told });
};

const settle = () => {
  active -= 1;
  done += 1;
  report();
  next();
};

// The answer is the finished list entry, or a problem page (its first sentences are shown), or the sign-in page.
const show = (place, request) => {
  const answer = new DOMParser().parseFromString(request.responseText, "text/html");
  const entry = answer.querySelector("li[data-outcome]");
  const problem = answer.querySelector("[data-problem]");
  if (entry) {
    place.item.replaceWith(document.adoptNode(entry));
  } else if (problem) {
    refuse(place, "Failed");
    place.said.textContent = `${problem.querySelector("h1").textContent}. ${problem.querySelector("p").textContent}`;
  } else {
    refuse(place, request.responseURL.includes("/sign-in/") ? "SignedOut" : "Failed");
  }
};

const send = (file, place, awaited, why) => {
  const request = new XMLHttpRequest();
  const body = new FormData();
  body.append("expected_template", awaited);
  body.append("reason", why);
  body.append("files", file);
  request.open("POST", form.action);
  request.setRequestHeader("X-CSRFToken", token);
  request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
  request.upload.addEventListener("progress", (event) => {
    const percent = event.lengthComputable ? Math.floor((100 * event.loaded) / event.total) : 0;
    place.progress.value = percent;
    place.said.textContent = percent < 100 ? fill(place.said.dataset.wordsSending, { percent }) : place.said.dataset.wordsStoring;
  });
  request.addEventListener("load", () => { show(place, request); settle(); });
  request.addEventListener("error", () => { refuse(place, "Broken"); settle(); });
  request.addEventListener("abort", () => { refuse(place, "Broken"); settle(); });
  request.send(body);
};

function next() {
  while (active < AT_A_TIME && queue.length > 0) {
    const [file, place, awaited, why] = queue.shift();
    active += 1;
    send(file, place, awaited, why);
  }
}

const take = (files) => {
  const chosen = [...files];
  if (chosen.length === 0) return;
  const room = mostFiles - queue.length - active;
  panel.hidden = false;
  chosen.forEach((file, index) => {
    const place = row(file);
    all += 1;
    if (index >= room) { refuse(place, "TooMany"); done += 1; }
    else if (file.size === 0) { refuse(place, "Empty"); done += 1; }
    else if (file.size > mostBytes) { refuse(place, "TooLarge"); done += 1; }
    else queue.push([file, place, expected.value, reason ? reason.value : ""]);
  });
  report();
  next();
  input.value = "";
};

form.querySelector("[data-plain-words]").hidden = true;
form.querySelector("[data-drop-words]").hidden = false;
form.querySelector("[data-plain-submit]").hidden = true;

input.addEventListener("change", () => take(input.files));
form.addEventListener("submit", (event) => { event.preventDefault(); take(input.files); });

for (const kind of ["dragenter", "dragover"]) {
  drop.addEventListener(kind, (event) => { event.preventDefault(); drop.dataset.over = ""; });
}
for (const kind of ["dragleave", "drop"]) {
  drop.addEventListener(kind, (event) => {
    event.preventDefault();
    if (kind === "drop" || !drop.contains(event.relatedTarget)) delete drop.dataset.over;
  });
}
drop.addEventListener("drop", (event) => take(event.dataTransfer.files));

window.addEventListener("beforeunload", (event) => { if (active > 0) event.preventDefault(); });
