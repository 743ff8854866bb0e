"""Ariadne: the agent of the AriGraph paper, as a policy over any memory and any language.

Anokhin et al., "AriGraph: Learning Knowledge Graph World Models with Episodic Memory
for LLM Agents", 2024, arXiv 2407.04363 (IJCAI 2025). At each step she asks whether to
explore, brings her plan up to date, and acts; "go to PLACE" is walked in single moves.

- `policy.py`: one step, from what was recalled to a decision.
- `sub_goals.py`: what a plan may not change from one step to the next.
- `ways.py`: where can she go, and does the way she is on still hold?
- `shown.py`: what is the language shown?
- `tasks.py` and the prompts beside it: what is it asked? `answers.py`: what may it answer?
- `by_rules.py`: who answers where there is no model?

Working memory (goal, plan, history, the way she is on) is her last turns, which the loop
hands her: she holds no state, and a trajectory has all of it.

Deviations, each for a reason, and how to switch back:

- The contract on plans is kept by code, not by the prompt alone: sub-goals are given back by label, and
  finished ones are named. In the authors' logs 3 of 204 plans change the order of open sub-goals, and
  177 sub-goals vanish without a word, some to come back in other words.
- A plan has no "emotion": nothing read it, and it cost 50 tokens in each of two prompts.
- An action is one of those offered, after at most one repair; else the episode ends with the error. The
  authors' program took any, and "look" where it could not parse. `only_valid=false` lets any through.
- Where the environment tells no actions, any command may be typed; theirs always tells.
- A way is given up as soon as a move fails, or goal or inventory changed; each move is remembered as an
  event. Theirs walks on, and remembers the last observation.
- What is told twice is shown once (`shown.py`); past observations are shown whole to the plan, and by their
  first lines to the act: `act_history=whole`. Statements and sub-goals have a cap: `facts`, `sub_goals`.
- Exploring is asked for only where there is a plan and an unexplored exit.
- Crucial items are named by the memory, if it wants them: `--set entities=language` of arigraph.
- Verbs are not renamed (fry for cook with the stove): she knows no environment.
- One language thinks and remembers, at temperature 0; theirs were two models, planning at 0.2 and naming
  entities at 0.7: `OpenAIChat(model, temperature=0.2)`.
"""
