import type {SweepFinding} from '../../sweep/finding.ts';
import type {RunnersView} from './runners.ts';
import {columnsFor, summarise} from './runners-table.ts';
import {spellSpan} from './span.ts';

const style = `:root{color-scheme:light dark;--ink:#1d2430;--soft:#5b6676;--line:#d8dee7;--page:#fff;--band:#f5f7fa;--good:#11703c;--warn:#8a5a00;--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#9aa6b6;--line:#333c48;--page:#14181e;--band:#1b2129;--good:#6fd69b;--warn:#f0c060;--bad:#ff8a80}}
body{margin:2rem auto;max-width:84rem;padding:0 1rem;font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--page)}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}p{margin:.25rem 0}.soft{color:var(--soft)}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.4rem .75rem;border-bottom:1px solid var(--line);vertical-align:top;white-space:nowrap}
th{font-size:.75rem;letter-spacing:.04em;color:var(--soft)}tbody tr:nth-child(odd){background:var(--band)}
td.wide{white-space:normal;min-width:20rem}.running{color:var(--good)}.stopped,.paused{color:var(--warn)}.failed,.unknown{color:var(--bad)}
code{font:13px/1.5 ui-monospace,monospace;display:block}`;

/** The runners and the findings as one HTML page that needs nothing else; every text from outside is escaped. */
export function runnersPage({rows, findings, severalControllers, controllers}: RunnersView, now: number): string {
	const shown = columnsFor(severalControllers);
	const table = [
		`<tr>${shown.map(([heading]) => `<th scope="col">${heading}</th>`).join('')}</tr>`,
		rows.map(
			(row) =>
				`<tr>${shown
					.map(([heading, show]) => {
						const look = heading === 'STATUS' ? ` class="${row.status}"` : '';
						return `<td${look}>${escapeHtml(show(row))}</td>`;
					})
					.join('')}</tr>`,
		),
	] as const;
	const time = new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none';style-src 'unsafe-inline'">
<title>Runners on Proxmox VE</title>
<style>
${style}
</style>
</head>
<body>
<h1>Runners on Proxmox VE</h1>
<p>${summarise(rows)} <span class="soft">As of <time datetime="${time}">${time}</time>; ${escapeHtml(controllers.length === 1 ? `controller ${controllers[0]}` : `${controllers.length} controllers`)}.</span></p>
<div class="scroll">
<table>
<thead>${table[0]}</thead>
<tbody>
${table[1].join('\n')}
</tbody>
</table>
</div>
<h2>To look at</h2>
${drawFindings(findings)}
</body>
</html>
`;
}

function drawFindings(findings: readonly SweepFinding[]): string {
	if (findings.length === 0) return '<p>Nothing.</p>';
	const lines = findings.map(({kind, way, what, why, ageMs, node, mend = []}) => {
		const commands =
			mend.length === 0
				? ''
				: `<p class="soft">On node ${escapeHtml(node ?? '')}, as root:</p>${mend.map((line) => `<code>${escapeHtml(line)}</code>`).join('')}`;
		const age = ageMs === undefined ? '?' : spellSpan(ageMs);
		return `<tr><td>${kind}</td><td class="wide">${escapeHtml(what)}</td><td>${age}</td><td class="wide">${escapeHtml(why)}${commands}</td><td>${ends[way]}</td></tr>`;
	});
	return `<div class="scroll">
<table>
<thead><tr><th scope="col">FINDING</th><th scope="col">WHAT</th><th scope="col">AGE</th><th scope="col">WHY</th><th scope="col">CLEAN-UP</th></tr></thead>
<tbody>
${lines.join('\n')}
</tbody>
</table>
</div>`;
}

const ends: Readonly<Record<SweepFinding['way'], string>> = {
	remove: 'removes it',
	suspect: 'with --include-suspects',
	root: 'leaves it to root',
	keep: 'leaves it',
};
const entities: Readonly<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&#39;',
};

function escapeHtml(text: string): string {
	return (
		text
			.replace(/[&<>"']/g, (letter) => entities[letter] ?? '')
			// What turns text round or is not seen would make one name look like another.
			.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '\ufffd')
	);
}
