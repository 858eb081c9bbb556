import type {LoggedRequest} from '../simulator/index.ts';

/** Counts the requests of one run by kind, so that the k-th of a kind is the same one in every run. */
export function requestNamer(): (request: LoggedRequest) => string {
	const met = new Map<string, number>();
	return (request) => {
		const kind = kindOf(request);
		const count = (met.get(kind) ?? 0) + 1;
		met.set(kind, count);
		return `${kind}#${count}`;
	};
}

// How often a task is looked at depends on how fast the machine is; only its first look is one to count on.
function kindOf({operation, path}: LoggedRequest): string {
	if (operation !== 'task-status') return operation;
	const [, , , , , type = 'task'] = decodeURIComponent(path.split('/')[4] ?? '').split(':');
	return `poll-${type}`;
}

/** Whether a run on another machine meets this request as well. */
export function isSure(name: string): boolean {
	return !name.startsWith('poll-') || name.endsWith('#1');
}

/** What the requests that start a task start. */
export const taskOf: Readonly<Record<string, string>> = {
	clone: 'qmclone',
	upload: 'imgcopy',
	resize: 'resize',
	start: 'qmstart',
	stop: 'qmstop',
	destroy: 'qmdestroy',
	'content-delete': 'imgdel',
};

/** Whether a request changes something. */
export function isWrite(name: string): boolean {
	const operation = name.replace(/#.*$/, '');
	return operation in taskOf || operation === 'config-put';
}
