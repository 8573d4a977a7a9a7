/** The style of the customer's page: phones first, two columns where there is room, by the system's own colours. */
const source = `
:root{color-scheme:light dark;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;
  --bg:#f3f4f8;--card:#fff;--text:#16181d;--muted:#5a6070;--line:#e2e4ec;--soft:#eeedfc;
  --accent:#4f46d8;--on-accent:#fff;--ok:#08663a;--ok-bg:#dff4e8;--warn:#7a4d00;--warn-bg:#fcefd0;--bad:#a61b11;--bad-bg:#fde6e3}
@media (prefers-color-scheme:dark){:root{
  --bg:#0e1014;--card:#181b21;--text:#f0f1f5;--muted:#a4aab8;--line:#2b2f39;--soft:#26253f;
  --accent:#a09aff;--on-accent:#14122b;--ok:#6fdba8;--ok-bg:#12301f;--warn:#f4c95d;--warn-bg:#33280c;--bad:#ffa39a;--bad-bg:#3b1714}}
*{box-sizing:border-box}
[hidden]{display:none!important}
body{margin:0;background:var(--bg);color:var(--text);overflow-wrap:anywhere}
.page{max-width:66rem;margin:0 auto;padding:1rem}
header{padding:.25rem .25rem 1rem}
h1{margin:0;font-size:1.125rem;font-weight:600}
h2{margin:0 0 .75rem;font-size:1.0625rem}
h3{margin:1.25rem 0 .5rem;font-size:1rem}
p{margin:.5rem 0}
ul{list-style:none;margin:0;padding:0}
a{color:var(--accent)}
section,.fold>summary{background:var(--card);border:1px solid var(--line);border-radius:1rem;padding:1.125rem;margin:0 0 .875rem}
section>:last-child{margin-bottom:0}
.fold>summary{padding:.875rem 1.125rem}
.announce{padding:.75rem 1.125rem;background:var(--soft);border-color:transparent}
.announce p{margin:0}
section>details:only-child{margin:-.5rem 0}
.badge{display:inline-block;margin:0;padding:.125rem .625rem;border-radius:1rem;font-size:.875rem;font-weight:600}
.ok .badge{background:var(--ok-bg);color:var(--ok)}
.warn .badge{background:var(--warn-bg);color:var(--warn)}
.bad .badge{background:var(--bad-bg);color:var(--bad)}
.headline{margin:.5rem 0 .125rem;font-size:1.75rem;line-height:1.2;font-weight:700}
.muted{color:var(--muted);font-size:.9375rem}
.button,button{display:inline-block;padding:.625rem 1rem;border:0;border-radius:.75rem;background:var(--soft);color:var(--accent);
  font:inherit;font-weight:600;text-align:center;text-decoration:none;cursor:pointer}
.primary{display:block;padding:.9375rem 1rem;background:var(--accent);color:var(--on-accent);font-size:1.0625rem}
.danger{background:var(--bad-bg);color:var(--bad)}
.actions{display:grid;gap:.625rem;margin-top:1rem}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
summary{padding:.625rem 0;color:var(--accent);font-weight:600;cursor:pointer}
.rows>li{display:flex;flex-wrap:wrap;gap:.25rem .75rem;align-items:center;justify-content:space-between;padding:.625rem 0;border-top:1px solid var(--line)}
.rows>li:first-child{border-top:0}
.rows>li>:first-child{flex:1 1 8rem}
.rows b{font-weight:600}
.rows a:not(.button){padding:.625rem 0}
.whole{flex-basis:100%}
.copy{display:flex;gap:.5rem;margin:.75rem 0 0}
.copy input{flex:1;min-width:0;padding:.625rem .75rem;border:1px solid var(--line);border-radius:.75rem;background:var(--bg);color:var(--text);
  font:.875rem/1.4 ui-monospace,Menlo,Consolas,monospace;text-overflow:ellipsis}
code{display:block;width:100%;padding:.5rem .625rem;border-radius:.5rem;background:var(--bg);color:var(--muted);
  font:.75rem/1.4 ui-monospace,Menlo,Consolas,monospace;word-break:break-all;max-height:4.6em;overflow:auto;user-select:all}
.scan{display:flex;flex-wrap:wrap;gap:1rem;align-items:center}
.scan p{flex:1 1 10rem;margin:0}
.qr{display:block;width:11rem;height:11rem;border-radius:.75rem}
.bar{display:block;width:100%;height:.625rem;margin:.625rem 0;border-radius:1rem;background:var(--line);overflow:hidden;fill:var(--accent)}
.bar.warn{fill:var(--warn)}
.bar.bad{fill:var(--bad)}
.amount{margin:0;font-size:1.25rem;font-weight:600}
.names{display:flex;flex-wrap:wrap;gap:.5rem;margin:.75rem 0 0}
.names li{padding:.25rem .75rem;border:1px solid var(--line);border-radius:1rem;font-size:.9375rem}
.remove[open]{flex-basis:100%}
.remove summary{list-style:none;padding:.625rem 0}
.remove summary::-webkit-details-marker{display:none}
.said{position:absolute;left:-99rem}
footer{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;padding:.25rem .25rem 1rem}
footer a{padding:.5rem 0}
@media (min-width:56rem){
  .page{padding:2rem}
  main{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:0 .875rem;align-items:start}
  .narrow{max-width:40rem}
  .narrow main{display:block}
}
`;

export const style = source.replaceAll(/\s*\n\s*/g, '');
