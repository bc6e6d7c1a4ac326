// Shows the time that is left between two looks at the server; when it is over, the page says so and is asked again.
const left = document.getElementById("left");
const ring = document.getElementById("ring");
let end = 0;
let bell = null;

// A browser lets a page sound only after its reader pressed something there: the button is that press, and sounds once.
function sound(times) {
  if (!bell) return;
  for (let at = 0; at < times; at += 1) {
    const tone = bell.createOscillator();
    const volume = bell.createGain();
    volume.gain.value = 0.2;
    tone.frequency.value = 880;
    tone.connect(volume).connect(bell.destination);
    tone.start(bell.currentTime + at * 0.5);
    tone.stop(bell.currentTime + at * 0.5 + 0.25);
  }
}

function over() {
  document.title = `\u25cf ${left.dataset.title}`;
  left.textContent = "0:00";
  sound(3);
  if (bell) navigator.vibrate?.([400, 200, 400, 200, 400]);
  if (left.dataset.kept) {
    // Without a network the page that was kept is all there is; it goes on once there is one.
    document.getElementById("until").textContent = left.dataset.over;
    addEventListener("online", () => location.reload());
  } else setTimeout(() => location.reload(), bell ? 2000 : 0);
}

function tick() {
  const seconds = Math.max(0, Math.ceil((end - performance.now()) / 1000));
  left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  if (seconds === 0) over();
  else setTimeout(tick, 250);
}

// What the server says is left; the owner's own clock and time zone are known to the browser alone.
function told(ms) {
  end = performance.now() + ms;
  const due = new Date(Date.now() + ms);
  const at = due.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const until = document.getElementById("until");
  until.textContent = until.dataset.says.replace("{at}", at);
}

if (left) {
  told(Number(left.dataset.left));
  tick();
  ring.addEventListener("click", () => {
    bell ??= new AudioContext();
    ring.setAttribute("aria-pressed", "true");
    ring.textContent = ring.dataset.on;
    ring.disabled = true;
    sound(1);
  });
  // A phone that slept has lost count. The page is not loaded again for it: that would take the bell away.
  document.addEventListener("visibilitychange", async () => {
    if (document.visibilityState !== "visible") return;
    const answer = await fetch(location.href).catch(() => null);
    if (!answer) return;
    const now = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("left");
    if (now) told(Number(now.dataset.left));
    else location.reload();
  });
}
