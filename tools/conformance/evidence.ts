import {dataOf, type Exchange, formOf, rowsOf} from './transcript.ts';

/** The id of the guest that a request makes. */
export function bornBy(exchange: Exchange): number | undefined {
	const {method, path, body} = exchange;
	if (method !== 'POST') return undefined;
	const key = /\/qemu\/\d+\/clone$/.test(path) ? 'newid' : /\/qemu$/.test(path) ? 'vmid' : undefined;
	if (key === undefined) return undefined;
	const inJson = body?.startsWith('{') === true ? new RegExp(`"${key}":\\s*"?(\\d+)`).exec(body)?.[1] : undefined;
	const given = inJson ?? formOf(exchange).get(key) ?? '';
	return /^\d+$/.test(given) ? Number(given) : undefined;
}

/** The guest in a request's path, and the node in it. */
export function addressedBy({path}: Exchange): {readonly node: string; readonly vmid: number} | undefined {
	const [, node, vmid] = /^\/nodes\/([^/]+)\/qemu\/(\d+)(?:\/|$)/.exec(path) ?? [];
	return node === undefined ? undefined : {node, vmid: Number(vmid)};
}

const gone = /^(?:Configuration file '.*' does not exist|unable to find configuration file for VM)/;
const refusedForItsState = /^(?:VM |can't remove VM|unable to remove VM|No QEMU|QEMU guest|only root can set)/;

/** Whether an answer tells that the guest in its path is not there. */
export const isAbsent = ({answer}: Exchange): boolean => gone.test(answer.reason);

/** Whether an answer tells that the guest in its path is there. */
export function isPresent({method, path, answer}: Exchange): boolean {
	if (answer.status === 500) return refusedForItsState.test(answer.reason);
	if (answer.status !== 200) return false;
	// What starts a task answers before anybody has looked for the guest.
	return method === 'GET' || method === 'DELETE' || /\/(?:config|clone|template)$/.test(path);
}

/** Whether a list that these credentials are shown is complete. */
export const isAdministrator = ({credentials}: Exchange): boolean =>
	/^(?:token:root@pam!|ticket:root@pam)/.test(credentials);

/** A guest as an answer shows it; `node` is empty where the answer is one node's own. */
export interface Shown {
	readonly vmid: number;
	readonly node: string;
	readonly status: string;
}

/** The guests that an answer shows. */
export function guestsShown({method, path, answer}: Exchange): readonly Shown[] {
	if (method !== 'GET' || answer.status !== 200) return [];
	const vmid = /^\/nodes\/[^/]+\/qemu\/(\d+)\/status\/current$/.exec(path)?.[1];
	if (vmid !== undefined) {
		const {status = ''} = (dataOf(answer) ?? {}) as {readonly status?: string};
		return [{vmid: Number(vmid), node: '', status}];
	}
	if (!/^\/nodes\/[^/]+\/qemu$|^\/cluster\/resources$/.test(path)) return [];
	const rows = rowsOf(answer).filter((row) => typeof row.vmid === 'number' && row.type !== 'lxc');
	return rows.map(({vmid: id, node = '', status}) => ({vmid: Number(id), node: String(node), status: String(status)}));
}

/** Whether a list leaves no guest out: a node's, or the cluster's. */
export const isWholeList = (exchange: Exchange): boolean =>
	exchange.method === 'GET' &&
	exchange.answer.status === 200 &&
	isAdministrator(exchange) &&
	(/^\/nodes\/[^/]+\/qemu$/.test(exchange.path) ||
		(exchange.path === '/cluster/resources' && /^(?:type=vm)?$/.test(exchange.query)));
