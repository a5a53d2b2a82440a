"""The words of a report's page, but for the names of its ratios (words.py)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

DAYS: Final = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "ru": ("Пн", "Вт", "Ср", "Чт", "Пт", "Сб", "Вс"),
}
_WORDS: Final = {
    "by_campaign": ("Campaigns", "Кампании"),
    "by_queue": ("Queues", "Очереди"),
    "by_agent": ("Agents", "Операторы"),
    "by_project": ("Projects", "Проекты"),
    "made": ("made", "составлен"),
    "total": ("All together", "Всего"),
    "nothing": ("Nothing happened during this time.", "За это время ничего не произошло."),
    "more": ("More rows are in the table above.", "Остальные строки — в таблице выше."),
    "own_n": ("service level: each queue's own N", "уровень сервиса: N каждой очереди"),
    "n": ("service level: N = {seconds} s", "уровень сервиса: N = {seconds} с"),
    "window": ("first calls: no second one within {days} d", "первый звонок: без повторного {days} дн."),
    "by_day": ("By day", "По дням"),
    "answer_rate_by_hour": ("Answer rate by hour and weekday", "Доля ответов по часам и дням недели"),
    "attempts_to_success": ("Attempts until a lead was settled", "Попыток до завершения контакта"),
    "results": ("Results of calls", "Результаты вызовов"),
    "outcomes": ("Outcomes, as agents say them", "Итоги по словам операторов"),
    "steps": ("Steps of the flow, calls", "Шаги сценария, вызовы"),
    "results_by_step": ("Results by the step where calls ended", "Результаты по шагу, где вызов закончился"),
    "by_gateway": ("Answered, by gateway", "Отвеченные по шлюзам"),
    "by_zone": ("Answered, by the number's time zone", "Отвеченные по часовым поясам номеров"),
    "by_hour": ("Callers by hour and weekday", "Поступившие по часам и дням недели"),
    "waits": ("Answered after less than so many seconds", "Принято быстрее, чем за столько секунд"),
    "time_to_callback": ("Missed callers were reached within", "До пропущенных дозвонились за"),
    "attempts": ("attempts", "попытки"),
    "attempts_by_people": ("answered by people", "ответы людей"),
    "leads_settled": ("settled leads", "завершённые контакты"),
    "offered": ("offered to queues", "поступившие в очереди"),
    "answered": ("answered", "принятые"),
    "abandoned": ("gave up", "ушедшие"),
    "handled": ("talks", "разговоры"),
    "calls_in": ("calls that came in", "входящие вызовы"),
    "missed": ("missed", "пропущенные"),
    "of": ("of", "от"),
    "s": ("s", "с"),
    "none": ("none", "нет"),
}


def words_of(language: str) -> Mapping[str, str]:
    """All words, in ru or en."""
    return {key: said[language == "ru"] for key, said in _WORDS.items()}
