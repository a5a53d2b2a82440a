"""How each kind of delivery is brought to its place, and what webhooks are told: an explicit table."""

from __future__ import annotations

from orchestrator.domain.delivery import Delivery
from orchestrator.outside.service import Services
from orchestrator.runtime.outbox.aside import Aside
from orchestrator.runtime.outbox.correspondence import Correspondence
from orchestrator.runtime.outbox.hooks import HOOK, Hooks
from orchestrator.runtime.outbox.mailbox_files import MailboxFiles
from orchestrator.runtime.outbox.mailing import Mailing
from orchestrator.runtime.outbox.notices import THREADS, TIMEOUT_S, Notices
from orchestrator.runtime.outbox.place import Carry, Lines
from orchestrator.runtime.outbox.routes import RECORDINGS
from orchestrator.runtime.outbox.rows import RowFiles
from orchestrator.runtime.outbox.short_messages import ShortMessages
from orchestrator.runtime.outbox.sms_gateways import gateway_of
from orchestrator.runtime.outbox.telling import Webhooks
from orchestrator.runtime.project import Project
from orchestrator.runtime.settings_parts.service_settings import services_of


def carriers(
    project: Project, lines: Lines, aside: Aside, services: Services | None = None
) -> dict[str, Carry]:
    """Kind (of lanes of webhooks: HOOK) -> what delivers it. services: default: its own, of the settings."""
    settings = project.settings
    services = services_of(settings.services) if services is None else services
    files = MailboxFiles(settings, lines, aside)
    now_ms = project.clock.now_ms
    notices = Notices(aside.apart(THREADS, TIMEOUT_S, "the service"))
    letters = Correspondence(project.store.messages, now_ms, settings.outbox.keep_days)
    gateway = gateway_of(settings.sms, services, notices)
    mailing = Mailing(settings, files, now_ms, letters=letters, notices=notices)

    def voicemail(deliveries: tuple[Delivery, ...]) -> None:
        is_for_folder = deliveries[0].lane.startswith(f"{RECORDINGS}@")
        (files.carry if is_for_folder else mailing.carry)(deliveries)

    return {
        "sms": ShortMessages(gateway, letters, settings.sms, settings.region, now_ms).carry,
        "email": mailing.carry,
        "row": RowFiles(settings.collected or settings.data / "collected", aside).carry,
        "webhook": Webhooks(services).carry,
        "voicemail": voicemail,
        "recording": mailing.carry,
        "missed_call": mailing.carry,
        HOOK: Hooks(settings.webhooks, services).carry,
    }
