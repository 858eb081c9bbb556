import {readFile} from 'node:fs/promises';
import path from 'node:path';
import type {Choice} from '../../access/choice.ts';
import {removalObstacles, removalSteps} from '../../access/removal-plan.ts';
import {setupObstacles, setupSteps} from '../../access/setup-plan.ts';
import {type AccessStep, shellLine} from '../../access/step.ts';
import {badRequest, Fault} from '../../fault.ts';
import {silentLogger} from '../../log/logger.ts';
import {type Admin, logIn} from '../../pve/admin.ts';
import {lookAtCertificate} from '../../pve/certificate.ts';
import type {TlsChoice} from '../../pve/trust.ts';
import {deadlineIn} from '../../time/deadline.ts';
import type {Io} from '../io.ts';
import type {Terminal} from '../terminal.ts';
import {type ConfigTarget, lookAtTarget, writeTarget} from './config-target.ts';
import {demandYes} from './demand-yes.ts';
import {runDoctor} from './doctor.ts';
import {choiceFrom} from './setup-choice.ts';
import type {SetupOptions} from './setup-command.ts';
import {configText, type Reach, removalScript, setupScript} from './setup-text.ts';
import {painter} from './style.ts';

const admin = 'root@pam';
const requestTimeoutMs = 30_000;
const budgetMs = 600_000;

/** Prints, does or undoes the set-up. */
export async function runSetup(options: SetupOptions, io: Io): Promise<void> {
	const choice = choiceFrom(options);
	const major = Number(options.pve);
	if (options.remove) {
		if (io.terminal === undefined) {
			if (options.apply || options.yes) throw nobodyToAsk(options);
			return io.writeOut(removalScript(choice, major));
		}
		return undo(options, choice, io, io.terminal);
	}
	if (!options.apply) return io.writeOut(setupScript(choice, major, options.config, reachOf(options)));
	if (io.terminal === undefined) throw nobodyToAsk(options);
	return apply(options, choice, io, io.terminal);
}

function nobodyToAsk({remove}: SetupOptions): Fault {
	return new Fault(
		'refused',
		`Unable to ask for the password of ${admin}: there is no terminal. Without --apply${remove ? ' and --yes' : ''} the lines are printed, for root to run on a node.`,
	);
}

function reachOf({url, fingerprint, caFile}: SetupOptions): Reach {
	return {
		urls: (url ?? ['https://pve1.example.com:8006']).map(withPort),
		...(fingerprint === undefined ? {} : {fingerprint}),
		...(caFile === undefined ? {} : {caFile: path.resolve(caFile)}),
	};
}

function withPort(url: string): string {
	const plain = url.replace(/\/$/, '');
	return /:\d+$/.test(plain) ? plain : `${plain}:8006`;
}

async function apply(options: SetupOptions, choice: Choice, io: Io, terminal: Terminal): Promise<void> {
	const file = options.config;
	const target = await lookAtTarget(file, choice, io.clock);
	if (target.state === 'unfit') {
		io.writeError(`${file} is there already. ${target.why}\n`);
		await demandYes(terminal, `Write a new one, and keep this one as ${file}.old? [y/N] `);
	}
	const {reach, tls} = await establishReach(options, target, io, terminal);
	const root = await logInAsRoot(reach.urls, tls, io, terminal);
	try {
		const secret = await carryOut(choice, target, root, io, terminal);
		if (secret !== undefined) {
			await writeTarget(file, configText(choice, reach, secret));
			io.writeOut(`${file} is written, for its owner only.\n`);
		} else io.writeOut(`${file} works, and stays as it is.\n`);
	} finally {
		root.close();
	}
	io.writeOut('\n');
	await runDoctor({config: file}, io);
}

/** Takes every step that is missing; gives the secret of a token that was made. */
async function carryOut(
	choice: Choice,
	{state}: ConfigTarget,
	root: Admin,
	io: Io,
	terminal: Terminal,
): Promise<string | undefined> {
	const {user, token} = choice;
	let seen = await root.observeAccess();
	const {vms} = await root.inventory();
	const obstacles = setupObstacles(
		choice,
		seen,
		vms.map(({vmid}) => vmid),
	);
	if (obstacles.length > 0) throw badRequest('The set-up', obstacles);
	if (state !== 'works' && seen.users[user]?.tokens.includes(token)) {
		io.writeError(`The token ${user}!${token} is there already, and PVE shows a secret only once.\n`);
		await demandYes(terminal, 'Make it anew? Whoever uses it now has to be given the new secret. [y/N] ');
		await takeSteps([{do: 'remove-token', user, token}], root, io);
		seen = await root.observeAccess();
	}
	const steps = setupSteps(choice, seen);
	if (steps.length === 0) io.writeOut('The cluster has everything already.\n');
	return takeSteps(steps, root, io);
}

async function takeSteps(steps: readonly AccessStep[], root: Admin, io: Io): Promise<string | undefined> {
	const paint = painter(io.colours);
	let secret: string | undefined;
	for (const step of steps) {
		secret = (await root.take(step)) ?? secret;
		io.writeOut(`${paint('green', '✓')} ${shellLine(step)}\n`);
	}
	return secret;
}

async function undo(options: SetupOptions, choice: Choice, io: Io, terminal: Terminal): Promise<void> {
	const target = await lookAtTarget(options.config, choice, io.clock).catch((): ConfigTarget => ({state: 'absent'}));
	const {reach, tls} = await establishReach(options, target, io, terminal);
	const root = await logInAsRoot(reach.urls, tls, io, terminal);
	try {
		const seen = await root.observeAccess();
		const obstacles = removalObstacles(choice, seen);
		if (obstacles.length > 0) throw badRequest('The set-up', obstacles);
		const steps = removalSteps(choice, seen);
		if (steps.length === 0) return io.writeOut('Nothing of the set-up is there.\n');
		if (!options.yes) {
			io.writeOut(`This is what it takes:\n${steps.map((step) => `  ${shellLine(step)}\n`).join('')}`);
			await demandYes(terminal, 'Do it? [y/N] ');
		}
		await takeSteps(steps, root, io);
	} finally {
		root.close();
	}
	if (target.state !== 'absent')
		io.writeOut(`${options.config} still names the token; remove it when GARM uses it no more.\n`);
}

/** Addresses, and how their certificates are checked. */
interface Way {
	readonly reach: Reach;
	readonly tls: TlsChoice;
}

/** The way to the cluster: the options', the config's, the system's, or one that the person vouches for. */
async function establishReach(options: SetupOptions, target: ConfigTarget, io: Io, terminal: Terminal): Promise<Way> {
	const reach = reachOf(options);
	const trusts = reach.fingerprint !== undefined || reach.caFile !== undefined;
	if (target.state === 'works' && !trusts) {
		const {urls, tls} = target.config;
		const isSame = options.url === undefined || reach.urls.every((url) => urls.includes(url));
		if (isSame) return {reach: {urls}, tls};
	}
	if (options.url === undefined) throw badRequest('The set-up', ['--url is missing: the address of a node.']);
	if (reach.fingerprint !== undefined) return {reach, tls: {fingerprint: reach.fingerprint}};
	if (reach.caFile !== undefined) return {reach, tls: {caPem: await readCaFile(reach.caFile)}};
	return vouched(reach, io, terminal);
}

async function readCaFile(file: string): Promise<string> {
	try {
		return await readFile(file, 'utf8');
	} catch (error) {
		const {code = 'unknown'} = error as NodeJS.ErrnoException;
		throw badRequest('The set-up', [`--ca-file ${file} cannot be read (${code}).`]);
	}
}

async function vouched(reach: Reach, io: Io, terminal: Terminal): Promise<Way> {
	const [first = ''] = reach.urls;
	const {fingerprint, trusted} = await lookAtCertificate(first, requestTimeoutMs);
	if (trusted) return {reach, tls: {}};
	if (reach.urls.length > 1) {
		throw badRequest('The set-up', [
			'this system does not trust the certificates of the nodes. Copy /etc/pve/pve-root-ca.pem from one of them, and give it with --ca-file.',
		]);
	}
	io.writeError(
		`This system does not trust the certificate of ${first}. Its SHA-256 fingerprint is\n  ${fingerprint}\nCompare it with what the node itself says:\n  openssl x509 -noout -sha256 -fingerprint -in /etc/pve/local/pve-ssl.pem\n`,
	);
	await demandYes(terminal, 'Is it the same? [y/N] ');
	return {reach: {...reach, fingerprint}, tls: {fingerprint}};
}

async function logInAsRoot(urls: readonly string[], tls: TlsChoice, io: Io, terminal: Terminal): Promise<Admin> {
	const password = await terminal.askSecret(`Password of ${admin} (not shown, not kept): `);
	const {clock, random} = io;
	const deadline = deadlineIn(budgetMs, clock);
	return logIn(admin, password, {urls, tls, requestTimeoutMs, deadline, clock, random, logger: silentLogger});
}
