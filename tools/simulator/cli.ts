import {writeFileSync} from 'node:fs';
import type {Pace, PveVersion, Simulator} from './index.ts';
import {startSimulator} from './index.ts';

/** What `garm-proxmox simulator` was given. */
export interface SimulatorCommand {
	/** `127.0.0.1:8006`, `127.0.0.1:0`, or a port alone. */
	readonly listen?: string;
	/** `small`, `cluster`, `crowded` or the path of a JSON world. */
	readonly world?: string;
	readonly pace?: Pace;
	readonly pveVersion?: PveVersion;
	readonly seed?: number;
	/** Where a provider config for this simulator is written, mode 0600. */
	readonly configOut?: string;
}

export interface SimulatorStreams {
	readonly stdout: {readonly write: (text: string) => unknown};
	/** Ends the run as SIGTERM and SIGINT do. */
	readonly signal?: AbortSignal;
}

/** Prints one JSON line when the simulator is ready, serves until SIGTERM or SIGINT, and gives the exit code. */
export async function runSimulator(command: SimulatorCommand, {stdout, signal}: SimulatorStreams): Promise<number> {
	const {configOut, ...options} = command;
	const simulator = await startSimulator(options);
	const ended = untilEnded(signal);
	if (configOut !== undefined) writeFileSync(configOut, providerConfig(simulator), {mode: 0o600});
	const {url, fingerprint, tokenId, tokenSecret, controlUrl} = simulator;
	const ready = {url, fingerprint, token_id: tokenId, token_secret: tokenSecret, control: controlUrl};
	stdout.write(`${JSON.stringify(ready)}\n`);
	await ended;
	await simulator.close();
	return 0;
}

function untilEnded(signal: AbortSignal | undefined): Promise<void> {
	return new Promise((resolve) => {
		const end = (): void => {
			process.off('SIGTERM', end);
			process.off('SIGINT', end);
			resolve();
		};
		process.on('SIGTERM', end);
		process.on('SIGINT', end);
		signal?.addEventListener('abort', end, {once: true});
		if (signal?.aborted === true) end();
	});
}

/** A provider config (TOML) that reaches this simulator with the least-privilege token. */
export function providerConfig({url, fingerprint, tokenId, tokenSecret, world}: Simulator): string {
	const shared = Object.entries(world.storages).find(([, {shared, content}]) => shared && content.includes('iso'));
	return [
		`url = ${JSON.stringify(url)}`,
		'pool = "garm"',
		'',
		'[tls]',
		`fingerprint = ${JSON.stringify(fingerprint)}`,
		'',
		'[token]',
		`id = ${JSON.stringify(tokenId)}`,
		`secret = ${JSON.stringify(tokenSecret)}`,
		'',
		'[storage]',
		`seed = ${JSON.stringify(shared?.[0] ?? 'local')}`,
		'',
	].join('\n');
}
