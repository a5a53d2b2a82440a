"""What happens after a call with what it left: deliverers of the outbox."""

from orchestrator.runtime.outbox.deliveries import Deliveries

__all__ = ["Deliveries"]
