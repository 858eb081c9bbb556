import type {Choice} from '../../access/choice.ts';
import {badRequest} from '../../fault.ts';
import type {SetupOptions} from './setup-command.ts';

const shapes = {
	pool: [/^[\w.-]+$/, 'the name of a resource pool'],
	vmid: [/^[1-9]\d{2,8}$/, 'a VMID'],
	storage: [/^[a-z][\w.-]*[a-z0-9]$/i, 'the name of a storage'],
	folder: [/^\/[\w./-]+$/, 'an absolute path of plain letters'],
	bridge: [/^[a-z][\w.-]*(?:\/[1-9]\d{0,3})?$/i, 'a bridge such as vmbr0, or vmbr0/7'],
	vnet: [/^[a-z][\w-]*:[a-z][\w-]*$/i, 'a zone and a VNet such as zone1:ci'],
	user: [/^[\w.-]+@[a-z][\w.-]+$/i, 'a user such as garm@pve'],
	token: [/^[a-z][\w.-]+$/i, 'the name of a token'],
	url: [/^https:\/\/[^\s/@?#]+\/?$/, 'an address such as https://pve1.example.com:8006'],
	fingerprint: [/^[0-9a-f]{2}(?::?[0-9a-f]{2}){31}$/i, 'a SHA-256 fingerprint'],
} as const satisfies Readonly<Record<string, readonly [RegExp, string]>>;

/** What the options choose, every name in it harmless to a shell. Throws `bad-request` with every mistake. */
export function choiceFrom(options: SetupOptions): Choice {
	const {pool, templatePool, diskStorage, seedStorage, seedPath, user, token} = options;
	const {template = [], vnet = []} = options;
	const bridge = options.bridge ?? (vnet.length > 0 ? [] : ['vmbr0']);
	const reasons = [
		...misshapen('--pool', 'pool', [pool]),
		...misshapen('--template-pool', 'pool', [templatePool]),
		...misshapen('--template', 'vmid', template),
		...misshapen('--disk-storage', 'storage', diskStorage),
		...misshapen('--seed-storage', 'storage', [seedStorage]),
		...misshapen('--seed-path', 'folder', seedPath === undefined ? [] : [seedPath]),
		...misshapen('--bridge', 'bridge', bridge),
		...misshapen('--vnet', 'vnet', vnet),
		...misshapen('--user', 'user', [user]),
		...misshapen('--token', 'token', [token]),
		...misshapen('--url', 'url', options.url ?? []),
		...misshapen('--fingerprint', 'fingerprint', options.fingerprint === undefined ? [] : [options.fingerprint]),
		...(user === 'root@pam' ? ['--user must not be root@pam: its tokens may do everything.'] : []),
		...(options.fingerprint !== undefined && options.caFile !== undefined
			? ['--fingerprint and --ca-file exclude each other; keep one.']
			: []),
		...(options.fingerprint !== undefined && (options.url?.length ?? 0) > 1
			? ['--fingerprint is for one address only: every node has a certificate of its own. Give --ca-file.']
			: []),
	];
	if (reasons.length > 0) throw badRequest('The set-up', reasons);
	const made = seedStorage === 'local' ? seedPath : (seedPath ?? `/var/lib/${seedStorage}`);
	return {
		...{pool, templatePool, user, token, seedStorage},
		templates: [...new Set(template.map(Number))],
		diskStorages: [...new Set(diskStorage)],
		...(made === undefined ? {} : {seedPath: made}),
		networks: [...new Set([...bridge, ...vnet])],
	};
}

function misshapen(option: string, shape: keyof typeof shapes, values: readonly string[]): readonly string[] {
	const [pattern, expected] = shapes[shape];
	return values
		.filter((value) => !pattern.test(value))
		.map((value) => `${option} ${JSON.stringify(value)} must be ${expected}.`);
}
