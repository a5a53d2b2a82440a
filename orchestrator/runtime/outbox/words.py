"""The letters about calls, in words: what was left, who called in vain."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orchestrator.domain.delivery import Delivery

_EN = {
    "unknown": "a withheld number",
    "voicemail": "Voicemail from {caller} for {mailbox}, {at}",
    "recording": "Recording from {caller}, {at}",
    "email": "{scenario}: call from {caller}, {at}",
    "missed_call": "Missed call from {caller}, {at}",
    "missed_calls": "{count} missed calls: {scenario}",
    "caller": "Caller: {caller}",
    "called": "Number called: {called}",
    "at": "Time: {at}",
    "seconds": "Length: {seconds} s",
    "scenario": "Scenario: {scenario}",
    "call": "Call: {call}",
    "why": "Why: {why}",
    "kept": "The file: {path}",
    "no_file": "The recording is not attached: {why}",
}
_RU = {
    "unknown": "скрытый номер",
    "voicemail": "Голосовое сообщение от {caller} для {mailbox}, {at}",
    "recording": "Запись от {caller}, {at}",
    "email": "{scenario}: звонок от {caller}, {at}",
    "missed_call": "Пропущенный звонок от {caller}, {at}",
    "missed_calls": "Пропущенных звонков: {count}, {scenario}",
    "caller": "Звонил: {caller}",
    "called": "На номер: {called}",
    "at": "Время: {at}",
    "seconds": "Длительность: {seconds} с",
    "scenario": "Сценарий: {scenario}",
    "call": "Звонок: {call}",
    "why": "Причина: {why}",
    "kept": "Файл: {path}",
    "no_file": "Запись не приложена: {why}",
}
_WHY = {
    "en": {
        "closed": "out of hours",
        "queue": "left the queue",
        "hung_up": "hung up",
        "flow": "the flow ended",
        "voicemail": "left a message",
        "refused": "turned down",
        "lost": "the call broke off",
        "promised": "asked to be called back",
    },
    "ru": {
        "closed": "нерабочее время",
        "queue": "не дождался в очереди",
        "hung_up": "положил трубку",
        "flow": "сценарий закончился",
        "voicemail": "оставил сообщение",
        "refused": "звонок не принят",
        "lost": "звонок оборвался",
        "promised": "просил перезвонить",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """language: en or ru. timezone: the zone times are told in."""

    language: str
    timezone: str

    def subject(self, delivery: Delivery) -> str:
        return self._say(delivery.kind, delivery)

    def about(self, delivery: Delivery, *, lines: Sequence[str] = (), with_why: bool = False) -> str:
        """What is known of the call, a line each, and `lines` after it."""
        known = ["caller", "called", "at", "scenario", "call"]
        if delivery.text("seconds"):
            known.insert(3, "seconds")
        if with_why:
            known.insert(3, "why")
        told = [self._say(name, delivery) for name in known if name != "called" or delivery.text("called")]
        return "\n".join([*told, *lines]) + "\n"

    def email(self, delivery: Delivery) -> str:
        """What the flow had to say, then the call."""
        return f"{delivery.text('text')}\n\n{self.about(delivery)}"

    def digest(self, deliveries: Sequence[Delivery]) -> tuple[str, str]:
        """(subject, text) of one letter about several missed calls, in the order they came."""
        subject = self._texts["missed_calls"].format(
            count=len(deliveries), scenario=deliveries[0].campaign_id
        )
        rows = [
            "  ".join(
                [self.instant(_at(item)), self._caller(item), item.text("called"), self._why(item)]
            ).rstrip()
            for item in deliveries
        ]
        return subject, "\n".join(rows) + "\n"

    def kept(self, path: str) -> str:
        return self._texts["kept"].format(path=path)

    def no_file(self, why: str) -> str:
        return self._texts["no_file"].format(why=why)

    def instant(self, at: int) -> str:
        """2026-11-30 12:05 MSK."""
        zone = zoneinfo.ZoneInfo(self.timezone)
        return f"{dt.datetime.fromtimestamp(at / 1000, dt.UTC).astimezone(zone):%Y-%m-%d %H:%M %Z}"

    @property
    def _texts(self) -> Mapping[str, str]:
        return _RU if self.language == "ru" else _EN

    def _say(self, name: str, delivery: Delivery) -> str:
        return self._texts[name].format(
            caller=self._caller(delivery),
            called=delivery.text("called"),
            mailbox=delivery.text("mailbox"),
            at=self.instant(_at(delivery)),
            seconds=delivery.text("seconds").partition(".")[0],
            scenario=delivery.campaign_id,
            call=delivery.attempt_id,
            why=self._why(delivery),
        )

    def _caller(self, delivery: Delivery) -> str:
        return delivery.text("caller") or self._texts["unknown"]

    def _why(self, delivery: Delivery) -> str:
        why = delivery.text("why")
        return _WHY[self.language].get(why, why)


def _at(delivery: Delivery) -> int:
    """When the call began; when it was stored, where that is not told."""
    text = delivery.text("call_at")
    return int(text) if text.isdigit() else delivery.at
