"""The style sheet of a report's page."""

from __future__ import annotations

from typing import Final

STYLE: Final = """
:root{color-scheme:light dark;--ink:#0f172a;--dim:#64748b;--line:#cbd5e1;--back:#fff;--card:#f8fafc;
--s1:#2f6f4f;--s2:#2d5f8b;--s3:#e0a93b;--s4:#b5483a;
--s5:#7c5ea8;--s6:#1f8a8a;--s7:#7a6a55;--s8:#b03a78;--s9:#64748b}
@media(prefers-color-scheme:dark){:root{--ink:#e2e8f0;--dim:#94a3b8;--line:#334155;--back:#0b1120;--card:#131c31;
--s1:#4ade80;--s2:#60a5fa;--s3:#fbbf24;--s4:#f87171;--s5:#c084fc;--s6:#2dd4bf;--s7:#d6c3a5;--s8:#f472b6;--s9:#94a3b8}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--ink);font:15px/1.45 'Segoe UI',Roboto,'DejaVu Sans',Arial,sans-serif}
main{max-width:1180px;margin:0 auto;padding:24px}
h1{font-size:26px;margin:0}h2{font-size:19px;margin:28px 0 10px;overflow-wrap:anywhere}h3{font-size:14px;margin:0 0 6px}
small,.dim,dd+p{color:var(--dim)}small{font-weight:400}header p{margin:2px 0}
.note{border-left:3px solid var(--s3);padding:2px 10px;margin:6px 0}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(215px,1fr));gap:10px;margin:0}
dl div,figure{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:10px 12px;margin:0}
dt{font-size:13px}dd{margin:2px 0;font-size:22px;font-weight:600}dd+p{margin:0;font-size:11px}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(420px,1fr));gap:10px;margin-top:10px}
svg{width:100%;height:auto;display:block}
table{border-collapse:collapse;width:100%;font-size:13px;margin-top:14px}
th,td{border-bottom:1px solid var(--line);padding:5px 8px;text-align:right;vertical-align:bottom}
th:first-child{text-align:left;overflow-wrap:anywhere;min-width:11em}
.t{fill:var(--dim);font-size:11px}.a{fill:none;stroke:var(--line)}.h{fill:var(--s1)}
.c{fill:none;stroke:var(--s2);stroke-width:2}.m{stroke:var(--s4);stroke-dasharray:5 4}
.s1{fill:var(--s1);background:var(--s1)}.s2{fill:var(--s2);background:var(--s2)}
.s3{fill:var(--s3);background:var(--s3)}.s4{fill:var(--s4);background:var(--s4)}
.s5{fill:var(--s5);background:var(--s5)}.s6{fill:var(--s6);background:var(--s6)}
.s7{fill:var(--s7);background:var(--s7)}.s8{fill:var(--s8);background:var(--s8)}
.s9{fill:var(--s9);background:var(--s9)}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:4px 14px;margin:4px 0 0;padding:0;font-size:12px;
color:var(--dim)}
.legend i{display:inline-block;width:10px;height:10px;margin-right:5px}
@media print{:root{color-scheme:light;--ink:#000;--dim:#444;--line:#bbb;--back:#fff;--card:#fff;
--s1:#2f6f4f;--s2:#2d5f8b;--s3:#e0a93b;--s4:#b5483a;
--s5:#7c5ea8;--s6:#1f8a8a;--s7:#7a6a55;--s8:#b03a78;--s9:#64748b}main{max-width:none;padding:0}
dl div,figure,tr{break-inside:avoid}h2{break-after:avoid}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}.charts{grid-template-columns:1fr 1fr}}
"""
