// On a narrow screen the chosen state stands below the drawing: who chooses one is taken there.

document.body.addEventListener("htmx:afterSettle", (event) => {
  const asked = event.detail.requestConfig?.elt;
  if (!asked?.matches?.("a.state")) return;
  document.getElementById("chosen")?.scrollIntoView({ block: "nearest" });
});
