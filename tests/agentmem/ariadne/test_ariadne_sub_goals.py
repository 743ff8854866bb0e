"""The contract on plans: unfinished sub-goals keep their words and their order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agentmem.agent.ariadne.answers import Plan, PlanStep, same_words
from agentmem.agent.ariadne.sub_goals import Kept, SubGoal, kept, label_of

KEY, BOX, WIN = SubGoal("Find the key."), SubGoal("Open the box."), SubGoal("Take the treasure.")


def answer(*sub_goals: str, finished: tuple[str, ...] = ()) -> Plan:
    steps = tuple(PlanStep(sub_goal=said, reason=f"why {said}") for said in sub_goals)
    return Plan(main_goal="Get the treasure", finished=finished, steps=steps)


def after(*sub_goals: str, finished: tuple[str, ...] = (), most: int = 8) -> Kept:
    return kept((KEY, BOX, WIN), answer(*sub_goals, finished=finished), most=most)


def words(done: Kept) -> list[str]:
    return [one.text for one in done.plan]


def test_a_first_plan_is_taken_as_it_is() -> None:
    done = kept((), answer("Find the key.", "Open the box."), most=8)

    assert done == Kept(
        (SubGoal("Find the key.", "why Find the key."), SubGoal("Open the box.", "why Open the box.")), {}
    )


def test_sub_goals_given_back_by_label_keep_their_words_and_get_the_new_progress() -> None:
    done = after("s1", "s2", "s3")

    assert done.plan == (
        SubGoal("Find the key.", "why s1"),
        BOX._replace(progress="why s2"),
        WIN._replace(progress="why s3"),
    )
    assert done.mended == {}


def test_what_is_finished_leaves_the_plan_and_what_is_new_takes_its_place() -> None:
    done = after("Unlock the box with the key.", "s2", "s3", finished=("s1",))

    assert words(done) == ["Unlock the box with the key.", "Open the box.", "Take the treasure."]
    assert done.mended == {}


def test_what_is_finished_may_be_named_by_its_words_too() -> None:
    assert words(after("s2", "s3", finished=("find the key",))) == [BOX.text, WIN.text]


def test_a_sub_goal_left_out_without_being_finished_comes_back_where_it_was() -> None:
    done = after("s1", "s3")

    assert words(done) == [KEY.text, BOX.text, WIN.text]
    assert done.mended == {"left out": 1}


def test_the_last_sub_goal_left_out_comes_back_at_the_end() -> None:
    assert words(after("s1", "Look under the mat.", "s2")) == [KEY.text, "Look under the mat.", BOX.text, WIN.text]


def test_a_sub_goal_in_other_letters_gets_its_wording_back() -> None:
    done = after("find key", "s2", "s3")

    assert words(done)[0] == "Find the key."
    assert done.mended == {"reworded": 1}


def test_words_behind_a_label_do_not_change_the_wording() -> None:
    done = after("s1. Find the silver key.", "s2", "s3")

    assert words(done)[0] == "Find the key."
    assert done.mended == {"reworded": 1}


def test_unfinished_sub_goals_in_another_order_get_the_old_one_back() -> None:
    done = after("s3", "Look under the mat.", "s1", "s2")

    assert words(done) == [KEY.text, "Look under the mat.", BOX.text, WIN.text]
    assert done.mended == {"moved": 1}


def test_one_that_is_finished_and_still_planned_is_not_finished() -> None:
    done = after("s1", "s2", "s3", finished=("s2",))

    assert words(done) == [KEY.text, BOX.text, WIN.text]
    assert done.mended == {"contradicted": 1}


def test_labels_that_mean_nothing_are_passed_over_and_counted() -> None:
    done = after("s1", "s2", "s3", "s9", finished=("s0", "the key"))

    assert words(done) == [KEY.text, BOX.text, WIN.text]
    assert done.mended == {"unknown": 3}


def test_a_sub_goal_told_twice_is_one() -> None:
    done = after("s1", "Find the key", "s2", "s3", "Sing.", "sing")

    assert words(done) == [KEY.text, BOX.text, WIN.text, "Sing."]
    assert done.mended == {"repeated": 2}


def test_new_sub_goals_beyond_the_most_are_left_out_and_unfinished_ones_never() -> None:
    done = after("Sing.", "s1", "s2", "s3", "Dance.", most=3)

    assert words(done) == [KEY.text, BOX.text, WIN.text]
    assert done.mended == {"too many": 2}


def test_where_nothing_is_left_the_main_goal_is_the_plan() -> None:
    done = after("s7", finished=("s1", "s2", "s3"))

    assert words(done) == ["Get the treasure"]
    assert done.mended == {"unknown": 1, "empty": 1}


TEXTS = st.text("abc AB.", min_size=1).map(str.strip).filter(bool)
PLANS = st.lists(TEXTS, max_size=6, unique_by=lambda text: text.casefold().strip(". ")).map(
    lambda texts: tuple(SubGoal(text, "so far") for text in texts)
)
LABELS = st.integers(-1, 8).map(label_of)
ANSWERS = st.builds(
    Plan,
    main_goal=st.just("goal"),
    finished=st.lists(LABELS | TEXTS, max_size=4).map(tuple),
    steps=st.lists(st.builds(PlanStep, sub_goal=LABELS | TEXTS, reason=TEXTS), min_size=1, max_size=8).map(tuple),
)


@given(PLANS, ANSWERS, st.integers(1, 8))
def test_whatever_is_answered_what_is_unfinished_keeps_its_words_and_order(
    before: tuple[SubGoal, ...], said: Plan, most: int
) -> None:
    named = {*said.finished, *map(same_words, said.finished)}
    unfinished = [
        one.text for at, one in enumerate(before) if not {label_of(at), one.text, same_words(one.text)} & named
    ]

    plan = [one.text for one in kept(before, said, most=most).plan]

    assert [text for text in plan if text in unfinished] == unfinished
    assert len(set(plan)) == len(plan) >= 1
    assert len(plan) <= max(most, len(before))


@given(PLANS, ANSWERS)
def test_a_plan_given_back_whole_by_its_labels_is_left_alone(before: tuple[SubGoal, ...], said: Plan) -> None:
    first = kept(before, said, most=8).plan
    steps = tuple(PlanStep(sub_goal=label_of(at), reason=one.progress) for at, one in enumerate(first))

    again = kept(first, Plan(main_goal="goal", steps=steps), most=8)

    assert again == Kept(first, {})
