import {collectReasons, type ReasonCollector} from '../../collect.ts';
import type {Config} from '../../config/config.ts';
import {parseConfig} from '../../config/parse.ts';
import {readConfig} from '../../config/read.ts';
import {badRequest} from '../../fault.ts';
import {parseBootstrap} from '../../garm/bootstrap.ts';
import {parseExtraSpecs} from '../../garm/extra-specs.ts';
import {seedImage} from '../../seed/image.ts';
import {renderInstallScript} from '../../seed/install.ts';
import {type CreateOrder, desiredRunner, type RunnerSeed, runnerSeed, seedNameOf} from '../desired-runner.ts';
import type {Io} from '../io.ts';
import {readRawBootstrap} from '../raw-bootstrap.ts';
import {createSecrets} from '../secrets.ts';
import {maskSeedInput} from './mask-seed.ts';
import {seedFile, showSeed} from './show-seed.ts';

/** What is asked of `render`. */
export interface RenderOptions {
	readonly config?: string;
	readonly part?: 'user-data' | 'meta-data' | 'network-config' | 'install-script' | 'image';
	readonly showSecrets?: boolean;
	readonly controller: string;
}

/** A seed, or a part of it, and what a person should know of it beside. */
export interface Rendered {
	readonly output: string | Uint8Array;
	readonly notes: readonly string[];
}

/** What a CreateInstance with this input would give its runner; throws `bad-request` with every reason where it would fail. */
export async function render(bootstrap: string, options: RenderOptions, {clock}: Io): Promise<Rendered> {
	const problems = collectReasons();
	const raw = readRawBootstrap(bootstrap);
	const config = await problems.attemptLater(() => configOf(options));
	const request = problems.attempt(() => parseBootstrap(bootstrap));
	const wishes = problems.attempt(() => parseExtraSpecs(raw.extraSpecs));
	const created = new Date(clock.now()).toISOString();
	const order = config && request && wishes && {controller: options.controller, request, wishes, config, created};
	const seed = order && seedOf(order, problems, options, raw.secrets);
	if (seed === undefined || problems.reasons.length > 0) {
		throw badRequest(`The request for runner ${JSON.stringify(raw.name ?? '?')}`, problems.reasons);
	}
	return {output: outputOf(seed, options), notes: notesOn(seed, options)};
}

async function configOf({config}: RenderOptions): Promise<Config> {
	if (config !== undefined) return readConfig(config);
	const token = {id: 'nobody@pve!render', secret: 'none'};
	return {...parseConfig({url: 'https://localhost', token}).settings, token, tls: {}};
}

/** The seed to be shown, and the name that the true one has on the cluster. */
interface NamedSeed extends RunnerSeed {
	readonly fileName: string;
}

function seedOf(
	order: CreateOrder,
	problems: ReasonCollector,
	{config, showSecrets}: RenderOptions,
	known: readonly string[],
): NamedSeed | undefined {
	// The whole runner, so that a flavor or an image that a create would refuse is told here too.
	if (config !== undefined) desiredRunner(order, problems);
	if (problems.reasons.length > 0) return undefined;
	const exact = runnerSeed(order, problems);
	if (exact === undefined || problems.reasons.length > 0) return undefined;
	const secrets = createSecrets();
	secrets.add(...known);
	const shown = showSecrets ? exact : runnerSeed(order, problems, (input) => maskSeedInput(input, secrets.hide));
	return shown && {...shown, fileName: seedNameOf(order, seedImage(exact.files))};
}

function outputOf(seed: NamedSeed, {part}: RenderOptions): string | Uint8Array {
	if (part === undefined) return showSeed(seed, seed.fileName, seedImage(seed.files).length);
	switch (part) {
		case 'user-data':
		case 'meta-data':
			return seedFile(seed.files, part);
		case 'network-config':
			return '';
		case 'install-script':
			return renderInstallScript(seed.input);
		case 'image':
			return seedImage(seed.files);
	}
}

function notesOn({input}: RunnerSeed, {config, part, showSecrets}: RenderOptions): readonly string[] {
	return [
		...(config === undefined
			? ['Without --config: no alias of an image is known, and the flavor is not looked at.']
			: []),
		...(showSecrets || part === 'network-config' || part === 'meta-data'
			? []
			: ['Tokens and passwords are masked; --show-secrets gives what the runner gets, to the byte.']),
		...(part === 'network-config'
			? [
					`The seed of runner ${JSON.stringify(input.runnerName)} has no network-config: the guest asks DHCP, or what its template says.`,
				]
			: []),
	];
}
