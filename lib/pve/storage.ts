import {createHash} from 'node:crypto';
import {Fault, isFault} from '../fault.ts';
import type {ObservedDisk, ObservedSeed} from '../runner/observed.ts';
import {numberIn, type Row, readRows, required, textIn} from './decode.ts';
import type {Kind} from './kind.ts';
import {encodeMultipart} from './multipart.ts';
import type {Session} from './session.ts';

/** What can be asked of a storage that holds seeds. */
export interface StorageCalls {
	seedVolumes(node: string, storage: string, prefix: string): Promise<readonly ObservedSeed[]>;
	/** The disks of VMs, as far as the token may see them. */
	diskVolumes(node: string, storage: string): Promise<readonly ObservedDisk[]>;
	/** `localhost` as the node spares a shared storage the copy over ssh. */
	uploadSeed(node: string, storage: string, fileName: string, image: Uint8Array): Promise<string>;
	removeSeed(node: string, volumeId: string): Promise<void>;
}

/** The calls about seeds over `session`. */
export function storageCalls({api, engine, attempt, runTask}: Session): StorageCalls {
	const storageAt = (node: string, storage: string) =>
		api.nodes.$(encodeURIComponent(node)).storage.$(encodeURIComponent(storage));
	return {
		seedVolumes: (node, storage, prefix) =>
			attempt({what: `list the ISO volumes of storage ${storage} on node ${node}`, node}, async () => {
				const data: unknown = await storageAt(node, storage).content.$get({content: 'iso'});
				return readRows(data, 'ISO volumes')
					.map((row) => seedFrom(row, node))
					.filter(({fileName}) => fileName.startsWith(prefix));
			}),
		diskVolumes: (node, storage) =>
			attempt({what: `list the disks of storage ${storage} on node ${node}`, node}, async () => {
				const data: unknown = await storageAt(node, storage).content.$get({content: 'images'});
				return readRows(data, 'disks').flatMap((row) => {
					const vmid = numberIn(row, 'vmid');
					return vmid === undefined ? [] : [{node, volumeId: required(textIn(row, 'volid'), 'volid', 'disks'), vmid}];
				});
			}),
		async uploadSeed(node, storage, fileName, image) {
			const what = `upload the seed ${fileName} to storage ${storage} on node ${node}`;
			assertPlain(fileName, what);
			const path = `/nodes/${encodeURIComponent(node)}/storage/${encodeURIComponent(storage)}/upload`;
			const body = encodeMultipart(fieldsFor(image), {name: 'filename', fileName, bytes: image});
			await runTask({what, node}, async () => (await engine.ask({method: 'POST', path, body})).data);
			return `${storage}:iso/${fileName}`;
		},
		async removeSeed(node, volumeId) {
			const [storage = ''] = volumeId.split(':');
			try {
				await runTask({what: `remove the seed ${volumeId} on node ${node}`, node}, () =>
					storageAt(node, storage).content.$(encodeURIComponent(volumeId)).$delete(),
				);
			} catch (error) {
				if (!isFault(error) || error.facts.kind !== ('no-such-volume' satisfies Kind)) throw error;
			}
		},
	};
}

// pve-http-server AnyEvent.pm and Storage/Status.pm upload want the fields in this order, before the file.
function fieldsFor(image: Uint8Array): Readonly<Record<string, string>> {
	return {
		content: 'iso',
		'checksum-algorithm': 'sha256',
		checksum: createHash('sha256').update(image).digest('hex'),
	};
}

function seedFrom(row: Row, node: string): ObservedSeed {
	const volumeId = required(textIn(row, 'volid'), 'volid', 'ISO volumes');
	const uploadedAt = numberIn(row, 'ctime');
	return {
		node,
		volumeId,
		fileName: volumeId.slice(volumeId.lastIndexOf('/') + 1),
		...(uploadedAt === undefined ? {} : {uploadedAt}),
	};
}

// pve-storage Storage.pm normalize_content_filename would store another name than the one asked for.
function assertPlain(fileName: string, what: string): void {
	if (/^[A-Za-z0-9][A-Za-z0-9_.-]{0,249}\.iso$/.test(fileName)) return;
	throw new Fault('bug', `Unable to ${what}: PVE would change that file name.`);
}
