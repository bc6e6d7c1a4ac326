// Shows the time that is left between two looks at the server; when it is over, the page is asked again.
const left = document.getElementById("left");
if (left) {
  const end = performance.now() + Number(left.dataset.left);
  // The owner's own clock and time zone, which only the browser knows.
  const due = new Date(Date.now() + Number(left.dataset.left));
  const at = due.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  document.getElementById("until").textContent = `Until ${at}, if it runs without a break.`;
  const tick = () => {
    const seconds = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (seconds === 0) location.reload();
    else setTimeout(tick, 250);
  };
  tick();
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") location.reload();
  });
}
