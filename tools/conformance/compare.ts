import {settled} from './settled.ts';
import type {Answer} from './transcript.ts';
import {findUpid} from './upid.ts';
import type {Words} from './words.ts';

/** What a comparison has to know besides the two answers. */
export interface Context {
	readonly words: Words;
	/** Whether a guest was made or changed so lately that its row may or may not show that yet. */
	readonly isYoung: (vmid: number) => boolean;
}

type Row = Readonly<Record<string, unknown>>;
type Differences = Iterable<string>;

/** What differs between a recorded and a simulated answer, one line each; none where they agree. */
export const differences = (recorded: Answer, simulated: Answer, context: Context): readonly string[] => [
	...compareAnswers(recorded, simulated, context),
];

function* compareAnswers(recorded: Answer, simulated: Answer, context: Context): Differences {
	if (recorded.status !== simulated.status) {
		yield `status: recorded ${shownHead(recorded)}, simulated ${shownHead(simulated)}`;
		return;
	}
	// A connection that ended without an answer: each machine has its own words for that.
	if (recorded.status === 0) return;
	const [said, answered] = [reasonOf(recorded, context.words), reasonOf(simulated, context.words)];
	if (said !== answered) yield `reason phrase: recorded '${said}', simulated '${answered}'`;
	yield* compareValues('body', recorded.body, simulated.body, context);
}

const shownHead = ({status, reason}: Answer): string =>
	status === 0 ? `no answer (${reason})` : `${status} ${reason}`;

/** Within a dead node's first minute the kernel's ARP entry decides which of the two a connection ends with. */
function reasonOf({status, reason}: Answer, words: Words): string {
	const text = settled(reason, words);
	return status === 595 && text === 'Connection timed out' ? 'No route to host' : text;
}

function* compareValues(at: string, recorded: unknown, simulated: unknown, context: Context): Differences {
	const [kind, answered] = [kindOf(recorded), kindOf(simulated)];
	if (kind !== answered) yield `${at}: recorded ${kind}, simulated ${answered}`;
	else if (isList(recorded) && isList(simulated)) yield* compareLists(at, recorded, simulated, context);
	else if (isRow(recorded) && isRow(simulated)) yield* compareObjects(at, recorded, simulated, context);
	else if (kind === 'string' && !isMachines(at)) yield* compareTexts(at, recorded, simulated, context);
}

function kindOf(value: unknown): string {
	if (value === null) return 'null';
	if (isList(value)) return 'list';
	if (typeof value === 'string' && findUpid(value)?.text === value) return 'UPID';
	return typeof value;
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !isList(value);

/** Texts in which a machine or a guest speaks of itself: only their kinds are compared. */
const isMachines = (at: string): boolean =>
	/^body\.data\.(?:result\b|pveversion|kversion|cpuinfo|loadavg|current-kernel|boot-info|repoid|version)/.test(at) ||
	/\.(?:plugintype|type)$/.test(at);

function* compareTexts(at: string, recorded: unknown, simulated: unknown, {words}: Context): Differences {
	if (recorded === hidden) return;
	// The order of a storage's content types and of a role's privileges is that of a Perl hash.
	const inOrder = (text: string): string => (/\.(?:content|privs)$/.test(at) ? text.split(',').sort().join(',') : text);
	const [said, answered] = [recorded, simulated].map((text) => inOrder(settled(String(text), words)));
	if (said !== answered) yield `${at}: recorded ${quoted(said)}, simulated ${quoted(answered)}`;
}

/** What the recorder wrote instead of a secret. */
const hidden = '<redacted>';

const shownCharacters = 160;

const quoted = (text = ''): string =>
	JSON.stringify(text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text);

/**
 * `saved` in a task's row is a number, a text or absent: whichever, depends on who last read the file of active tasks.
 * RESTEnvironment.pm active_workers.
 */
const fickle = 'saved';

function* compareObjects(at: string, recorded: Row, simulated: Row, context: Context): Differences {
	const young = isGuestRow(recorded) && context.isYoung(Number(recorded.vmid));
	if (young && isFresh(recorded) !== isFresh(simulated)) return;
	for (const key of Object.keys(recorded)) {
		if (key === fickle || (young && broadcast.has(key))) continue;
		if (key in simulated) yield* compareValues(`${at}.${key}`, recorded[key], simulated[key], context);
		else yield `${at}.${key}: recorded ${kindOf(recorded[key])}, not simulated`;
	}
	for (const key of Object.keys(simulated)) {
		if (!(key in recorded) && key !== fickle) yield `${at}.${key}: simulated ${kindOf(simulated[key])}, not recorded`;
	}
}

/** A guest's row in /cluster/resources or a pool. */
const isGuestRow = ({id, vmid}: Row): boolean => id === `qemu/${vmid}`;

/** The row before anybody has told the cluster the guest's figures. */
const isFresh = ({status, maxmem}: Row): boolean => status === 'unknown' && maxmem === undefined;

/** What a row shows of a guest only after the next broadcast. */
const broadcast = new Set(['status', 'name', 'template']);

function* compareLists(
	at: string,
	recorded: readonly unknown[],
	simulated: readonly unknown[],
	context: Context,
): Differences {
	if (isLog(recorded)) return yield* compareLogs(at, recorded, simulated, context);
	if (recorded.length === 0 || simulated.length === 0) {
		if (recorded.length !== simulated.length) {
			yield `${at}: recorded ${recorded.length} rows, simulated ${simulated.length}`;
		}
		return;
	}
	const [known, found] = [byIdentity(recorded, context.words), byIdentity(simulated, context.words)];
	if (known.size + found.size === 0) yield* compareValues(`${at}[0]`, recorded[0], simulated[0], context);
	for (const [identity, row] of known) {
		if (found.has(identity)) yield* compareValues(`${at}[${identity}]`, row, found.get(identity), context);
		else if (!isTask(row)) yield `${at}[${identity}]: not simulated`;
	}
	for (const [identity, row] of found)
		if (!known.has(identity) && !isTask(row)) yield `${at}[${identity}]: not recorded`;
}

/** How many tasks of before a list still shows is a matter of the machine's history. */
const isTask = (row: unknown): boolean => isRow(row) && 'upid' in row;

/** What tells a row of a list from the others, in the order of choice. A task's `id` is what it is about. */
const identities = [
	...['upid', 'id', 'volid', 'vmid', 'key', 'iface', 'storage', 'node', 'poolid', 'name'],
	...['userid', 'tokenid', 'roleid'],
];

function byIdentity(rows: readonly unknown[], words: Words): ReadonlyMap<string, unknown> {
	return new Map(
		rows.flatMap((row) => {
			const identity = isRow(row) ? identityOf(row) : undefined;
			return identity === undefined ? [] : [[words.recorded(identity), row] as const];
		}),
	);
}

function identityOf(row: Row): string | undefined {
	// An entry of the access list is known by all of it.
	if (row.ugid !== undefined) return `${row.path} ${row.ugid} ${row.roleid}`;
	const key = identities.find((name) => row[name] !== undefined);
	return key === undefined ? undefined : String(row[key]);
}

const isLog = (rows: readonly unknown[]): boolean =>
	rows.length > 0 && rows.every((row) => isRow(row) && 't' in row && 'n' in row);

/** A log's lines say how the tools of the machine worked; its last line says how the task ended. */
function* compareLogs(
	at: string,
	recorded: readonly unknown[],
	simulated: readonly unknown[],
	context: Context,
): Differences {
	const [last, twin] = [recorded.at(-1), simulated.at(-1)];
	if (!isRow(last) || !isRow(twin)) {
		yield `${at}: recorded ${recorded.length} lines, simulated none`;
		return;
	}
	yield* compareValues(`${at}[last].n`, last.n, twin.n, context);
	const ended = [last.t, twin.t].some((text) => String(text).startsWith('TASK '));
	if (ended) yield* compareTexts(`${at}[last].t`, last.t, twin.t, context);
}
