import {createHash} from 'node:crypto';
import {holdsAny} from '../access.ts';
import type {Call} from '../call.ts';
import {fork} from '../call.ts';
import type {Datacenter} from '../datacenter.ts';
import {usedOn} from '../figures.ts';
import {badParameters, die, Refusal, texts} from '../refusal.ts';
import {removeVolume, storageOn, volumePath} from '../storage.ts';
import type {Worker} from '../task.ts';
import {volumeKey} from '../world.ts';

const copyMs = 60;
const sshMs = 1100;

const extensions: Readonly<Record<string, RegExp>> = {
	iso: /\.(?:iso|img)$/i,
	vztmpl: /\.tar\.(?:gz|xz|zst|bz2)$/i,
	import: /\.(?:qcow2|raw|vmdk|ova)$/i,
};
const wrongExtension: Readonly<Record<string, string>> = {import: 'invalid filename or wrong extension'};

/** PVE's file name: path stripped, odd characters replaced. pve-storage API2/Storage/Status.pm upload. */
export const normaliseName = (name: string): string =>
	(name.split(/[/\\]/).pop() ?? '').replace(/[^a-zA-Z0-9_.-]/g, '_');

/**
 * POST upload: the worker runs on the node asked; a file for another node's storage goes there by scp. An existing
 * file is overwritten. API2/Storage/Status.pm upload.
 */
export async function upload(call: Call): Promise<string> {
	const {dc, node, entry, parameters} = call;
	const {storage = '', content = ''} = parameters;
	const file = call.upload;
	if (file === undefined) throw badParameters({filename: 'property is missing and it is not optional'});
	const found = storageOn(dc, node, storage);
	const name = normaliseName(file.filename);
	if (extensions[content]?.test(name) !== true) {
		throw badParameters({filename: wrongExtension[content] ?? 'wrong file extension'});
	}
	if (!found.content.includes(content)) throw die(`storage '${storage}' does not support '${content}' content`);
	if (node !== entry) await reach(call, storage);
	return fork(call, 'imgcopy', '', (worker) => work(call, worker, name, file.data), entry);
}

/** The node asked looks at the target through ssh first. CLUSTER section 7. */
async function reach({dc, node}: Call, storage: string): Promise<void> {
	await dc.clock.sleep(sshMs);
	const target = dc.world.nodes[node];
	if (target?.ssh === true && target.state !== 'dead') return;
	const options = [
		...["'BatchMode=yes'", `'HostKeyAlias=${node}'`, `'UserKnownHostsFile=/etc/pve/nodes/${node}/ssh_known_hosts'`],
		"'GlobalKnownHostsFile=none'",
	].map((option) => `-o ${option}`);
	const command = `/usr/bin/ssh ${options.join(' ')} ${target?.ip} -- /usr/sbin/pvesm status --storage ${storage}`;
	throw die(`can't activate storage '${storage}' on node '${node}': command '${command}' failed: exit code 255\n`);
}

async function work(call: Call, worker: Worker, name: string, data: Buffer): Promise<void> {
	const {dc, node, entry, parameters} = call;
	const {storage = '', content = ''} = parameters;
	const volid = `${storage}:${content}/${name}`;
	const temporary = `/var/tmp/pveupload-${dc.random.hex(32)}`;
	worker.log(`starting file import from: ${temporary}`);
	checkSum(call, worker, data);
	const path = volumePath(dc, volid);
	worker.log(`target node: ${node}`);
	worker.log(`target file: ${path}`);
	worker.log(`file size is: ${data.length}`);
	if (content === 'import' && name.endsWith('.qcow2') && data.subarray(0, 4).toString('latin1') !== 'QFI\xfb') {
		throw die(`qemu-img: Could not open '${temporary}': Image is not in qcow2 format`);
	}
	worker.log(`command: ${node === entry ? 'cp' : '/usr/bin/scp'} -- ${temporary} ${path}`);
	await worker.pause(copyMs + (node === entry ? 0 : sshMs));
	store(dc, node, storage, {volid, content, name, data});
	worker.log('finished file import successfully');
}

function checkSum({parameters}: Call, worker: Worker, data: Buffer): void {
	const algorithm = parameters['checksum-algorithm'];
	const wanted = parameters.checksum;
	if (algorithm === undefined || wanted === undefined) return;
	const got = createHash(algorithm).update(data).digest('hex');
	if (got.toLowerCase() !== wanted.toLowerCase()) {
		worker.log('calculating checksum...');
		throw die(`checksum mismatch: got '${got}' != expect '${wanted}'`);
	}
	worker.log('calculating checksum...OK, checksum verified');
}

interface StoredFile {
	readonly volid: string;
	readonly content: string;
	readonly name: string;
	readonly data: Buffer;
}

function store(dc: Datacenter, node: string, storage: string, {volid, content, name, data}: StoredFile): void {
	const found = storageOn(dc, node, storage);
	const free = found.total - usedOn(dc.world, storage, found, node);
	// Tools.pm run_command with errmsg; the wording of cp is assumed.
	if (found.full === true || free < data.length) {
		throw die(`import failed: cp: error writing '${volumePath(dc, volid)}': No space left on device`);
	}
	removeVolume(dc, node, volid);
	const key = volumeKey(volid, found.shared ? null : node);
	dc.world.volumes[key] = {
		...{volid, storage, node: found.shared ? null : node, content, size: data.length, ctime: dc.seconds()},
		format: formatOf(content, name),
		used: Math.ceil(data.length / 4096) * 4096,
		sha256: createHash('sha256').update(data).digest('hex'),
	};
	dc.files.set(key, data);
}

/** Plugin.pm get_subdir_files: an archive of a container is called after its packing, an image to import after its kind. */
function formatOf(content: string, name: string): string {
	const ending = name.split('.').pop() ?? '';
	if (content === 'vztmpl') return `t${ending}`;
	return content === 'import' ? ending : content;
}

/** Refuses before the body is read: three seconds, no body. pve-http-server AnyEvent.pm file_upload. */
export function demandUpload({dc, caller, parameters}: Pick<Call, 'dc' | 'caller' | 'parameters'>): void {
	const path = `/storage/${parameters.storage}`;
	if (holdsAny(dc.world, caller, path, ['Datastore.AllocateTemplate'])) return;
	const {message} = texts.permission(path, ['Datastore.AllocateTemplate']);
	throw new Refusal(403, message, {body: 'empty', delayMs: 3000});
}
