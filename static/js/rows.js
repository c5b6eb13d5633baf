// Says in an opened rule that its rows could not be fetched, where htmx would leave an empty place.

for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.body.addEventListener(name, (event) => {
    const told = event.target.closest(".rule-rows")?.querySelector("[data-failed]");
    if (told) told.hidden = false;
  });
}
