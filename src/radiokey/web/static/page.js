// What a page can do better with a script: times in the reader's own zone, the browser's own way back, and a sheet that is
// printed, copied or shared. Without it times say UTC, the link leads to the start, and the buttons are not there.
const month = document.body.classList.contains("desk") ? "short" : "long";
const written = { day: "numeric", month, year: "numeric", hour: "2-digit", minute: "2-digit" };
const spoken = document.documentElement.lang;
const own = navigator.languages.find(one => one.split("-")[0] === spoken) ?? spoken;
for (const time of document.querySelectorAll("time[datetime]")) {
  time.title = time.textContent;
  time.textContent = new Date(time.dateTime).toLocaleString(own, written);
}
for (const said of document.querySelectorAll("[data-zone]")) said.textContent = said.dataset.zone;

const back = document.querySelector("a[data-back]");
if (back && document.referrer.startsWith(`${location.origin}/`) && history.length > 1) {
  back.textContent = back.dataset.back;
  back.addEventListener("click", (event) => {
    event.preventDefault();
    history.back();
  });
}

const takes = document.getElementById("takes");
if (takes) {
  const letter = document.querySelector("pre.letter");
  const says = document.getElementById("taken");
  const ways = {
    print: () => print(),
    copy: async () => {
      await navigator.clipboard.writeText(letter.textContent);
      says.textContent = says.dataset.copied;
    },
    share: () => navigator.share({ title: document.title, text: letter.textContent }),
  };
  const able = { print: true, copy: letter && navigator.clipboard, share: letter && navigator.share };
  for (const button of takes.querySelectorAll("button")) {
    button.hidden = !able[button.dataset.way];
    button.addEventListener("click", async () => {
      try {
        await ways[button.dataset.way]();
      } catch {
        // Whoever closes the browser's own window for it has decided not to.
      }
    });
  }
  takes.hidden = false;
}
