import type {SeedInput} from '../../seed/view.ts';

const masked = '[secret]';

/** The input of a seed with every token in it masked, and whatever `hide` takes out of a text. */
export function maskSeedInput(input: SeedInput, hide: (text: string) => string): SeedInput {
	const hidden = hideIn(input, hide) as SeedInput;
	const {tool} = hidden;
	return {...hidden, instanceToken: masked, tool: {...tool, token: tool.token === '' ? '' : masked}};
}

function hideIn(value: unknown, hide: (text: string) => string): unknown {
	if (typeof value === 'string') return hide(value);
	if (typeof value !== 'object' || value === null) return value;
	// Latin 1 gives every byte back as it was.
	if (value instanceof Uint8Array)
		return new Uint8Array(Buffer.from(hide(Buffer.from(value).toString('latin1')), 'latin1'));
	if (Array.isArray(value)) return value.map((each) => hideIn(each, hide));
	return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, hideIn(each, hide)]));
}
