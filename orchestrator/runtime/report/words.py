"""What ratios are called where people read them, in full: LCR, ACR and ASR mean other things elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LANGUAGES: Final = ("en", "ru")


@dataclass(frozen=True, slots=True)
class Said:
    """short: a heading where there is little room, English. en, ru: in full. how: part / whole, English and Russian."""

    short: str
    en: str
    ru: str
    how: tuple[str, str]


KPIS: Final[dict[str, Said]] = {
    "service_level": Said(
        "service level",
        "Service level (within N s, of offered)",
        "Уровень сервиса (за N с, от поступивших)",
        ("answered in less than N s / offered", "принятые быстрее N с / поступившие"),
    ),
    "service_level_of_answered": Said(
        "of answered",
        "Service level, of answered only",
        "Уровень сервиса, от принятых",
        ("answered in less than N s / answered", "принятые быстрее N с / принятые"),
    ),
    "service_level_short_left_out": Said(
        "short left out",
        "Service level, those who gave up within N s left out",
        "Уровень сервиса без ушедших быстрее N с",
        (
            "answered in less than N s / (offered - gave up in less)",
            "принятые быстрее N с / (поступившие - ушедшие быстрее)",
        ),
    ),
    "service_level_short_counted": Said(
        "short counted",
        "Service level, those who gave up within N s counted as served",
        "Уровень сервиса с ушедшими быстрее N с",
        ("(answered + gave up in less than N s) / offered", "(принятые + ушедшие быстрее N с) / поступившие"),
    ),
    "lost_call_rate": Said(
        "lost",
        "Lost call rate",
        "Доля потерянных вызовов",
        ("(offered - answered) / offered", "(поступившие - принятые) / поступившие"),
    ),
    "average_speed_of_answer": Said(
        "speed of answer",
        "Average speed of answer",
        "Среднее время ожидания ответа",
        ("waits of the answered / answered", "ожидание принятых / принятые"),
    ),
    "average_handling_time": Said(
        "handling",
        "Average handling time",
        "Среднее время обработки",
        ("(talk + hold + wrap-up) / handled", "(разговор + удержание + постобработка) / обработанные"),
    ),
    "first_call_resolution": Said(
        "first call",
        "First call resolution (no second call within the window)",
        "Решено с первого звонка (без повторного в окне)",
        (
            "callers served by their first call who did not call again / callers",
            "не позвонившие снова / позвонившие",
        ),
    ),
    "occupancy": Said(
        "occupancy",
        "Occupancy",
        "Занятость операторов",
        (
            "(talk + hold + wrap-up) / (that + free)",
            "(разговор + удержание + постобработка) / (то же + свободны)",
        ),
    ),
    "utilisation": Said(
        "utilisation",
        "Utilisation (productive of paid time)",
        "Полезное время от оплаченного",
        (
            "(in calls, wrap-up, free) / (that + breaks)",
            "(в вызовах, постобработке, свободны) / (то же + перерывы)",
        ),
    ),
    "calls_per_agent_hour": Said(
        "per hour",
        "Calls per agent and hour",
        "Вызовов на оператора в час",
        ("handled / hours at work", "обработанные / часы на смене"),
    ),
    "missed_share": Said(
        "not taken",
        "Rung and not taken",
        "Не принято оператором",
        ("missed / (handled + missed)", "пропущенные / (обработанные + пропущенные)"),
    ),
    "abandonment_inbound": Said(
        "gave up",
        "Abandonment, callers in queues",
        "Ушли из очереди, не дождавшись",
        ("left before an agent / offered", "ушедшие до ответа / поступившие"),
    ),
    "abandonment_inbound_early": Said(
        "within 5 s",
        "Abandonment, of those within 5 s",
        "Ушли из очереди быстрее 5 с",
        ("left within 5 s / offered", "ушедшие быстрее 5 с / поступившие"),
    ),
    "average_abandonment_delay": Said(
        "gave up after",
        "Average abandonment delay",
        "Среднее время до ухода из очереди",
        ("waits of those who gave up / those", "ожидание ушедших / ушедшие"),
    ),
    "abandonment_outbound": Said(
        "abandoned",
        "Abandonment, people whom we called",
        "Потеряно ответивших на наш звонок",
        (
            "nobody within the limit / (that + connected within it)",
            "никого за предел / (то же + соединённые за предел)",
        ),
    ),
    "answer_seizure_ratio": Said(
        "answer-seizure",
        "Answer-seizure ratio",
        "Доля отвеченных вызовов (answer-seizure ratio)",
        ("answered, by whomever / originated", "отвеченные кем угодно / набранные"),
    ),
    "network_effectiveness_ratio": Said(
        "network",
        "Network effectiveness ratio",
        "Эффективность сети (NER)",
        (
            "(answered + busy + no answer + rejected) / originated",
            "(отвеченные + занято + нет ответа + отклонённые) / набранные",
        ),
    ),
    "average_call_duration": Said(
        "duration",
        "Average call duration",
        "Средняя длительность разговора",
        ("answer to end, summed / answered", "от ответа до конца / отвеченные"),
    ),
    "answer_rate": Said(
        "by people",
        "Answer rate",
        "Доля ответов людей",
        ("answered by people / attempts", "ответы людей / попытки"),
    ),
    "attempts_to_success": Said(
        "attempts",
        "Attempts to success",
        "Попыток до результата",
        ("attempts of settled leads / settled leads", "попытки завершённых контактов / завершённые контакты"),
    ),
    "settled_by_first_talk": Said(
        "first talk",
        "Settled by the first talk",
        "Решено первым разговором",
        (
            "leads settled by their first answered call / leads answered for the first time",
            "завершённые первым ответом / впервые ответившие",
        ),
    ),
    "self_service_share": Said(
        "self-service",
        "Self-service share",
        "Доля самообслуживания",
        ("served by the flow without anybody / calls that came in", "обслуженные сценарием / поступившие"),
    ),
    "missed_share_of_calls": Said(
        "missed",
        "Missed, of calls that came in",
        "Пропущено из поступивших",
        ("missed / calls that came in", "пропущенные / поступившие"),
    ),
    "called_back": Said(
        "called back",
        "Missed callers called back",
        "Перезвонили пропущенным",
        ("callbacks with an attempt / callbacks", "обратные звонки с попыткой / обратные звонки"),
    ),
    "called_back_reached": Said(
        "reached",
        "Missed callers reached by us",
        "Дозвонились до пропущенных",
        ("reached by our callback / callbacks", "дозвонились / обратные звонки"),
    ),
    "called_back_not_reached": Said(
        "not reached",
        "Missed callers not reached",
        "Не дозвонились до пропущенных",
        ("given up / callbacks", "не дозвонились / обратные звонки"),
    ),
    "called_again": Said(
        "called again",
        "Missed callers who called again themselves",
        "Пропущенные перезвонили сами",
        ("called again and got through / callbacks", "перезвонили сами / обратные звонки"),
    ),
    "callback_attempts": Said(
        "callback attempts",
        "Attempts per callback",
        "Попыток на обратный звонок",
        ("attempts / callbacks", "попытки / обратные звонки"),
    ),
    "time_to_callback": Said(
        "back after",
        "Average time until a missed caller was reached",
        "Среднее время до дозвона пропущенному",
        (
            "from the missed call's end to our answered call / reached",
            "от пропущенного до нашего ответа / дозвонились",
        ),
    ),
    "cost_per_call": Said(
        "cost per call",
        "Cost per call",
        "Стоимость вызова",
        ("tariffs of calls and agents / calls", "тарифы вызовов и операторов / вызовы"),
    ),
    "cost_per_success": Said(
        "per success",
        "Cost per settled lead",
        "Стоимость завершённого контакта",
        ("tariffs of calls and agents / settled leads", "тарифы вызовов и операторов / завершённые контакты"),
    ),
}

# The few that stand beside each other for all rows; the others are told of one row, and of the total.
MAIN: Final[dict[str, tuple[str, ...]]] = {
    "campaign": (
        *("answer_seizure_ratio", "average_call_duration", "answer_rate", "abandonment_outbound"),
        *("attempts_to_success", "settled_by_first_talk", "average_handling_time", "cost_per_call"),
    ),
    "queue": (
        *("service_level", "lost_call_rate", "average_speed_of_answer", "average_abandonment_delay"),
        *("average_handling_time", "first_call_resolution", "occupancy", "cost_per_call"),
    ),
    "agent": (
        *("average_handling_time", "occupancy", "utilisation", "calls_per_agent_hour", "missed_share"),
        *("first_call_resolution", "cost_per_call"),
    ),
    "project": (
        *("service_level", "lost_call_rate", "answer_seizure_ratio", "average_call_duration"),
        *("average_handling_time", "self_service_share", "first_call_resolution", "cost_per_call"),
    ),
}
