// While a check runs: seconds that count on by themselves, and one spoken sentence per change of state.

const announcer = document.querySelector("[data-announce]");
const live = () => document.getElementById("live");
let said = live()?.dataset.said;

const tick = () => {
  for (const place of document.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, (Date.now() - Date.parse(place.dataset.since)) / 1000);
    place.textContent = `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  }
};

document.body.addEventListener("htmx:afterSettle", () => {
  const now = live()?.dataset.said;
  if (now && now !== said && announcer) {
    said = now;
    announcer.textContent = now;
  }
});

setInterval(tick, 500);
