"""How documents look: on a screen, and printed; one style, no other files. Colours hold 4.5:1 on white, and no meaning rests on colour alone.
Words are broken nowhere but in hashes: a table that is too wide scrolls. What is clicked is 24 px high (WCAG 2.2, 2.5.8)."""

STYLE = """
:root { --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --pale: #f6f8fa; --accent: #0b4f8a;
  --enforced: #1a6b36; --attested: #0b4f8a; --waived: #7a5200; --blocked: #5b3a8e; --failing: #a5121f; --open: #8a3b00; --na: #57606a; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body { margin: 0; color: var(--ink); background: #fff; font: 16px/1.55 Charter, "Bitstream Charter", Cambria, Georgia, serif; }
header, main, footer, nav.contents { max-width: 68rem; margin: 0 auto; padding: 0 2rem; }
header { padding-top: 3.5rem; }
h1 { font-size: 2.3rem; line-height: 1.15; margin: .2rem 0 .6rem; letter-spacing: -.01em; }
h2 { font-size: 1.5rem; margin: 3.2rem 0 .6rem; padding-top: 1.1rem; border-top: 2px solid var(--ink); }
h3 { font-size: 1.08rem; margin: 2.2rem 0 .3rem; }
p { margin: .5rem 0 .9rem; max-width: 46rem; }
a { color: var(--accent); text-underline-offset: .15em; }
a:focus-visible, [tabindex]:focus-visible { outline: 3px solid #0b4f8a; outline-offset: 2px; }
.skip { position: absolute; left: -999rem; } .skip:focus { left: 1rem; top: 1rem; background: #fff; padding: .5rem; }
.kicker, .meta, table, nav.contents, .key, footer, dl, .tag { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
.kicker { text-transform: uppercase; letter-spacing: .09em; font-size: .78rem; color: var(--soft); margin: 0; }
.lead { font-size: 1.15rem; max-width: 44rem; }
dl.meta { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.4rem; font-size: .9rem; margin: 1.4rem 0; }
dl.meta dt { color: var(--soft); } dl.meta dd { margin: 0; overflow-wrap: anywhere; }
nav.contents h2 { font-family: Charter, "Bitstream Charter", Cambria, Georgia, serif; }
nav.contents ol { columns: 2; column-gap: 3rem; padding-left: 1.2rem; font-size: .92rem; }
.wide { overflow-x: auto; margin: 1rem 0 1.6rem; }
table { border-collapse: collapse; width: 100%; font-size: .84rem; line-height: 1.4; }
caption { text-align: left; font-weight: 600; padding: .2rem 0 .5rem; }
th, td { text-align: left; vertical-align: top; padding: .42rem .8rem .42rem 0; border-bottom: 1px solid var(--line); overflow-wrap: break-word; }
td code { overflow-wrap: anywhere; } td p { margin: 0 0 .4rem; }
thead th { border-bottom: 1.5px solid var(--ink); font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 600; }
.standings th:first-child { width: 42%; } .standings td:nth-child(4) { min-width: 16rem; }
td a, th a, nav.contents a { display: inline-block; min-height: 24px; }
.n { text-align: right; font-variant-numeric: tabular-nums; }
code { font: .86em ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
.tag { display: inline-block; font-size: .76rem; font-weight: 600; padding: .05rem .5rem; border: 1px solid currentColor; border-radius: 1rem; white-space: nowrap; }
.enforced, .done { color: var(--enforced); } .attested { color: var(--attested); } .waived { color: var(--waived); } .blocked { color: var(--blocked); }
.failing { color: var(--failing); } .open { color: var(--open); } .not-applicable { color: var(--na); }
.bar { display: flex; height: 1.1rem; border-radius: .2rem; overflow: hidden; margin: 1rem 0 .4rem; background: var(--pale); }
.bar span { display: block; background: currentColor; min-width: 2px; border-right: 1px solid #fff; }
.control { border-top: 1px solid var(--line); margin-top: 1.6rem; }
.control h3 { margin-top: .9rem; }
.soft { color: var(--soft); font-size: .88rem; } .refs a { font: .8rem ui-monospace, Menlo, Consolas, monospace; white-space: nowrap; }
.note { background: var(--pale); border-left: 4px solid var(--soft); padding: .7rem 1.1rem; margin: 1rem 0; }
.note p { margin: .3rem 0; }
svg text { font: 12px system-ui, sans-serif; fill: var(--ink); }
footer { border-top: 1px solid var(--line); margin-top: 4rem; padding-top: 1rem; padding-bottom: 3rem; font-size: .85rem; color: var(--soft); }
@page { size: A4; margin: 18mm 16mm 20mm; }
@media print {
  body { font-size: 10.5pt; } header, main, footer, nav.contents { max-width: none; padding: 0; } header { padding-top: 0; }
  .wide { overflow: visible; } table { font-size: 8.2pt; } thead { display: table-header-group; } tr, .note { break-inside: avoid; }
  h2 { break-after: avoid; } h3, caption { break-after: avoid; } a { color: inherit; text-decoration: none; } .skip { display: none; } td a, th a, nav.contents a { min-height: 0; }
  .bar, .tag { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
@media (max-width: 46rem) { header, main, footer, nav.contents { padding: 0 1rem; } nav.contents h2 { font-family: Charter, "Bitstream Charter", Cambria, Georgia, serif; }
nav.contents ol { columns: 1; } dl.meta { grid-template-columns: 1fr; gap: 0; } dl.meta dd { margin-bottom: .5rem; } }
"""
