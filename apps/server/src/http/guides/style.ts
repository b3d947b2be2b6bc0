/** Colours are those of the dashboard, chosen by what the reader's system prefers: there is no script that could ask. */
export const guideStyle = `:root {
  color-scheme: light dark;
  --ground: #fafaf8; --surface: #fff; --sunken: #f3f3f0; --line: #e5e4df;
  --ink: #191918; --ink-2: #55544f; --accent: #0b6a94; --accent-soft: #e3f0f6;
  font: 16px/1.6 Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0e1012; --surface: #15181b; --sunken: #1c2024; --line: #282c31;
    --ink: #ececea; --ink-2: #b4b7bb; --accent: #63bde6; --accent-soft: #12303e;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 4.5rem; }
body { margin: 0; background: var(--ground); color: var(--ink); }
a { color: var(--accent); text-underline-offset: .2em; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; z-index: 2; background: var(--surface); padding: .5rem 1rem; }
header {
  position: sticky; top: 0; z-index: 1; display: flex; align-items: center; justify-content: space-between; gap: 1rem;
  padding: .75rem 1.5rem; background: var(--surface); border-bottom: 1px solid var(--line);
}
header a { text-decoration: none; }
header .name { color: var(--ink); font-weight: 650; }
header nav { display: flex; gap: 1.25rem; font-size: .9rem; white-space: nowrap; }
header nav a { color: var(--ink-2); }
header nav a[aria-current] { color: var(--accent); }
.columns { display: grid; grid-template-columns: 15rem minmax(0, 46rem) 13rem; gap: 3rem; max-width: 84rem; margin: 0 auto; padding: 0 1.5rem; }
.contents, .sections { font-size: .9rem; padding: 2rem .6rem; margin: 0 -.6rem; }
nav.contents, .sections { position: sticky; top: 3.3rem; align-self: start; max-height: calc(100vh - 3.3rem); overflow-y: auto; }
.contents h2, .sections h2 { font-size: .75rem; font-weight: 650; text-transform: uppercase; letter-spacing: .06em; color: var(--ink-2); margin: 1.5rem 0 .4rem; }
.contents h2:first-child, .sections h2 { margin-top: 0; }
.contents ul, .sections ul { list-style: none; margin: 0; padding: 0; }
.contents li a, .sections li a { display: block; padding: .25rem .6rem; margin: 0 -.6rem; border-radius: 6px; color: var(--ink-2); text-decoration: none; }
.contents li a:hover, .sections li a:hover { color: var(--ink); background: var(--sunken); }
.contents li a[aria-current] { color: var(--accent); background: var(--accent-soft); }
details.contents { display: none; }
main { padding: 2rem 0 6rem; min-width: 0; }
article > :first-child { margin-top: 0; }
h1 { font-size: 2rem; line-height: 1.2; letter-spacing: -.02em; margin: 0 0 1rem; }
article h2 { font-size: 1.35rem; line-height: 1.3; letter-spacing: -.01em; margin: 2.75rem 0 .75rem; }
article h3 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
article p, article li { overflow-wrap: break-word; }
article li { margin: .3rem 0; }
article img { max-width: 100%; height: auto; border: 1px solid var(--line); border-radius: 8px; }
code { font: .875em/1.5 ui-monospace, "SF Mono", "Cascadia Mono", "Segoe UI Mono", Menlo, monospace; background: var(--sunken); padding: .1em .35em; border-radius: 4px; overflow-wrap: anywhere; }
pre { position: relative; overflow-x: auto; background: var(--surface); border: 1px solid var(--line); border-radius: 8px; padding: 1rem; margin: 1rem 0; }
pre code { background: none; padding: 0; font-size: .84rem; overflow-wrap: normal; }
.table { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .5rem .75rem .5rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--ink-2); font-weight: 600; }
th:empty { padding: 0; }
td code, th code { overflow-wrap: normal; }
.cards { list-style: none; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr)); gap: .75rem; }
.cards li { margin: 0; }
.cards a { display: block; height: 100%; padding: .8rem 1rem; border: 1px solid var(--line); border-radius: 8px; background: var(--surface); text-decoration: none; }
.cards a:hover { border-color: var(--accent); }
.cards b { display: block; font-weight: 600; }
.cards span { display: block; color: var(--ink-2); font-size: .87rem; line-height: 1.45; margin-top: .2rem; }
.turn { display: flex; justify-content: space-between; gap: 1rem; margin-top: 4rem; padding-top: 1rem; border-top: 1px solid var(--line); }
.turn a { text-decoration: none; }
.turn .next { margin-left: auto; text-align: right; }
@media (max-width: 75rem) { .columns { grid-template-columns: 14rem minmax(0, 46rem); } .sections { display: none; } }
@media (max-width: 52rem) {
  .columns { display: block; padding: 0 1rem; }
  nav.contents { display: none; }
  details.contents { display: block; padding: 1rem 0 0; margin: 0; }
  details.contents summary { cursor: pointer; padding: .5rem .75rem; border: 1px solid var(--line); border-radius: 8px; background: var(--surface); }
  details.contents[open] summary { margin-bottom: 1rem; }
  details.contents li a { padding: .45rem .6rem; }
  main { padding-top: 1.5rem; }
  header { padding: .75rem 1rem; }
  header nav { gap: .9rem; font-size: .85rem; }
  h1 { font-size: 1.6rem; }
}
@media print { header, .contents, .sections, .turn { display: none !important; } .columns { display: block; } }
`;
