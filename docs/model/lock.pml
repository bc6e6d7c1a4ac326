/*
 * The counter path of the lock, for Spin. What it shows, and how to run it: docs/model/README.md.
 *
 * One unit, one pair of hands that may know the code or not, and the supply, which may go at every step. The
 * memory chip has two banks of two slots; the counter stands outside the chip. Two worlds:
 *
 *   as it is     hands that key anything; a single slot may rot while it is dark
 *   -DTHIEF      hands that do not know the code, wipe any slot, and keep an image of the chip to put it back
 *
 * The penalty of an error and the effect of a power cut on a wait or a hold are chosen freely each time, so that
 * this is every policy with an end, but for those documented to forgive errors at a power cut. Sequence numbers
 * are kept as their distance to the counter, so that there is no bound on how long this goes on.
 *
 * Each GO is an arrow of TRANSITIONS, and what is printed in -DSCRIPT is what a real unit does to its chip and
 * its counter, in that order: tests/model/test_lock_model.py holds both against the product. What must be found
 * wrong when it is asked for: -DCOMPARE_FIRST, -DCOUNTER_FIRST, -DONE_BANK, -DNO_COUNTER, -DPENDING_IS_FREE, -DONCE.
 */

#ifdef THIEF
#define BUDGET 1                        /* wrong codes until the end */
#define LENIENT                         /* nothing to wait for: the worst a thief can be given */
#define FREE false
#define FAIR false                      /* the chip is what the unit made it */
#else
#define BUDGET 3
#define FAIR true
#define FREE true                       /* each penalty, freely chosen */
#endif
#define WRONG_CODES (BUDGET + 1)        /* one more, so that a guess too many can be seen */

mtype = { PLAYING, CODE, ENTRY, CHECKING, WAIT, LOCKED, PERMANENT };

/* how old a record is, seen from the counter */
#define NOTHING 0
#define OLD 1
#define NOW 2
#define NEXT 3

#define NOBODY 0                        /* no pending entry */
#define RIGHT 1                         /* 2 .. WRONG_CODES + 1 are wrong */

typedef Record { byte age; mtype state; byte errors; byte pending };

Record slot[4];                         /* bank * 2 + parity of the sequence number */
Record image[4];                        /* what the thief has kept */
bit parity;                             /* of the counter */
#ifdef NO_COUNTER
bit image_parity;
#endif

Record ram;                             /* what is to be or was remembered */
mtype state;                            /* what the unit does */
bool remembers;                         /* the policy: the same entry again after a cut costs nothing */

/* What is known here and nowhere in the unit. */
byte tried;                             /* the wrong codes that were compared since the last right one, as bits */
byte least, most;                       /* what a boot may find as the count of errors */
bool lawful = true;                     /* it may play: its code was keyed after it last asked */
bool honest = true;                     /* only the right code was keyed since it last played */
bool rotted;                            /* a slot rotted since the last boot */

mtype next;
byte entry, s, top, low;

#define count(bits) ((bits & 1) + ((bits >> 1) & 1) + ((bits >> 2) & 1) + ((bits >> 3) & 1))
#define GO(from, event, to) state == from -> next = to
#define newest(bank) (slot[bank * 2].age >= slot[bank * 2 + 1].age -> bank * 2 : bank * 2 + 1)
#define same(a, b) (slot[a].age == slot[b].age && slot[a].state == slot[b].state && \
    slot[a].errors == slot[b].errors && slot[a].pending == slot[b].pending)
#define holds(a) (slot[a].state == ram.state && slot[a].errors == ram.errors && slot[a].pending == ram.pending)

#ifdef SCRIPT
#define CUT skip
#define OR_CUT
#else
#define CUT if :: goto dark :: true fi
#define OR_CUT :: goto dark
#endif

inline forget(r) { r.state = 0; r.errors = 0; r.pending = 0 }

inline move(to, from) {
    to.age = from.age; to.state = from.state; to.errors = from.errors; to.pending = from.pending
}

inline aged(r) {
    if
    :: r.age == NEXT -> r.age = NOW
    :: r.age == NOW -> r.age = OLD; forget(r)
    :: else
    fi
}

inline write(bank, at) {
    if
    OR_CUT
    :: d_step { s = bank * 2 + (parity ^ (at == NEXT)); slot[s].age = NOTHING; forget(slot[s]); printf("erase %d\n", bank) }
    fi;
    if
    OR_CUT
    :: d_step {
        slot[s].age = at; slot[s].state = ram.state; slot[s].errors = ram.errors; slot[s].pending = ram.pending;
        printf("program %d\n", bank)
    }
    fi;
    d_step { assert(slot[s].age == at && holds(s)); s = 0; printf("sync\nread %d\n", bank) }
}

inline advance() {
    if
    OR_CUT
    :: d_step {
        aged(slot[0]); aged(slot[1]); aged(slot[2]); aged(slot[3]);
#ifndef NO_COUNTER
        aged(image[0]); aged(image[1]); aged(image[2]); aged(image[3]);
#endif
        parity = 1 - parity;
        printf("advance\n")
    }
    fi;
    CUT
}

inline commit() {
#ifdef COUNTER_FIRST
    advance();
    write(0, NOW);
    write(1, NOW)
#else
    write(0, NEXT);
#ifndef ONE_BANK
    write(1, NEXT);
#endif
    advance()
#endif
}

inline compare() {
    d_step {
        printf("compare\n");
        if
        :: entry == RIGHT -> lawful = true
        :: else -> tried = tried | (1 << (entry - 2))
        fi;
#ifndef COMPARE_FIRST
        /* the error is durable, in every copy, and the counter has passed the record before it */
        assert(slot[newest(0)].age == NOW && slot[newest(1)].age == NOW);
        assert(slot[newest(0)].state == CHECKING && slot[newest(1)].state == CHECKING);
        assert(slot[newest(0)].errors == ram.errors && slot[newest(1)].errors == ram.errors);
        assert(count(tried) <= ram.errors);
#endif
        assert(count(tried) <= BUDGET)
    }
}

/* Durable, then shown. */
inline become() {
    ram.state = next;
    if
    :: ram.state == CHECKING
    :: ram.state == CODE
    :: else -> ram.pending = NOBODY
    fi;
    next = 0;
    commit();
    state = ram.state;
    known()
}

/* Another entry than the one that a cut interrupted: that one is answered first, this one is not compared. */
#ifdef PENDING_IS_FREE
#define OTHER false
#else
#define OTHER (remembers && ram.pending != NOBODY && ram.pending != entry)
#endif

inline confirmed() {
    if
    :: (!OTHER || ram.errors < BUDGET) && GO(CODE, EntryConfirmed, CHECKING)
    :: (!OTHER || ram.errors < BUDGET) && GO(ENTRY, EntryConfirmed, CHECKING)
    :: OTHER && (ram.errors >= BUDGET || FREE) && GO(CODE, EntryConfirmed, PERMANENT)
    :: OTHER && (ram.errors >= BUDGET || FREE) && GO(ENTRY, EntryConfirmed, PERMANENT)
#ifndef LENIENT
    :: OTHER && ram.errors < BUDGET && GO(CODE, EntryConfirmed, WAIT)
    :: OTHER && ram.errors < BUDGET && GO(ENTRY, EntryConfirmed, WAIT)
    :: OTHER && ram.errors < BUDGET && GO(CODE, EntryConfirmed, LOCKED)
    :: OTHER && ram.errors < BUDGET && GO(ENTRY, EntryConfirmed, LOCKED)
#endif
    fi;
#ifndef THIEF
    honest = honest && entry == RIGHT;
#endif
    if
    :: next == CHECKING -> check()
    :: else -> become()
    fi;
    entry = 0
}

inline check() {
    d_step {
        if
        :: remembers && ram.pending == entry
        :: else -> ram.errors++
        fi;
#ifndef THIEF
        most = ram.errors;
#endif
        ram.pending = entry
    };
#ifdef COMPARE_FIRST
    compare();
    CUT;
#endif
    become();
#ifndef ONCE
    commit();                            /* no sequence number for two records: docs/spec/record.md, Writing 7 */
#endif
#ifndef COMPARE_FIRST
    compare();
    CUT;
#endif
    if
    :: entry == RIGHT ->
        least = 0;
        ram.errors = 0;
        if
        :: GO(CHECKING, RightCode, PLAYING)
        fi
    :: entry != RIGHT ->
        ram.pending = NOBODY;
        if
        :: ram.errors < BUDGET && GO(CHECKING, WrongCode, CODE)
#ifndef LENIENT
        :: ram.errors < BUDGET && GO(CHECKING, WrongCode, WAIT)
        :: ram.errors < BUDGET && GO(CHECKING, WrongCode, LOCKED)
#endif
        :: (ram.errors >= BUDGET || FREE) && GO(CHECKING, WrongCode, PERMANENT)
        fi
    fi;
    become()
}

/* The record and the counter agree. */
inline known() {
    skip;
    d_step {
#ifndef THIEF
        least = ram.errors;
        most = ram.errors;
#endif
        assert(!FAIR || !remembers || !honest || (ram.errors <= 1 && state != WAIT && state != LOCKED && state != PERMANENT));
        if
        :: state == PLAYING -> assert(lawful); tried = 0; honest = true
        :: state == CODE && ram.errors == 0 -> lawful = false
        :: else
        fi
    }
}

/* What hands can do while it is dark. */
inline hands() {
    do
    :: break
#ifdef THIEF
    :: d_step { slot[0].age = NOTHING; forget(slot[0]) }
    :: d_step { slot[1].age = NOTHING; forget(slot[1]) }
    :: d_step { slot[2].age = NOTHING; forget(slot[2]) }
    :: d_step { slot[3].age = NOTHING; forget(slot[3]) }
    :: d_step {
        move(image[0], slot[0]); move(image[1], slot[1]); move(image[2], slot[2]); move(image[3], slot[3])
#ifdef NO_COUNTER
        ; image_parity = parity
#endif
    }
    :: d_step {
        move(slot[0], image[0]); move(slot[1], image[1]); move(slot[2], image[2]); move(slot[3], image[3])
#ifdef NO_COUNTER
        ; parity = image_parity
#endif
    }
#else
    :: !rotted -> rotted = true;
        if
        :: s = 0 :: s = 1 :: s = 2 :: s = 3
        fi;
        d_step { slot[s].age = NOTHING; forget(slot[s]); s = 0 }
#endif
    od
}

/* The newest record against the counter; what lags behind is brought up to date, a commit that was cut is finished. */
inline load() {
    d_step {
        top = (slot[newest(0)].age >= slot[newest(1)].age -> newest(0) : newest(1));
        if
        :: slot[top].age >= NOW ->
            state = slot[top].state; ram.state = state;
            ram.errors = slot[top].errors; ram.pending = slot[top].pending; ram.age = slot[top].age
        :: else -> assert(!FAIR)         /* no cut and no single fault is ever taken for an older image */
        fi;
        top = 0
    };
    if
    :: ram.age < NOW -> goto dark        /* tampered: nothing is written, nothing is taken */
    :: else
    fi;
    skip;
    d_step { assert(!FAIR || (least <= ram.errors && ram.errors <= most)); low = 0 };
    do
    :: low < 2 && (slot[newest(low)].age != ram.age || !holds(newest(low))) -> write(low, ram.age); low++
    :: low < 2 && slot[newest(low)].age == ram.age && holds(newest(low)) -> low++
    :: low == 2 -> break
    od;
    skip;
    d_step { low = 0; rotted = false };
    if
    :: ram.age == NEXT -> advance()
    :: else
    fi;
    ram.age = NOTHING;
    known()
}

inline supply_returned() {
    if
    :: GO(PLAYING, SupplyReturned, PLAYING)
    :: GO(PLAYING, SupplyReturned, CODE)
    :: GO(CODE, SupplyReturned, CODE)
    :: remembers && GO(CHECKING, SupplyReturned, CODE)
    :: !remembers && ram.errors < BUDGET && GO(CHECKING, SupplyReturned, CODE); ram.pending = NOBODY
#ifndef LENIENT
    :: !remembers && ram.errors < BUDGET && GO(CHECKING, SupplyReturned, WAIT)
    :: !remembers && ram.errors < BUDGET && GO(CHECKING, SupplyReturned, LOCKED)
#endif
    :: !remembers && (ram.errors >= BUDGET || FREE) && GO(CHECKING, SupplyReturned, PERMANENT)
    :: GO(WAIT, SupplyReturned, WAIT)
    :: GO(WAIT, SupplyReturned, CODE)
    :: GO(LOCKED, SupplyReturned, LOCKED)
    :: GO(LOCKED, SupplyReturned, CODE)
    :: state == PERMANENT -> next = PERMANENT
    fi;
    if
    :: next != state -> become()
    :: else -> next = 0
    fi
}

inline keyed() {
    if
    :: entry = 2
    :: entry = 3
#ifndef THIEF
    :: entry = 4
    :: entry = 5
    :: entry = RIGHT
#endif
    fi
}

init {
    d_step {
        ram.state = PLAYING;
        for (s : 0 .. 3) { slot[s].state = 0 }
        s = 0
    };
    if
    :: remembers = true
#if !defined(THIEF)
    :: remembers = false
#endif
    fi;
    d_step {
        slot[0].age = NOW; slot[0].state = PLAYING;
        slot[2].age = NOW; slot[2].state = PLAYING;
        ram.state = 0
    };

dark:
    skip;
    d_step {
        state = 0; next = 0; entry = 0; s = 0; top = 0; low = 0;
        ram.age = NOTHING; forget(ram)
    };
#ifdef SCRIPT                           /* it asks; one entry, RIGHT or not; no cut */
    remembers = REMEMBERS;
    load();
    next = CODE; become();
    printf("asks\n");
    entry = SCRIPT;
    confirmed()
#else
    hands();
    load();
    supply_returned();

    do
#ifndef THIEF
    :: GO(CODE, DigitKeyed, ENTRY); state = next; next = 0; CUT
    :: GO(ENTRY, DigitKeyed, ENTRY); next = 0; CUT
    :: GO(ENTRY, EntryDropped, CODE); state = next; next = 0; CUT
#endif
    :: state == CODE || state == ENTRY -> keyed(); confirmed()
    :: GO(WAIT, TimePassed, WAIT); become()
    :: GO(WAIT, TimePassed, CODE); become()
    :: GO(LOCKED, IgnitionCycled, LOCKED); next = 0; CUT
    :: GO(LOCKED, IgnitionCycled, CODE); become()
    :: GO(LOCKED, TriesGranted, LOCKED); next = 0; CUT
    :: GO(LOCKED, TriesGranted, CODE); become()
    :: goto dark
    od
#endif
}
