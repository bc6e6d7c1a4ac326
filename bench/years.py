"""Owner-years a second, and how time and memory grow from ten cars to ten thousand that live side by side.

Every car is a real head unit with its battery, key and chip, and every happening is judged
(`vehicle/owners.py`). The cars of a row are all alive at once and live day by day, so that what one costs
shows in what all hold. A fortnight has the same five drives in it for every car; each row lives whole
fortnights.
"""

import gc
import time
import tracemalloc

from radiokey.vehicle.owners import DAYS_A_YEAR, Life
from radiokey.vehicle.reference import REFERENCE_DESIGN

ROWS = ((10, 1_400), (100, 140), (1_000, 28), (10_000, 14))
"""Cars, and the days that each lives."""
NEAR = 1.25
"""How much more a car-day may cost among ten thousand than among ten, and how much more a car may hold."""


def fleet(cars: int) -> list[Life]:
    return [Life(REFERENCE_DESIGN, seed) for seed in range(cars)]


def live(lives: list[Life], days: int) -> None:
    for _ in range(days):
        for life in lives:
            life.day()


def seconds(cars: int, days: int) -> tuple[float, int]:
    """Return how long the cars take for their days, and how much happened to their radios."""
    lives = fleet(cars)
    gc.collect()
    started = time.process_time()
    live(lives, days)
    return time.process_time() - started, sum(life.events for life in lives)


def held(cars: int) -> float:
    """Return the bytes that a car holds, three days old, with everything it is made of."""
    gc.collect()
    tracemalloc.start()
    lives = fleet(cars)
    live(lives, 3)
    gc.collect()
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return size / len(lives)


def main() -> None:
    """Print a row for each size, and the growth from the first to the last."""
    live(fleet(10), 28)  # what is loaded and cached once is not the first row's
    costs, sizes = [], []
    print("    cars   days   owner-years/s   happenings/s   KB a car")
    for cars, days in ROWS:
        took, events = seconds(cars, days)
        size = held(cars)
        years = cars * days / DAYS_A_YEAR
        costs.append(took / years)
        sizes.append(size)
        print(f"{cars:8,} {days:6,} {years / took:15.1f} {events / took:14,.0f} {size / 1_000:10.1f}")
    print(
        f"a car-day among 10,000 costs {costs[-1] / costs[0]:.2f} times one among 10 (goal: at most {NEAR})"
    )
    print(f"a car among 10,000 holds {sizes[-1] / sizes[0]:.2f} times one among 10 (goal: at most {NEAR})")


if __name__ == "__main__":
    main()
