"""Answers of other threads in the event loop: each reaches who asked, and one who hung up holds nobody up."""

import asyncio
import threading

import pytest

from radiokey.errors import StoreError
from radiokey.web.http.answers import LoopAnswers


def later(answer):
    """Return what answers from another thread."""
    return lambda answered: threading.Thread(target=answered, args=(answer,)).start()


def test_each_answer_and_each_error_reaches_who_asked():
    async def ask():
        answers = LoopAnswers.in_this_loop(None)
        asked = [answers.of(later(number if number % 2 else StoreError(str(number)))) for number in range(20)]
        return await asyncio.gather(*asked, return_exceptions=True)

    for number, answer in enumerate(asyncio.run(ask())):
        assert answer == number if number % 2 else answer.sentence == str(number)


def test_answers_that_are_there_together_wake_the_loop_once():
    async def ask():
        answers, woken = LoopAnswers.in_this_loop(None), []
        wake = answers.loop.call_soon_threadsafe
        answers.loop.call_soon_threadsafe = lambda call: woken.append(wake(call))
        takers = []
        asked = [asyncio.ensure_future(answers.of(takers.append)) for _ in range(10)]
        await asyncio.sleep(0)
        for number, answered in enumerate(takers):
            answered(number)
        return await asyncio.gather(*asked), len(woken)

    assert asyncio.run(ask()) == (list(range(10)), 1)


def test_who_hung_up_does_not_keep_the_answers_of_the_others():
    async def ask():
        answers, takers = LoopAnswers.in_this_loop(None), []
        gone, waits = (asyncio.ensure_future(answers.of(takers.append)) for _ in range(2))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.sleep(0)
        for answered in takers:
            answered("here")
        with pytest.raises(asyncio.CancelledError):
            await gone
        return await waits

    assert asyncio.run(ask()) == "here"


def test_an_answer_for_a_loop_that_was_closed_is_let_go_and_the_next_loop_has_its_own():
    takers = []

    async def leave(before):
        answers = LoopAnswers.in_this_loop(before)
        assert answers is LoopAnswers.in_this_loop(answers)
        waits = asyncio.ensure_future(answers.of(takers.append))
        await asyncio.sleep(0)
        waits.cancel()
        return answers

    first = asyncio.run(leave(None))
    takers[0]("late")
    assert asyncio.run(leave(first)) is not first
