"""Language with a model: answers made ahead, kept, shared, counted; and what happens when it is out."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from agentmem.errors import (
    BadAnswer,
    BudgetExceeded,
    LanguageMisconfigured,
    LanguageUnavailable,
    StoreUnavailable,
    UnrecordedCall,
)
from agentmem.events import new_event
from agentmem.host import Host
from agentmem.language.contract import FallsToRules, Language, Task
from agentmem.language.paying.charging import Estimate, Heard, charge_now, charged_to
from agentmem.memory import Prepares
from agentmem.testing.embedding import HashEmbedder
from agentmem.testing.models.faults import server_error, slow

from .conftest import LENGTH, Length, Purse, Scripted, Serve, language_of


def texts(count: int) -> list[dict[str, str]]:
    return [{"text": str(number)} for number in range(count)]


def test_it_leaves_and_is_called_after_who_answers() -> None:
    language: Language = language_of(Scripted())

    assert (language.name, language.leaves) == ("scripted:one", True)
    assert isinstance(language, FallsToRules)


def test_a_question_is_answered_and_counted() -> None:
    language = language_of(Scripted())

    assert language.ask(LENGTH, text="four").letters == 4

    receipt = language.receipt()
    assert (receipt.asked, receipt.calls, receipt.tokens, receipt.cached) == (1, 1, 15, 0)
    assert receipt.milliseconds > 0


def test_several_memories_that_ask_the_same_pay_once() -> None:
    answers = Scripted()
    language = language_of(answers)

    for _ in range(3):
        language.ask(LENGTH, text="same")

    assert answers.asked == ["same"]
    assert (language.receipt().asked, language.receipt().calls, language.receipt().cached) == (3, 1, 2)


def test_threads_that_ask_the_same_at_once_make_one_call() -> None:
    answers = Scripted(wait_s=0.05)
    language = language_of(answers)

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda _: language.ask(LENGTH, text="same").letters, range(8)))

    assert said == [4] * 8
    assert answers.asked == ["same"]
    assert (language.receipt().asked, language.receipt().calls, language.receipt().cached) == (8, 1, 7)


def test_what_is_asked_ahead_is_asked_once_each_and_ready() -> None:
    answers = Scripted()
    language = language_of(answers)

    language.prefetch(LENGTH, [*texts(20), *texts(20)])
    language.prefetch(LENGTH, texts(20))
    said = [language.ask(LENGTH, text=str(number)).letters for number in range(20)]

    assert said == [len(str(number)) for number in range(20)]
    assert sorted(answers.asked, key=int) == [str(number) for number in range(20)]
    assert (language.receipt().asked, language.receipt().calls, language.receipt().cached) == (20, 20, 20)


@pytest.mark.parametrize("concurrency", [1, 3, 8])
def test_so_many_are_asked_at_once_and_no_more(concurrency: int) -> None:
    answers = Scripted(wait_s=0.02)
    language = language_of(answers, concurrency=concurrency)

    language.prefetch(LENGTH, texts(24))
    language.close()

    assert answers.most_at_once == concurrency


def test_a_bad_answer_made_ahead_fails_once_and_is_then_asked_again() -> None:
    bad = [BadAnswer("no sense")]
    answers = Scripted(lambda text: bad.pop() if bad else None)
    language = language_of(answers)
    language.prefetch(LENGTH, [{"text": "four"}])

    with pytest.raises(BadAnswer, match="no sense"):
        language.ask(LENGTH, text="four")

    assert answers.asked == ["four"]
    assert language.ask(LENGTH, text="four").letters == 4


def test_an_outage_ahead_stops_the_asking_and_is_not_kept() -> None:
    out = True
    answers = Scripted(lambda text: LanguageUnavailable("nobody there") if out else None, wait_s=0.01)
    language = language_of(answers)

    language.prefetch(LENGTH, texts(100))

    assert len(answers.asked) <= 16
    with pytest.raises(LanguageUnavailable):
        language.ask(LENGTH, text="0")
    before = len(answers.asked)
    language.prefetch(LENGTH, texts(100))
    assert len(answers.asked) == before + 1, "one call is enough to find out that it is still out"

    out = False
    language.prefetch(LENGTH, texts(100))
    assert [language.ask(LENGTH, text=str(number)).letters for number in (0, 99)] == [1, 2]
    assert language.receipt().calls == len(answers.asked)


@pytest.mark.parametrize("error", [BudgetExceeded("no money"), LanguageMisconfigured("no key")])
def test_a_budget_or_a_wrong_key_stops_the_asking_too(error: LanguageUnavailable) -> None:
    answers = Scripted(lambda text: error, wait_s=0.01)
    language = language_of(answers)

    language.prefetch(LENGTH, texts(100))

    assert len(answers.asked) <= 16


def test_what_was_not_recorded_does_not_stop_the_rest() -> None:
    language = language_of(Scripted(lambda text: UnrecordedCall("never heard") if text == "0" else None))

    language.prefetch(LENGTH, texts(20))

    assert language.ask(LENGTH, text="19").letters == 2
    with pytest.raises(UnrecordedCall):
        language.ask(LENGTH, text="0")


def test_a_broken_plugin_is_heard_of_by_whoever_asked_ahead() -> None:
    def divide(text: str) -> None:
        raise ZeroDivisionError

    language = language_of(Scripted(divide))

    with pytest.raises(ZeroDivisionError):
        language.prefetch(LENGTH, texts(3))


def test_what_is_kept_is_bounded() -> None:
    from agentmem.language.kept import ANSWERS_KEPT

    answers = Scripted()
    language = language_of(answers)
    language.prefetch(LENGTH, texts(ANSWERS_KEPT + 5))

    language.ask(LENGTH, text="new")
    language.ask(LENGTH, text=str(ANSWERS_KEPT - 1))

    assert len(answers.asked) == ANSWERS_KEPT + 1


def test_who_said_it_is_noted_for_each_answer_also_those_that_were_kept() -> None:
    language = language_of(Scripted())
    language.prefetch(LENGTH, [{"text": "four"}])

    with charged_to(None) as charge:
        language.ask(LENGTH, text="four")
        language.ask(LENGTH, text="four")

    assert charge.heard == [Heard("length", LENGTH.prompt_hash, "scripted:one")] * 2
    assert charge.by("rules") == f"scripted:one length@{LENGTH.prompt_hash}"


def test_calls_made_ahead_are_charged_to_who_asked_for_them() -> None:
    language, purse = language_of(Scripted()), Purse()

    with charged_to(purse) as charge:
        language.prefetch(LENGTH, texts(10))

    assert len(purse.settled) == 10
    assert charge.heard == [], "nothing was given yet"


def test_who_waits_for_the_call_of_another_does_not_share_that_ones_budget() -> None:
    answers = Scripted(wait_s=0.05)
    language = language_of(answers)
    rich, poor = Purse(), Purse(0, then=BudgetExceeded("no money"))
    begun = threading.Barrier(2)

    def ask(purse: Purse) -> int | str:
        with charged_to(purse):
            begun.wait()
            try:
                return language.ask(LENGTH, text="same").letters
            except BudgetExceeded:
                return "no money"

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(ask, [rich, poor]))

    assert said[0] == 4
    assert said[1] in (4, "no money")


def test_failed_calls_are_in_the_receipt() -> None:
    language = language_of(Scripted(lambda text: BadAnswer("no sense")))

    with pytest.raises(BadAnswer):
        language.ask(LENGTH, text="x")

    assert (language.receipt().asked, language.receipt().calls) == (1, 1)


def test_a_receipt_is_exact_with_many_threads() -> None:
    language, purse = language_of(Scripted()), Purse(10_000)

    def work(number: int) -> None:
        with charged_to(purse):
            language.prefetch(LENGTH, [{"text": f"ahead {number % 50}"}])
            language.ask(LENGTH, text=str(number % 7))
            language.embed([str(number)])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(200)))

    receipt = language.receipt()
    assert (receipt.asked, receipt.calls, receipt.tokens, receipt.embedded) == (200, 57, 57 * 15, 200)
    assert len(purse.settled) == 57


def test_the_charge_is_the_callers_own_again_after_asking() -> None:
    language, purse = language_of(Scripted()), Purse()

    with charged_to(purse) as charge:
        language.ask(LENGTH, text="four")
        assert charge_now() is charge
    assert charge_now() is None


def test_closing_lets_everything_go_and_may_be_done_twice() -> None:
    answers, before = Scripted(), set(threading.enumerate())
    language = language_of(answers)
    language.prefetch(LENGTH, texts(10))

    language.close()
    language.close()

    assert answers.is_closed
    assert set(threading.enumerate()) <= before


INTERRUPTED = """
import signal, sys, threading
sys.path.insert(0, {folder!r})
from conftest import LENGTH, Scripted, language_of

language = language_of(Scripted(wait_s=30))
threading.Timer(0.3, signal.pthread_kill, [threading.main_thread().ident, signal.SIGINT]).start()
try:
    language.prefetch(LENGTH, [{{"text": str(number)}} for number in range(20)])
except KeyboardInterrupt:
    language.close()
    sys.exit(130)
"""


def test_who_interrupts_the_asking_ahead_waits_for_no_call() -> None:
    code = INTERRUPTED.format(folder=str(Path(__file__).parent))

    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, timeout=25, check=False)

    assert (done.returncode, done.stderr.decode()) == (130, "")


def test_notes_are_made_eight_at_a_time_over_real_sockets(serve: Serve) -> None:
    server = serve({"keywords": ["tea"], "context": "Mia drinks tea.", "tags": ["home"]})
    server.fail(slow(0.05), times=None)
    host = Host()
    language = host.language(f"openai:tiny@{server.url}", HashEmbedder())
    memory = host.memory("amem")
    assert isinstance(memory, Prepares)

    memory.prepare([new_event(f"I drink tea number {number}.", speaker="Mia") for number in range(40)], language)

    assert (len(server.asked), server.most_at_once) == (40, 8)


def test_an_outage_is_not_hammered_over_real_sockets(serve: Serve) -> None:
    server = serve()
    server.fail(server_error(), times=None)
    language = Host().language(f"openai:tiny@{server.url}", HashEmbedder())
    task = Task(name="facts", output=Length, prompt="{text}", rules=lambda text: Length(letters=0))

    language.prefetch(task, texts(50))

    assert len(server.asked) <= 8 * 3


@pytest.mark.parametrize(
    "fault", [LanguageMisconfigured("it has no price"), StoreUnavailable("the disk is full"), KeyboardInterrupt()]
)
def test_who_waits_for_the_call_of_another_does_not_share_that_ones_trouble(fault: BaseException) -> None:
    class Troubled(Purse):
        def reserve(self, estimate: Estimate) -> bool:
            begun.set()
            time.sleep(0.2)
            raise fault

    begun, language = threading.Event(), language_of(Scripted())

    def ask() -> None:
        with charged_to(Troubled()), suppress(type(fault)):
            language.ask(LENGTH, text="same")

    with ThreadPoolExecutor(1) as pool:
        troubled = pool.submit(ask)
        begun.wait()
        with charged_to(Purse()):
            assert language.ask(LENGTH, text="same").letters == 4
        troubled.result()


def test_with_another_prompt_it_is_another_question() -> None:
    other = replace(LENGTH, prompt="Count {text}.", rules=lambda text: Length(letters=-len(text)))
    language = language_of(Scripted())

    language.prefetch(LENGTH, [{"text": "four"}])

    assert [language.ask(task, text="four").letters for task in (LENGTH, other)] == [4, -4]
