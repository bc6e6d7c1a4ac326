"""Reads calendar files, a JSON list of their texts on standard input, with vobject; says what the entry of each is."""

import itertools
import json
import sys

sys.path.insert(0, sys.argv[1])  # Debian's, before whatever else is installed

import vobject


def entry(text):
    event = vobject.readOne(text).vevent
    rule, start = event.getrruleset(addRDate=True), event.dtstart.value
    days = [start] if rule is None else itertools.islice(rule, 4)
    return {
        "summary": event.summary.value,
        "description": event.description.value,
        "uid": event.uid.value,
        "floating": start.tzinfo is None,
        "alarm_s": event.valarm.trigger.value.total_seconds(),
        "days": [day.replace(tzinfo=None).isoformat() for day in days],
    }


json.dump([entry(text) for text in json.load(sys.stdin)], sys.stdout)
