"""Reports: `report(...)` reads what was counted and recorded, and makes the ratios of docs/kpi.md, last."""

from orchestrator.runtime.report.model import By, Report, Row, Table
from orchestrator.runtime.report.report import report

__all__ = ["By", "Report", "Row", "Table", "report"]
