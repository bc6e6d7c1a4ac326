// Reads calendar files, a JSON list of their texts on standard input, with ical.js; says what the entry of each is.
import { readFileSync } from "node:fs";

const ICAL = (await import(process.argv[2])).default;

function entry(text) {
  const whole = new ICAL.Component(ICAL.parse(text));
  const event = new ICAL.Event(whole.getFirstSubcomponent("vevent"));
  const alarm = event.component.getFirstSubcomponent("valarm");
  const times = event.iterator();
  const days = [];
  for (let next; days.length < 4 && (next = times.next()); ) days.push(next.toString().replace("Z", ""));
  return {
    summary: event.summary,
    description: event.description,
    uid: event.uid,
    floating: event.startDate.zone === ICAL.Timezone.localTimezone,
    alarm_s: alarm.getFirstPropertyValue("trigger").toSeconds(),
    days,
  };
}

console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(entry)));
