import {Fault} from '../../fault.ts';

/** A folder of the image, with its place in the path table. */
export interface Folder {
	/** Empty for the root. */
	readonly name: string;
	/** Itself for the root. */
	readonly parent: Folder;
	readonly folders: readonly Folder[];
	readonly files: readonly TreeFile[];
	/** From 1, breadth first. */
	readonly number: number;
}

export interface TreeFile {
	readonly name: string;
	readonly bytes: Uint8Array;
	/** From 0, in the order of the image's data. */
	readonly index: number;
}

interface MutableFolder {
	name: string;
	parent: MutableFolder;
	folders: MutableFolder[];
	files: TreeFile[];
	number: number;
}

/** The folders of a set of files, breadth first, each folder's entries by name: the order that path tables want. */
export function foldersOf(files: readonly {readonly path: string; readonly bytes: Uint8Array}[]): readonly Folder[] {
	const root: MutableFolder = {name: '', folders: [], files: [], number: 0} as unknown as MutableFolder;
	root.parent = root;
	const ordered = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
	for (const [index, {path, bytes}] of ordered.entries()) {
		if (path === ordered[index - 1]?.path) throw new Fault('bug', `${path} is twice in a seed image.`);
		const names = path.split('/');
		if (!names.every(isName)) throw new Fault('bug', `${JSON.stringify(path)} cannot be in a seed image.`);
		const folder = names.slice(0, -1).reduce(enter, root);
		folder.files.push({name: names.at(-1) ?? '', bytes, index});
	}
	const folders: MutableFolder[] = [root];
	for (const folder of folders) {
		folder.number = folders.indexOf(folder) + 1;
		folders.push(...folder.folders);
	}
	return folders;
}

// Joliet has 64 characters, and some of them for itself; the rest is more than any seed needs.
function isName(name: string): boolean {
	return /^[\w.+ -]{1,64}$/.test(name) && name !== '.' && name !== '..';
}

function enter(folder: MutableFolder, name: string): MutableFolder {
	const known = folder.folders.find((each) => each.name === name);
	if (known !== undefined) return known;
	const made: MutableFolder = {name, parent: folder, folders: [], files: [], number: 0};
	folder.folders.push(made);
	return made;
}
