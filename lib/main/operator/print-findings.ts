import {type Finding, type Topic, topics} from '../../doctor/finding.ts';
import {type Paint, wrap} from './style.ts';

const titles: Readonly<Record<Topic, string>> = {
	config: 'Config',
	garm: 'GARM',
	endpoint: 'Addresses',
	clock: 'Clock',
	token: 'Token',
	privilege: 'Privileges',
	pool: 'Resource pool',
	template: 'Templates',
	place: 'Nodes',
	storage: 'Storages',
	network: 'Network',
	vmid: 'VMIDs',
	tag: 'Tags',
};
const signs = {ok: ['green', '✓'], warning: ['yellow', '!'], failure: ['red', '✗']} as const;
const width = 110;

/** Findings as a list for people: by topic, each with why it matters and the lines that mend it. */
export function printFindings(findings: readonly Finding[], paint: Paint): string {
	const parts = topics.flatMap((topic) => {
		const own = findings.filter((finding) => finding.topic === topic);
		return own.length === 0
			? []
			: [`${paint('bold', titles[topic])}\n${own.map((each) => drawOne(each, paint)).join('')}`];
	});
	return `${parts.join('')}\n${summary(findings, paint)}\n`;
}

function drawOne({level, what, why, mend = [], set = []}: Finding, paint: Paint): string {
	const [colour, sign] = signs[level];
	const [first = '', ...rest] = wrap(what, width, '    ').trimEnd().split('\n');
	const head = [`  ${paint(colour, sign)} ${first.trimStart()}`, ...rest].map((line) => `${line}\n`).join('');
	const reason = why === undefined ? '' : paint('dim', wrap(why, width, '      ').trimEnd()).concat('\n');
	return head + reason + block('On a node of the cluster, as root:', mend) + block('In a config file:', set);
}

function block(title: string, lines: readonly string[]): string {
	return lines.length === 0 ? '' : `      ${title}\n${lines.map((line) => `        ${line}\n`).join('')}`;
}

function summary(findings: readonly Finding[], paint: Paint): string {
	const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length;
	const [failures, warnings] = [count('failure'), count('warning')];
	const beside = warnings === 0 ? '' : `, ${spell(warnings, 'warning')}`;
	if (failures === 0)
		return paint('green', `Nothing keeps runners from coming up (${spell(count('ok'), 'check')} passed${beside}).`);
	return paint(
		'red',
		`${spell(failures, 'failure')}${beside}: runners do not come up, or do not go, until they are mended.`,
	);
}

function spell(count: number, word: string): string {
	return `${count} ${word}${count === 1 ? '' : 's'}`;
}
