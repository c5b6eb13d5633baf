// Says to screen readers what a replaced part of the page now says, once per change: the heading that its
// data-says names. The place it is said in stays in the page, because a replaced one would not be heard.

const place = document.querySelector("[data-announce]");
const said = new Map();

const sentences = () => [...document.querySelectorAll("[data-says]")].map((part) => {
  const heading = document.getElementById(part.dataset.says);
  return [part.dataset.says, heading ? heading.textContent.trim() : ""];
});

sentences().forEach(([name, words]) => said.set(name, words));

document.body.addEventListener("htmx:afterSettle", () => {
  const news = sentences().filter(([name, words]) => words && said.get(name) !== words);
  news.forEach(([name, words]) => said.set(name, words));
  if (place && news.length > 0) place.textContent = news.map(([, words]) => words).join(". ");
});
