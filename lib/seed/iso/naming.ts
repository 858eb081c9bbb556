import {asciiOf, wideOf} from './field.ts';
import type {Folder} from './tree.ts';

/** How one of the image's two directory trees spells names. */
export interface Naming {
	/** The identifier of a folder or file in `parent`. */
	identify(name: string, parent: Folder, isFolder: boolean): Uint8Array;
	/** Whether records carry Rock Ridge fields, which hold the true name. */
	readonly rockRidge: boolean;
}

/** ECMA-119 level 2: capital letters, digits and `_`; the true names are in the Rock Ridge fields. */
export const plainNaming: Naming = {
	rockRidge: true,
	identify(name, parent, isFolder) {
		const siblings = [...parent.folders, ...parent.files].map((each) => each.name);
		const twins = siblings.filter((each) => plainName(each) === plainName(name));
		const place = twins.indexOf(name);
		const unique = plainName(name) + (place > 0 ? String(place) : '');
		return asciiOf(isFolder ? unique : `${unique}.;1`);
	},
};

/** Joliet: the true names in UCS-2, for Windows; without the version `;1`, as mkisofs and xorriso write them. */
export const jolietNaming: Naming = {
	rockRidge: false,
	identify: (name) => wideOf(name),
};

function plainName(name: string): string {
	return name
		.toUpperCase()
		.replace(/[^A-Z0-9_]/g, '_')
		.slice(0, 26);
}
