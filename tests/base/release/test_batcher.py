"""Many callers, one answer each: nobody is lost, nobody answered twice, nobody's error is another's."""

import os
import threading
from contextvars import ContextVar

import pytest

from radiokey.base.release.batcher import TOGETHER_MAX, Batcher, _Ticket
from radiokey.errors import StoreError, UsageError


def ask_at_once(combiner, questions):
    """Ask from a thread each; return the answers and the errors by question."""
    answers = {}

    def one(question):
        try:
            answers[question] = combiner.ask(question)
        except Exception as error:  # noqa: BLE001 - told to the main thread
            answers[question] = error

    threads = [threading.Thread(target=one, args=(question,)) for question in questions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


class Served:
    """Answers with the question doubled; holds the first call until `others` questions wait."""

    def __init__(self, others=0, fails=()):
        self.calls, self.others, self.fails = [], others, fails
        self.combiner = Batcher(self, key=str)

    def __call__(self, questions):
        first = not self.calls
        self.calls.append(list(questions))
        while first and len(self.combiner._queue) < self.others:
            os.sched_yield()
        if set(questions) & set(self.fails):
            raise StoreError("no", hint="")
        return [UsageError("odd", hint="") if question % 2 else question * 2 for question in questions]


def test_one_caller_is_a_plain_call():
    served = Served()
    assert served.combiner.ask(4) == 8
    assert served.calls == [[4]]


def test_those_who_wait_are_answered_together_and_each_gets_its_own():
    served = Served(others=39)
    answers = ask_at_once(served.combiner, range(40))
    assert len(served.calls) == 2
    assert sorted(question for call in served.calls for question in call) == list(range(40))
    for question, answer in answers.items():
        assert isinstance(answer, UsageError) if question % 2 else answer == question * 2


def test_no_more_than_so_many_are_answered_at_once():
    served = Served(others=2 * TOGETHER_MAX)
    ask_at_once(served.combiner, range(2 * TOGETHER_MAX + 1))
    assert max(map(len, served.calls)) == TOGETHER_MAX
    assert sum(map(len, served.calls)) == 2 * TOGETHER_MAX + 1


def test_the_same_key_is_never_twice_in_one_call():
    """A repeat has to see what the first one left."""
    calls = []

    def serve(questions):
        calls.append([question.partition("-")[0] for question in questions])
        return ["answered" for _ in questions]

    combiner = Batcher(serve, key=lambda question: question.partition("-")[0])
    answers = ask_at_once(combiner, [f"same-{number}" for number in range(9)])
    assert set(answers.values()) == {"answered"}
    assert calls == [["same"]] * 9


def test_one_that_cannot_be_answered_does_not_take_the_others_with_it():
    served = Served(others=8, fails=(4,))
    answers = ask_at_once(served.combiner, range(0, 18, 2))
    assert isinstance(answers.pop(4), StoreError)
    assert answers == {question: question * 2 for question in (0, 2, 6, 8, 10, 12, 14, 16)}


def test_whoever_was_taken_by_one_who_was_stopped_is_answered_all_the_same():
    """A signal in the thread that answers is no answer to the others."""
    calls = []

    def serve(questions):
        calls.append(list(questions))
        if len(calls) == 1:
            while len(combiner._queue) < 2:
                os.sched_yield()
        if len(calls) == 2:
            raise KeyboardInterrupt
        return [question * 2 for question in questions]

    combiner = Batcher(serve, key=str)
    answers = {}

    def one(question):
        try:
            answers[question] = combiner.ask(question)
        except KeyboardInterrupt:
            answers[question] = "stopped"

    threads = [threading.Thread(target=one, args=(question,)) for question in (1, 2, 3)]
    threads[0].start()
    while not calls:
        os.sched_yield()
    for thread in threads[1:]:
        thread.start()
    for thread in threads:
        thread.join()
    assert calls[1] == [2, 3]
    assert sorted(map(str, answers.values())) in (["2", "4", "stopped"], ["2", "6", "stopped"])
    assert combiner._queue == []


def test_the_turn_goes_on_past_one_who_was_stopped_while_they_waited():
    """Whoever is no longer there is neither asked for nor given the turn."""
    began, calls, answers = threading.Event(), [], {}

    def serve(questions):
        calls.append(list(questions))
        if len(calls) == 1:
            gone = _Ticket(2)
            combiner._queue.append(gone)
            began.set()
            while len(combiner._queue) < 2:
                os.sched_yield()
            combiner._leave(gone)
        return [question * 2 for question in questions]

    combiner = Batcher(serve, key=str)
    threads = [
        threading.Thread(target=lambda: answers.update({1: combiner.ask(1)})),
        threading.Thread(target=lambda: answers.update({3: combiner.ask(3)})),
    ]
    threads[0].start()
    began.wait()
    threads[1].start()
    for thread in threads:
        thread.join()
    assert calls == [[1], [3]]
    assert answers == {1: 2, 3: 6}


def test_two_who_are_stopped_leave_nothing_behind():
    """One was stopped while another, stopped as well, was answering for them: the next one is answered."""
    calls = []

    def serve(questions):
        calls.append(list(questions))
        if len(calls) == 1:
            gone = _Ticket(2)
            combiner._put_back([gone])
            combiner._queue.remove(gone)
            combiner._leave(gone)
            combiner._put_back([gone])
            raise KeyboardInterrupt
        return [question * 2 for question in questions]

    combiner = Batcher(serve, key=str)
    with pytest.raises(KeyboardInterrupt):
        combiner.ask(1)
    assert combiner.ask(3) == 6
    assert calls == [[1], [3]]


def test_an_error_that_is_everybodys_is_not_looked_for_once_more_for_each():
    """A server that is away would keep all who wait for as long each."""
    served = Served(others=9, fails=range(10))
    served.combiner = Batcher(served, str, StoreError)
    answers = ask_at_once(served.combiner, range(10))
    assert all(isinstance(answer, StoreError) for answer in answers.values())
    assert len(set(map(id, answers.values()))) == 10, "each is raised in a thread of its own"
    assert len(served.calls) <= 3


class Arrived:
    """What came of questions that nobody waits for, by question."""

    def __init__(self):
        self.answers, self._all = {}, threading.Semaphore(0)

    def at(self, question):
        def answered(answer):
            assert question not in self.answers, "answered twice"
            self.answers[question] = answer
            self._all.release()

        return answered

    def wait_for(self, count):
        for _ in range(count):
            self._all.acquire()
        return self.answers


def test_what_is_asked_soon_is_answered_together_and_the_turn_is_free_again():
    served, arrived = Served(others=39), Arrived()
    for question in range(40):
        served.combiner.ask_soon(question, arrived.at(question))
    answers = arrived.wait_for(40)
    assert len(served.calls) == 2
    assert sorted(question for call in served.calls for question in call) == list(range(40))
    for question, answer in answers.items():
        assert isinstance(answer, UsageError) if question % 2 else answer == question * 2
    assert served.combiner.ask(4) == 8


def test_a_caller_who_waits_and_one_who_does_not_answer_each_other():
    """Whoever has the turn answers all: a thread what a caller asks, a caller what is asked soon."""
    served, arrived = Served(others=10), Arrived()
    served.combiner.ask_soon(0, arrived.at(0))
    threads = [threading.Thread(target=served.combiner.ask, args=(question,)) for question in range(2, 12, 2)]
    for thread in threads:
        thread.start()
    for question in range(12, 22, 2):
        served.combiner.ask_soon(question, arrived.at(question))
    assert arrived.wait_for(6) == {question: question * 2 for question in (0, *range(12, 22, 2))}
    for thread in threads:
        thread.join()
    assert sorted(question for call in served.calls for question in call) == list(range(0, 22, 2))


def test_what_is_asked_soon_is_answered_where_the_caller_with_the_turn_is_stopped():
    calls, arrived = [], Arrived()

    def serve(questions):
        calls.append(list(questions))
        if questions == [1]:
            batcher.ask_soon(3, arrived.at(3))
            raise KeyboardInterrupt
        return [question * 2 for question in questions]

    batcher = Batcher(serve, key=str)
    with pytest.raises(KeyboardInterrupt):
        batcher.ask(1)
    assert arrived.wait_for(1) == {3: 6}
    assert calls == [[1], [3]]


def test_where_no_thread_can_be_started_who_asked_soon_is_refused_and_the_others_go_on(monkeypatch):
    """No turn may begin that nobody ends: all who ask afterwards would wait for it, for ever."""
    served, arrived = Served(), Arrived()

    def start(_):
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as full:
        full.setattr(threading.Thread, "start", start)
        served.combiner.ask_soon(2, arrived.at(2))
        assert isinstance(arrived.wait_for(1)[2], RuntimeError)
        assert served.combiner._answering is False
        assert served.combiner.ask(4) == 8
    served.combiner.ask_soon(6, arrived.at(6))
    assert arrived.wait_for(1)[6] == 12


def test_where_no_thread_can_be_started_a_caller_that_came_meanwhile_gets_the_turn(monkeypatch):
    served, arrived, begin = Served(), Arrived(), threading.Thread.start
    answers = []
    caller = threading.Thread(target=lambda: answers.append(served.combiner.ask(4)))

    def start(_):
        begin(caller)
        while len(served.combiner._queue) < 2:
            os.sched_yield()
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    served.combiner.ask_soon(2, arrived.at(2))
    caller.join()
    assert isinstance(arrived.answers[2], RuntimeError)
    assert answers == [8]


def test_an_error_is_said_in_the_context_of_who_asked_whoever_answers():
    """The language is one: a thread that answers has none of its own."""
    spoken, arrived = ContextVar("spoken", default="nobody's"), Arrived()

    def serve(_):
        raise StoreError(spoken.get(), hint="")

    batcher = Batcher(serve, key=str)
    for language in ("ru", "en"):
        spoken.set(language)
        batcher.ask_soon(language, arrived.at(language))
    said = {question: error.sentence for question, error in arrived.wait_for(2).items()}
    assert said == {"ru": "ru", "en": "en"}
