import {badRequest} from '../fault.ts';
import {seedProblems} from './check.ts';
import {renderCloudinitFile} from './cloudinit-file.ts';
import {linuxUserData} from './linux.ts';
import {yamlValue} from './quote.ts';
import type {SeedInput} from './view.ts';
import {windowsUserData} from './windows.ts';

/** One file of a seed; `path` with `/` between folders. */
export interface SeedFile {
	readonly path: string;
	readonly bytes: Uint8Array;
}

/** What a seed image holds, and the label by which the guest knows it. */
export interface SeedFiles {
	readonly label: 'cidata' | 'config-2';
	readonly files: readonly SeedFile[];
}

const largestUserData = 8 * 2 ** 20;

/** The files of a runner's seed; throws `bad-request` with every reason why there can be none. */
export function renderSeed(input: SeedInput): SeedFiles {
	const problems = seedProblems(input);
	if (problems.length > 0) throw badRequest('The seed', problems);
	const userData = encode(input.os === 'windows' ? windowsUserData(input) : linuxUserData(input));
	if (userData.length > largestUserData) {
		throw badRequest('The seed', [
			`the userdata has ${userData.length} bytes; at most ${largestUserData} are possible.`,
		]);
	}
	return wrapUserData(input, userData);
}

/** Who the guest is, in which format it reads its seed, and which keys its metadata brings. */
type Guest = Pick<SeedInput, 'instanceId' | 'hostName' | 'format' | 'os' | 'sshKeys'>;

/** The files of a seed with this userdata. */
export function wrapUserData(guest: Guest, userData: Uint8Array): SeedFiles {
	return guest.format === 'nocloud' ? noCloud(guest, userData) : configDrive(guest, userData);
}

function noCloud({instanceId, hostName, os, sshKeys}: Guest, userData: Uint8Array): SeedFiles {
	const metaData = renderCloudinitFile('meta-data.mustache', {
		instanceId: yamlValue(instanceId),
		hostName: yamlValue(hostName),
		// On Linux they are in the userdata, with their user.
		publicKeys: os === 'windows' && sshKeys.length > 0 && yamlValue(sshKeys),
	});
	return {
		label: 'cidata',
		files: [
			{path: 'meta-data', bytes: encode(metaData)},
			{path: 'user-data', bytes: userData},
		],
	};
}

function configDrive({instanceId, hostName, os, sshKeys}: Guest, userData: Uint8Array): SeedFiles {
	const keys = os === 'windows' ? sshKeys.map((key, n) => [`garm-${n + 1}`, key] as const) : [];
	const metaData = {
		uuid: instanceId,
		hostname: hostName,
		name: hostName,
		...(keys.length === 0 ? {} : {public_keys: Object.fromEntries(keys)}),
	};
	return {
		label: 'config-2',
		files: [
			{path: 'openstack/latest/meta_data.json', bytes: encode(`${JSON.stringify(metaData, null, 2)}\n`)},
			{path: 'openstack/latest/user_data', bytes: userData},
		],
	};
}

function encode(text: string): Uint8Array {
	return new TextEncoder().encode(text);
}
