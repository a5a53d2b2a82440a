"""Every problem that a scenario can have, under a code that never changes. docs/problems.md is made from this."""

from __future__ import annotations

from typing import NamedTuple


class Code(NamedTuple):
    """`title` says what is wrong in general; `hint` what to do, when the finding has no better one."""

    title: str
    hint: str


SECTIONS: dict[str, str] = {
    "S0": "The file",
    "S1": "Keys and values",
    "S2": "Messages",
    "S3": "The flow",
    "S4": "Contact columns",
    "S5": "Dialing, and calls that come in",
    "S6": "Rules",
    "S7": "Tests",
    "S8": "The agents file",
}

CODES: dict[str, Code] = {
    "S001": Code("the file cannot be read", "check the path and the permissions"),
    "S002": Code("the file is too large", "a scenario is at most 256 KiB: keep recordings and lists outside"),
    "S003": Code("the file is not UTF-8", "save it as UTF-8"),
    "S004": Code("a control character in the file", "remove it"),
    "S005": Code("a tab where YAML wants spaces", "indent with spaces"),
    "S006": Code("not YAML", "the text before this place does not fit together"),
    "S007": Code("a key stands twice in the same place", "remove one of the two"),
    "S008": Code("the file is empty", "begin with `scenario: NAME`"),
    "S009": Code("several documents in one file", "one file holds one scenario: remove `---`"),
    "S010": Code("an alias that cannot be followed", "write the value out"),
    "S011": Code("a YAML tag", "every value is text as typed: remove the tag"),
    "S012": Code("the file is not a mapping", "begin with `scenario: NAME`"),
    "S013": Code("a key that is not plain text", "write `key: value`"),
    "S014": Code("nested too deeply", "a scenario is at most 40 levels deep"),
    "S015": Code("too many values in one file", "aliases multiply: write less, or split the scenario"),
    "S016": Code("an included file does not exist", "paths start at the folder of the file that includes"),
    "S017": Code("files include one another in a circle", "remove one of the includes"),
    "S018": Code("a path leads outside the scenarios folder", "keep what scenarios share inside that folder"),
    "S019": Code(
        "a key that cannot be included",
        "messages, flow, contact, dial, rules, queues, hours and languages are shared",
    ),
    "S020": Code("two included files say different things", "say it in the scenario itself, which wins"),
    "S021": Code(
        "neither a scenario nor included by one", "begin it with `scenario: NAME`, or move it elsewhere"
    ),
    "S022": Code("two files have the same scenario name", "rename one of them"),
    "S023": Code("a text file that cannot be read", "paths start at the folder of the file that names it"),
    "S101": Code("an unknown key", "see docs/scenario.md"),
    "S102": Code("a key is missing", "add it"),
    "S103": Code("a value of the wrong shape", "see docs/scenario.md"),
    "S104": Code("a key or step of a later version", "remove it: this version would not act on it"),
    "S105": Code("a name with other characters than allowed", "use a-z, 0-9 and _, beginning with a letter"),
    "S106": Code("not a duration", "write 30s, 15m, 2h or 1d"),
    "S107": Code("a value beyond its limits", "see docs/scenario.md"),
    "S108": Code("not one of the possible values", "see docs/scenario.md"),
    "S109": Code("not a whole number", "write digits only"),
    "S110": Code("neither yes nor no", "write yes or no"),
    "S111": Code("an empty value", "fill it in, or remove the key"),
    "S112": Code("a reserved name", "choose another name"),
    "S113": Code("a key or step of another kind of scenario", "see docs/scenario.md"),
    "S201": Code("a message is missing in one of the languages", "add it"),
    "S202": Code("a message that is not declared", "declare it under `messages`"),
    "S203": Code("a message that is never said", "say it, or remove it"),
    "S204": Code("a language that is not known", "known languages: ru, en"),
    "S205": Code("a language that is not among the scenario's", "add it to `languages`, or remove the text"),
    "S206": Code("a message cannot be read", "variables are written {{ name }} or {{ name | filter }}"),
    "S207": Code(
        "an unknown filter",
        "filters: digits, number, count, ordinal, date, time, money, duration, spelled, default",
    ),
    "S208": Code(
        "more than a variable in a message", "messages hold text and {{ name | filter }}; decide with `if:`"
    ),
    "S209": Code(
        "a message uses a name that is not known", "declare a contact column, or `ask` or `set` it first"
    ),
    "S210": Code("a filter that cannot be used on a flow variable", "use {{ name }}, digits or number"),
    "S211": Code(
        "a filter that does not fit the column or has wrong arguments", "see the filters in docs/scenario.md"
    ),
    "S212": Code("a sound file does not exist", "paths start at the folder of the file that names it"),
    "S213": Code(
        "a sound file that cannot be read", "WAV, FLAC, Ogg and MP3 are read, of any rate and width"
    ),
    "S214": Code(
        "a message too long to be listened to", "at most 1000 characters: say less, or in several messages"
    ),
    "S215": Code("a recording that nobody could listen to", "record it again"),
    "S216": Code(
        "a standard message that names other keys", "declare a message of your own, or keep the keys 1, 2, 3"
    ),
    "S217": Code("a recording where text is needed", "write the message as text"),
    "S218": Code("an SMS that is too long", "at most 10 segments: say less, or send a link"),
    "S301": Code("no block `start`", "the call begins there: add it to `flow`"),
    "S302": Code("a block that does not exist", "add it to `flow`"),
    "S303": Code(
        "a block that is never reached", "lead to it by `goto`, a menu key or `otherwise`, or remove it"
    ),
    "S304": Code(
        "a call that never ends",
        "who presses nothing goes round for ever: end it, or leave by an `if` on a variable that the round sets",
    ),
    "S305": Code("steps that are never reached", "the step before always leaves the block: remove them"),
    "S306": Code("an unknown step", "see docs/verbs.md"),
    "S307": Code("not one step", "a step is one verb: `- say: hello`"),
    "S308": Code("not a telephone key", "keys are 0-9, * and #, one each"),
    "S309": Code("not a number of digits", "write 6, or 4..8"),
    "S310": Code("a variable that is never set before it is read", "`ask` or `set` it on the way here"),
    "S311": Code(
        "a variable named like a contact column", "choose another name: columns do not change during a call"
    ),
    "S312": Code("not a condition", "write `if: {name: value, then: block}`"),
    "S313": Code("one key with two meanings", "give each its own key"),
    "S314": Code("a check that does not fit what is asked", "see `ask` in docs/verbs.md"),
    "S315": Code(
        "a pattern that cannot be used",
        "figures, `.` or [0-9], with ?, *, + or {2,4} behind, and | between",
    ),
    "S316": Code("blocks that call one another in a circle", "`call` comes back: use `goto` to go on"),
    "S317": Code(
        "private digits that would leave the call", "only `send` of a `fetch` by POST or PUT may have them"
    ),
    "S318": Code("a step that comes too late", "remove it, or put it before what takes the call"),
    "S319": Code("a callback that nobody would make", "add `missed` with a `flow`"),
    "S330": Code("no music of a switch", "write moh, moh/NAME, or {file: sounds/tune.wav}"),
    "S331": Code(
        "not a service and a path", "write the name of a service of the settings, and a path: crm/orders"
    ),
    "S332": Code("a `fetch` with several methods, or none", "write one of get, post, put"),
    "S333": Code(
        "a service's answer is spoken though there may be none",
        "add `otherwise` to the `fetch`, or look at it by `if`",
    ),
    "S334": Code("an opt-out of nothing", "add `purpose`, or `consent` to the scenario"),
    "S335": Code("an opt-out of one thing and of everything", "write `everything: no`, or no `purpose`"),
    "S401": Code("a contact column that is not declared", "declare it under `contact`"),
    "S402": Code("a contact column that is never used", "use it, or remove it"),
    "S403": Code(
        "a special column with another type",
        "phone, phone2, phone3, language and timezone have types of their own",
    ),
    "S501": Code("not an E.164 number", "write + and the digits, country code first: +74951234567"),
    "S502": Code("a caller id without `default`", "add `default`, for numbers that nothing else fits"),
    "S503": Code("not a country or number prefix", "write a country as RU, a prefix as +7495"),
    "S504": Code("the same thing twice in a list", "remove one of the two"),
    "S505": Code("not a day of the week", "write mon, mon-fri, or mon,wed,fri; or daily"),
    "S506": Code("not a span of hours", "write 09:00-20:00"),
    "S507": Code("hours that overlap", "each day stands once, and its spans do not overlap"),
    "S508": Code("hours that never open", "nobody would ever be called: give at least one day a span"),
    "S509": Code("not a holiday", "write a country as RU, or dates as 2026-12-31"),
    "S510": Code("an unknown time zone", "write contact, or a name such as Europe/Moscow"),
    "S511": Code("not an order", "write a column, `column desc`, fewest_attempts, oldest or newest"),
    "S520": Code(
        "not a pattern of numbers", "write +, figures, and `?` for each that may be any: +7495000????"
    ),
    "S521": Code("a number that another scenario takes", "each number leads to one scenario"),
    "S522": Code("a time zone that is not clear", "write `timezone: Europe/Moscow`"),
    "S523": Code("hours and `closed` that do not go together", "outside of `hours` the block `closed` runs"),
    "S524": Code("a queue that does not exist", "add it to `queues`"),
    "S525": Code("a queue that is never used", "use it, or remove it"),
    "S526": Code("a part of `missed` that can never act", "remove it"),
    "S527": Code(
        "a number for a language that this scenario does not take", "add it to `numbers`, or remove it"
    ),
    "S528": Code("a call that would be passed on to itself", "name a number that other people answer"),
    "S540": Code("agents and numbers in one queue", "a queue has agents of the agents file, or numbers"),
    "S541": Code("not an extension of the wrap-up", "write `2 x 30s`, or `no`"),
    "S542": Code("not a priority", "write {column: tier, gold: 5m, silver: 2m}"),
    "S543": Code("not a ratio of calls to agents", "write `mode: ratio 1.5`"),
    "S544": Code("not a share of calls", "write 3%"),
    "S545": Code("a name of a company that cannot be said", "write it as it is said, at most 100 characters"),
    "S546": Code("a key that says nothing for this queue", "remove it, or change what it is about"),
    "S547": Code("a list of numbers that cannot be used", "one number in full in each line: +79990000001"),
    "S548": Code("an agent who is not in the agents file", "add the agent there, or mend the name"),
    "S549": Code("a queue without agents", "name agents, or assign some in the agents file"),
    "S550": Code("a desk that nobody sees, or that shows nothing", "remove it, or complete it"),
    "S551": Code("pacing that cannot keep its own cap", "`0%` reserves an agent for every call"),
    "S552": Code("less than the law asks for", "see `law` in docs/scenario.md"),
    "S553": Code("a company that nobody is told of", "remove it, or the message `abandoned`"),
    "S554": Code(
        "a predictive call that does not go straight to one queue of agents",
        "begin with the queue; only `set`, `result`, `if`, `switch` and `goto` may stand before it",
    ),
    "S601": Code(
        "a rule for something that cannot happen",
        "rules stand under dispositions, results of the flow, or exhausted",
    ),
    "S602": Code("a rule that never fires", "remove it"),
    "S603": Code("retries beyond `attempts`", "raise `dial.attempts`, or remove what is never reached"),
    "S604": Code("keys of a rule that do not go together", "remove one of them"),
    "S605": Code(
        "a rule tells what nobody knows by then",
        "contact columns are always known; what the flow asked, under a result of its own",
    ),
    "S606": Code(
        "a place that the settings do not have", "see `mailboxes`, `services` and `webhooks` in prozvon.yaml"
    ),
    "S701": Code(
        "an unknown move",
        "moves: hears, presses, says_nothing, waits, speaks, takes, hangs_up, answers, busy, ...",
    ),
    "S702": Code("a move out of its place", "a call begins with what it meets; only an answered one goes on"),
    "S703": Code("a test expects what cannot happen", "compare with `flow` and `rules`"),
    "S704": Code("a test's contact does not fit `contact`", "give each declared column a value of its type"),
    "S705": Code("two tests have the same name", "rename one of them"),
    "S706": Code("a test with both `call` and `calls`, or neither", "give one of the two"),
    "S707": Code("a test uses what its scenario's kind does not have", "see docs/scenario.md, Tests"),
    "S801": Code("not a telephone of an agent", "write +79990000001, user/1001, or sofia/gateway/pbx/1001"),
    "S802": Code("not the name of a queue", "write QUEUE, or SCENARIO:QUEUE"),
    "S803": Code("keys of an agent that do not go together", "see docs/agents.md"),
    "S804": Code("a standing leg without a switch", "write `switch: NAME`"),
    "S805": Code("a switch or gateway that the settings do not have", "see `switches` in prozvon.yaml"),
    "S806": Code("two agents at one telephone", "a person is one agent, who may have several queues"),
    "S807": Code("a queue that waits for no agents", "name a queue that says `agents: assigned`"),
}
