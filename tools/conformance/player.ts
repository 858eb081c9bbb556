import {differences} from './compare.ts';
import {type Fate, readFates, succeeded} from './fate.ts';
import {storagesIn} from './first-storages.ts';
import {Hand} from './hand/hand.ts';
import {notSimulatedFor} from './not-simulated.ts';
import {Presence} from './presence.ts';
import {Sender} from './sender.ts';
import {reasonToSkip, type Skip} from './skip.ts';
import type {Theatre} from './theatre.ts';
import {type Pause, Timeline, type Turn} from './timeline.ts';
import {type Answer, dataOf, type Exchange, rowsOf, type Scenario} from './transcript.ts';
import {findUpid} from './upid.ts';
import {isMultipart, isUpload} from './upload.ts';
import type {Verdict} from './verdict.ts';
import {Words} from './words.ts';

const hesitationMs = 100;

/** Plays scenarios one after the other on one cluster, and judges what comes of each exchange. */
export class Player {
	readonly verdicts: Verdict[] = [];
	readonly #theatre: Theatre;
	readonly #fates: ReadonlyMap<string, Fate>;
	readonly #words = new Words();
	readonly #sender: Sender;
	readonly #presence: Presence;
	readonly #hand: Hand;
	readonly #timeline: Timeline;
	/** The tasks that the recording asks about. */
	readonly #polled: ReadonlySet<string>;

	constructor(theatre: Theatre, exchanges: readonly Exchange[]) {
		this.#theatre = theatre;
		this.#fates = readFates(exchanges);
		this.#timeline = new Timeline(exchanges, this.#fates);
		this.#polled = new Set(exchanges.flatMap(({path}) => (isOfTask(path) ? (findUpid(path)?.text ?? []) : [])));
		this.#sender = new Sender(theatre.simulator, exchanges, this.#words);
		this.#presence = new Presence(theatre.simulator, exchanges, this.#fates, this.#words);
		this.#hand = new Hand(theatre, this.#sender, this.#fates);
	}

	/** Makes ready to play. */
	async open(): Promise<void> {
		await this.#theatre.play([() => this.#sender.login()]);
	}

	/** Plays a scenario to its end. */
	async play(scenario: Scenario): Promise<void> {
		const {simulator, clock} = this.#theatre;
		for (const [name, storage] of Object.entries(storagesIn(scenario))) simulator.world.storages[name] ??= storage;
		await this.#hand.beforeScenario();
		this.#presence.open(scenario);
		for (const turn of this.#timeline.turnsOf(scenario, clock.now())) {
			if (turn.kind === 'pause') await this.#pause(turn);
			else await this.#take(turn);
		}
	}

	close(): void {
		this.#sender.close();
	}

	async #pause({note, files, atMs}: Pause): Promise<void> {
		if (atMs !== undefined) await this.#theatre.advanceTo(atMs);
		this.#presence.matchFiles(files);
		if (/^deleting them\b/.test(note)) this.#presence.clear();
		await this.#hand.between(note);
	}

	async #take({exchanges, startMs, restMs}: Turn): Promise<void> {
		await this.#theatre.advanceTo(startMs);
		const played = await this.#prepare(exchanges);
		const sends = played.map((exchange) => () => this.#sender.send(exchange));
		const answers = await this.#theatre.play(sends, {unseen: played.some(isHeldBack)});
		for (const [index, exchange] of played.entries()) {
			const first = answers[index];
			if (first === undefined) continue;
			const answer = await this.#whenEnded(exchange, first);
			this.#judge(exchange, answer);
			await this.#hand.after(exchange, String(dataOf(answer)));
			if (played.length === 1 && restMs > hesitationMs) await this.#awaitUnseen(exchange, answer);
		}
	}

	/** Makes the world ready for exchanges that were sent together; gives those that are to be sent. */
	async #prepare(exchanges: readonly Exchange[]): Promise<readonly Exchange[]> {
		const played: Exchange[] = [];
		for (const exchange of exchanges) {
			const told = await this.#hand.before(exchange);
			const found = this.#presence.prepare(exchange, exchanges.length === 1);
			const skip = told ?? found ?? reasonToSkip(exchange);
			if (skip === undefined) played.push(exchange);
			else await this.#skip(exchange, skip);
		}
		return played;
	}

	#judge(exchange: Exchange, answer: Answer): void {
		this.#words.learnFrom(exchange.answer.body, answer.body);
		const nowMs = this.#theatre.clock.now();
		this.#presence.note(exchange, answer, nowMs);
		const isYoung = (vmid: number): boolean => this.#presence.isYoung(vmid, nowMs);
		const why = differences(exchange.answer, answer, {words: this.#words, isYoung});
		this.verdicts.push(why.length === 0 ? {exchange, outcome: 'agree'} : {exchange, outcome: 'differ', why});
	}

	async #skip(exchange: Exchange, {name, why, sent}: Skip): Promise<void> {
		if (sent === true) await this.#theatre.play([() => this.#sender.send(exchange)]);
		const known = notSimulatedFor(exchange);
		if (succeeded(exchange, this.#fates)) known?.row.effect?.(this.#theatre.simulator, exchange, known.names);
		this.verdicts.push({exchange, outcome: 'skipped', name, why});
	}

	/** Where the recorder waited for a task's end before it wrote the answer down, so does the replay. */
	async #whenEnded(exchange: Exchange, first: Answer): Promise<Answer> {
		if (!isEnded(exchange.answer) || !isRunning(first)) return first;
		await this.#untilEnded(findUpid(this.#words.translate(exchange.path))?.text ?? '');
		return (await this.#theatre.play([() => this.#sender.send(exchange)]))[0] ?? first;
	}

	/** A task that the recording never asks about was waited for by the recorder without writing that down. */
	async #awaitUnseen(exchange: Exchange, answer: Answer): Promise<void> {
		const [recorded, upid] = [findUpid(String(dataOf(exchange.answer)))?.text, dataOf(answer)];
		if (recorded === undefined || typeof upid !== 'string' || this.#polled.has(recorded)) return;
		// A clone that was made slow was made so for what follows to happen meanwhile.
		const {storages} = this.#theatre.simulator.world;
		if (Object.values(storages).every(({slow}) => slow === undefined)) await this.#untilEnded(upid);
	}

	#untilEnded(upid: string): Promise<void> {
		return this.#theatre.until(() => this.#theatre.simulator.world.tasks[upid]?.status !== 'running');
	}
}

const isOfTask = (path: string): boolean => /\/tasks\/./.test(path);

/** An upload that is no upload: a node waits for the rest of it before it looks at the request. */
const isHeldBack = (exchange: Exchange): boolean => isUpload(exchange) && !isMultipart(exchange);

const statusOf = (answer: Answer): unknown => (dataOf(answer) as {status?: unknown} | null | undefined)?.status;

const lastLineOf = (answer: Answer): string => String(rowsOf(answer).at(-1)?.t ?? '');

const isEnded = (answer: Answer): boolean => statusOf(answer) === 'stopped' || lastLineOf(answer).startsWith('TASK ');

function isRunning(answer: Answer): boolean {
	const {upid} = (dataOf(answer) ?? {}) as {readonly upid?: unknown};
	if (statusOf(answer) === 'running' && findUpid(String(upid)) !== undefined) return true;
	const log = rowsOf(answer);
	return log.length > 0 && 't' in (log[0] ?? {}) && !lastLineOf(answer).startsWith('TASK ');
}
