// Seconds of a running step that count on between two answers of the server.

const tick = () => {
  for (const place of document.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, (Date.now() - Date.parse(place.dataset.since)) / 1000);
    const digits = seconds < 10 ? 1 : 0;
    const written = { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false };
    place.textContent = `${seconds.toLocaleString(document.documentElement.lang, written)} s`;
  }
};

setInterval(tick, 500);
