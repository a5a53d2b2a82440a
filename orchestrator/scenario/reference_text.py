"""The prose of docs/scenario.md: what the tables, which come from the model, cannot say."""

from __future__ import annotations

INTRODUCTION = """\
# The scenario file

Generated from the model (`make docs`); change the docstrings and descriptions in `orchestrator/scenario`.

One YAML file is the whole job: who is called when, or whose calls are taken; what is said in each language, what keys
lead where, what happens after each outcome, and the scenario's own tests. `prozvon check` tells every mistake at once
with its place, a stable code ([problems.md](problems.md)) and a hint; `prozvon check --explain` prints the file with
every default filled in; `prozvon test` plays the tests. An editor completes and checks while typing with the JSON
Schema in [schema/scenario.schema.json](schema/scenario.schema.json) (`prozvon schema`), for example by a first line
`# yaml-language-server: $schema=...`.

There are three kinds: a `robocall` calls a list of contacts, an `ivr` takes calls that come in
([inbound.md](inbound.md)), and `predictive` calls a list of contacts for the agents of a queue
([pacing.md](pacing.md)).
"""

READING = """\
## How the file is read

- **Text stays text.** `0501234567`, `+74951234567`, `yes`, `1:30` and `0` are what was typed; quotes are needed
  only where YAML itself needs them (`"*"`, `"#"`, text with `: ` in it).
- **Names** are a-z, 0-9 and `_`, beginning with a letter, at most 40 characters.
- **Durations** are `30s`, `15m`, `2h`, `1d`, also together (`1h30m`) and with a fraction of a second (`0.5s`).
- **Yes and no**: `yes` and `no` (`true`, `false`, `on`, `off` are the same).
- Where a list is expected, a single value is a list of one.
- A key that stands twice, and a key that is not known, are problems. Tags (`!!int`) and merge keys (`<<`) are not
  used; anchors and aliases may be.
- A file is UTF-8, at most 256 KiB, 40 levels deep, 20 000 values with aliases written out.

"""

CONTACT = """\
A column is declared by its type, or by `{type: ..., optional: yes}`. What is declared must be used, and what is used
must be declared. Values are checked when contacts are loaded; a row that does not fit is refused with its line.

| type | holds |
|---|---|
| `text` | anything; control and direction characters are never spoken |
| `digits` | digits only; leading zeros stay |
| `number` | a number, point before decimals |
| `money` | an amount with at most two decimals |
| `date` | a date, 2026-12-31 |
| `time` | a time of the day, 14:30 |
| `phone` | a telephone number, stored as +79990000001 |

`phone` is always there. `phone2` and `phone3` (further numbers, tried in turn), `language` (one of `languages`) and
`timezone` (an IANA name) may be in a list without being declared; declared, they must be brought unless optional.
"""

MESSAGES = """\
A message has a text in each of `languages`, or a recording (`{file: sounds/ru/thanks.wav}`: WAV, FLAC, Ogg or MP3,
path from the folder of the file that names it). A recording is brought to what telephones play; one that is silent,
clipped, far too quiet or too loud, or longer than five minutes is a problem. Text holds variables, `{{ name }}` or
`{{ name | filter }}`, and nothing else: no `if`, no calculation, no attributes. Decisions are made in the flow. A
variable is a contact column, a flow variable that a step filled before (`ask`, `set`, `record`), or a field of what
`fetch` brought (`{{ card.status }}`). Of calls that come in, `{{ caller }}` and `{{ called }}` are the numbers, and
`is_open` is yes or no.

| filter | for columns of type | says |
|---|---|---|
| `digits` | digits, number, text, phone | one by one: up to four together, more by threes with pauses between |
| `number` | number, digits, money | the number in words, decimals too |
| `count("день", "дня", "дней")` | number, digits | *один день, три дня, пять дней*; `count("day", "days")` |
| `ordinal` | number, digits | *третий*, *third* |
| `date` | date | day and month: *до первого декабря*, *until December first*; `date("full")` adds the year |
| `time` | time | *четырнадцать часов тридцать минут*, *two thirty p m* |
| `money` | money, number, digits | *сто один рубль пять копеек*, hundredths only when there are any |
| `duration` | number, digits | seconds: *два часа тридцать минут*, *two hours thirty minutes* |
| `spelled` | text, digits, phone | letters, digits and signs by name: *эй, би, один*, *A, B, one* |
| `default` | all | `default("...")` is said when the column is empty |

Without a currency `money` is RUB in Russian and USD in English; `money("EUR")` names RUB, USD, EUR, GBP, CNY, KZT,
BYN or UAH. Columns of type `date` and `time` need their filter.

Russian numbers, ordinals, times and money are said in the nominative and dates in the genitive, unless a filter names
another case: `number("genitive")` *пяти*, `money("RUB", "accusative")` *одну тысячу рублей*, `time("genitive")` *с
девяти часов*, `date("dative")` *к первому декабря*. The cases are nominative, genitive, dative, accusative,
instrumental and prepositional. `number` and `ordinal` take a gender too, masculine, feminine or neuter:
`ordinal("feminine")` *третья*. `count` takes the forms after one, two and five, and its gender and case from them:
*одна неделя*, *одну неделю*.

Contact columns are put into words before the call begins; flow variables and fields during it, from prompts that were
made before: they take one filter, any but `default`. A contact's value, a caller's number and a service's answer are
plain data whatever they hold: none is ever read as a template.

"""

STANDARD = """\
Some steps say a message without naming one. These are there; a message of the same name takes their place. They name
the keys 1, 2 and 3, so with other keys the message must be your own. `{{ entered }}` is what was just typed,
`{{ queue.position }}` the caller's place, `{{ queue.wait }}` seconds.

"""

FLOW = """\
Blocks are lists of steps, run in order; the call begins at `start`. The verbs are in [verbs.md](verbs.md). A block
that runs to its end ends the call; one that was begun by `call` goes back. Each block must be reachable, and a person
who presses nothing must come to an end: a round of blocks that only a key leaves is a problem, unless an `if` in it
looks at a variable that the round sets.
"""

NUMBERS = """\
A number is `+` and its digits; a pattern has `?` for each figure that may be any, and the one with fewer of them goes
first; `any` takes what no other scenario takes. A number that two scenarios take is a problem when both are checked.

The caller's language is that of `called_language`, else that of the longest prefix in `caller_language`, else the
first of `languages`; the step `language` changes it.
"""

HOURS = """\
`hours` are days and spans: `{mon-fri: 09:00-21:00, sat: [10:00-13:00, 14:00-18:00], sun: closed}`, over midnight too.
`holidays` names a country, dates, or both in a list: on them it is closed. `dates` are days with hours of their own,
which go before weekday and holiday: `{2026-12-31: 09:00-15:00, 2027-01-09: closed}`. Days that are not named are
closed. Outside of them the block `closed` runs instead of `start`; a flow without it can look at `is_open`.
"""

QUEUES = """\
A queue has **agents** of the agents file ([agents.md](agents.md)): `prozvon run` gives each caller to one of them
([queues.md](queues.md)). Or, of an `ivr`, it has **numbers**, which the switch rings by itself. Names and numbers
are not mixed in one queue.

Who has waited longest is the first. `priority`, `vip` and `weight` count as time: with `gold: 5m` a caller of tier
gold goes before whoever came less than five minutes earlier. The column is one of the contact's; of an `ivr` a
variable, such as `card.tier` of what `fetch` brought. Of two that hold, the larger counts. A file of VIP numbers
has one in each line; `#` begins a comment.

"""

PACING = """\
Who answers is given to an agent within `within`, or was **abandoned**: hears the message `abandoned`, is marked,
and is called again by the rule of that name (by default after 3 days) only with an agent reserved. With a
`hold_message` in the step `queue` the person waits on, up to `max_wait`, and still counts as abandoned. A cap of
`0%` reserves an agent for every call before it is placed: nobody is ever abandoned, and agents wait while it rings.

`per_hour` is a key of `dial`: `200` calls of a campaign in an hour at most, `even`: as many as are left over the
open hours left. What `law` fills in; what is written beside it goes first, and must not be less than the law asks
for:

"""

COMPANY = """\
With `company` the standard message `abandoned` says who called, and the number. Laws that ask for that want it, or a
message `abandoned` of your own.
"""

DESK = """\
When a call reaches an agent, the screen shows the contact, what was said before, and `script`, with `{{ name }}`
filled in. What the agent then notes is an outcome. It takes the place of what the flow concluded: the rule of its
name applies, which may stand here or under `rules`; without one it is the lead's last status.
"""

AGENTS = """\
# The agents file

Generated from the model (`make docs`); change the descriptions in `orchestrator/scenario/staff.py`.

Agents are the people who take calls. They stand in a file of their own, `agents.yaml` beside `prozvon.yaml` (or
what the settings name under `agents`), and queues of scenarios name them ([scenario.md](scenario.md), Queues).
`prozvon check` tells what is wrong with it, and with queues whose agents are not in it. How a queue picks one of
them: [queues.md](queues.md). Others can be added to them over HTTP ([live.md](live.md)). The JSON Schema for editors
is [schema/agents.schema.json](schema/agents.schema.json).

"""

TELEPHONES = """\
## Telephones

- A **number** goes out by `gateways`; a **dial string** is what the switch dials as it stands: `user/1001` is a
  telephone that is registered with it, `sofia/gateway/pbx/1001` one behind another exchange,
  `sofia/internal/1001@10.0.0.7` any SIP address. It holds letters, digits and `_./:@+*#-` only.
- **On demand** the telephone rings for each call: that takes seconds, so whoever was called in the meantime waits
  for them. Two seconds are not enough to pick up a telephone: agents of a predictive queue want `standing: yes`, or
  the queue a `hold_message`.
- A **standing** leg is picked up once and stays open: the agent hears music or silence, then a tone, and the caller
  is there within a tenth of a second. It is made on one switch, `switch`; callers on other switches come to it over
  a link (`switches.NAME.links` in [settings.md](settings.md)).
- One telephone belongs to one agent: two agents at one would be rung over each other. A person who works for
  several queues and projects is one agent.
- An agent of several queues never gets calls of two at once.

What an agent hears, the feature codes, PINs and keys during a talk: [telephones.md](telephones.md).

"""

MISSED = """\
A call is missed when the caller has reached no person, and was left at one of `when`: in a `queue` (or it was full),
`closed` (outside the hours), `hung_up` in the middle of the flow, at a `voicemail`, or `lost` (the switch failed).
Who asked to be called back (`offer_callback`) always is. Ten missed calls of one number make one callback; it is
dropped when the caller was reached meanwhile. `flow` runs when it is answered: a list of steps, or blocks of which
`missed` is the first; all blocks of the scenario can be used. It shows `dial.caller_id`, else the first of `numbers`.
Rules are as in a robocall. [missed.md](missed.md)
"""

MACHINE = """\
| | |
|---|---|
| `leave_message` | says what stands before the first `menu` or `ask`, and that one's prompt, then hangs up |
| `hang_up` | hangs up at once |
| `treat_as_human` | goes on as with a person; nothing ends as `machine` |
| `off` | does not listen for machines at all |

How machines are told, how often rightly, and what people wait for it: [machines.md](machines.md).
"""

RULES = """\
A rule stands under a **disposition** (what the call came to), a **result** (what the flow concluded, which goes
first when a person answered), or `exhausted` (no attempt is left). A rule that is written replaces the default as a
whole. A result without a rule ends the lead with the result as its status, and so does a final rule without
`status`.

Entries of `retry` go by the counted attempts before: the first one after the first attempt, and so on, whatever the
earlier ones came to; the last one repeats. With `attempts: 6` there are at most five.
"""

TELLS = """\
What `sms`, `email` and `webhook` of a rule tell is told each time that the rule applies, in the contact's language:
[messages.md](messages.md). Messages may hold the contact's columns, and under a result what the flow has asked.

"""

DEFAULT_RULES = "Defaults:\n"

TESTS = """\
A test plays one call (`call`) or several (`calls`) with a contact; without `contact` it has that of the test
before. A call is a list of moves, or a single one. It begins with how it is met: {beginnings}. After `answers` and
`machine` it goes on. Of an `ivr`, `call`, and the first of `calls`, is the caller's: it begins with what the caller
hears or does. The other calls are the callbacks of `missed`, when they are due.

| move | what happens |
|---|---|
| `hears: MESSAGE` | listens until this message is over; it must come |
| `presses: KEYS` | presses keys: `1`, `1042#` |
| `says_nothing` | lets one prompt pass without a key (each try of a menu is one) |
| `waits: 5s` | listens for so long |
| `hangs_up` | hangs up |
| `takes: NUMBER` | `ivr`: this number takes the call once it is rung, others before it do not; 30 s, then it hangs up |
| `takes: AGENT` | this agent of the queue takes the call a second later; 30 s, then hangs up |
| `nobody_takes` | nobody takes the call, as often as this step rings somebody, or as long as the caller waits |
| `outcome: NAME` | the agent who took the call notes what it came to; the rules go by it |
| `speaks: 5s` | `ivr`: speaks into a recording; a key, silence or its limit ends it |

Whoever is rung takes no call unless a move says so, and no agent is free unless the next move takes the call. A
service that is asked must have its answer in `services`: its JSON as keys and values, a status, `down`, `slow` or
`nonsense`. Without `queues` the caller is the first in each. A call can be walked through and written as a test by
`prozvon try --write-test` ([try.md](try.md)).
"""

INCLUDE = """\
`include:` names files, by paths from the folder of the file that includes. They may hold `messages`, `flow`,
`queues`, `contact`, `dial` and `rules`, of which single keys may be added or said otherwise, and `languages` and
`hours`, which are taken as a whole (and `include`). A mistake in them is told with their own name and line. What the
scenario says itself wins; two included files that say different things under one key are a problem. What an included
file has and the scenario does not use is left out. Nothing outside the scenarios folder is read.
"""
