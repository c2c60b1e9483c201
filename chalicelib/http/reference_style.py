"""How the reference page looks: light and dark, from a phone's width on, without anything from elsewhere."""

from __future__ import annotations

CSS = """
:root{color-scheme:light dark;--text:#1b1f24;--quiet:#535c68;--ground:#fff;--panel:#f4f6f9;--line:#d5dae1;
--link:#0a56a3;--focus:#b35900;--get:#0a5c8a;--post:#146c2e;--put:#7a4b00;--patch:#7a4b00;--delete:#a3201b}
@media (prefers-color-scheme:dark){:root{--text:#e7eaee;--quiet:#a8b1bd;--ground:#14171b;--panel:#1d2228;--line:#39424d;
--link:#8fc0ff;--focus:#ffb454;--get:#7cc4f0;--post:#7bd694;--put:#f0c274;--patch:#f0c274;--delete:#ff9c94}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--text);font:1rem/1.6 system-ui,"Segoe UI",Roboto,Arial,sans-serif;
overflow-wrap:anywhere}
a{color:var(--link);text-underline-offset:.15em}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:2px}
.skip{position:absolute;left:-99rem}
.skip:focus{position:static;display:inline-block;padding:.5rem 1rem}
header,main,footer{max-width:70rem;margin:0 auto;padding:0 1rem}
header{padding-top:1.5rem}
h1{margin:0 0 .5rem;font-size:1.9rem;line-height:1.2}
h2{margin:3rem 0 .75rem;padding-top:1rem;border-top:2px solid var(--line);font-size:1.5rem;line-height:1.3}
h3{margin:0 0 .25rem;font-size:1.1rem;line-height:1.4}
h4{margin:1.25rem 0 .4rem;font-size:1rem}
p,ul,ol{margin:.5rem 0}
nav.contents{margin:1.5rem 0;padding:1rem;background:var(--panel);border:1px solid var(--line);border-radius:.5rem}
nav.contents h2{margin:0 0 .5rem;padding:0;border:0;font-size:1.2rem}
nav.contents ul{margin:0;padding:0;list-style:none}
nav.contents summary{padding:.35rem 0;font-weight:600}
nav.contents li li{padding:.3rem 0 .3rem 1rem}
nav.contents li li a{display:inline-block;padding:.1rem 0}
.operation,.schema{margin:1rem 0;padding:1rem;border:1px solid var(--line);border-radius:.5rem;background:var(--ground)}
.operation:target,.schema:target,li:target{outline:3px solid var(--focus)}
.method{display:inline-block;min-width:4.2em;font-weight:700}
.GET{color:var(--get)}.POST{color:var(--post)}.PUT{color:var(--put)}.PATCH{color:var(--patch)}.DELETE{color:var(--delete)}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.9em}
code{background:var(--panel);padding:.05em .3em;border-radius:.25em}
h3 code,a code{background:none;padding:0}
pre{margin:.5rem 0;padding:.75rem;background:var(--panel);border:1px solid var(--line);border-radius:.4rem;
overflow:auto;max-height:28rem;white-space:pre-wrap}
pre code{background:none;padding:0}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:.5rem 0}
.facts dt{color:var(--quiet)}.facts dd{margin:0}
.table{border:1px solid var(--line);border-radius:.4rem}
table{border-collapse:collapse;width:100%;font-size:.95rem}
caption{text-align:left;padding:.5rem .6rem;color:var(--quiet)}
th,td{padding:.4rem .6rem;border-top:1px solid var(--line);text-align:left;vertical-align:top}
thead th{border-top:0;background:var(--panel)}
summary{cursor:pointer;padding:.4rem 0;color:var(--link)}
.needed{color:var(--delete);font-size:.85em}
.quiet{color:var(--quiet)}
footer{padding:2rem 1rem 3rem;color:var(--quiet)}
@media (max-width:32rem){.facts{grid-template-columns:1fr;gap:0}.facts dd{margin-bottom:.4rem}
.operation,.schema{padding:.75rem}
table,tbody,tr,th,td,caption{display:block}thead{position:absolute;left:-99rem}tr{border-top:1px solid var(--line);
padding:.4rem .6rem}th,td{border:0;padding:.1rem 0}td:empty{display:none}
h1{font-size:1.6rem}h2{font-size:1.3rem}}
"""
