import type {SeedInput} from './view.ts';

/** The variables by which programs learn of a proxy, in both spellings; those without a value are left out. */
export function proxyVariables({http, https, none}: SeedInput['proxy']): readonly {name: string; value: string}[] {
	return Object.entries({http_proxy: http, https_proxy: https, no_proxy: none})
		.filter(([, value]) => value !== '')
		.flatMap(([name, value]) => [
			{name, value},
			{name: name.toUpperCase(), value},
		]);
}
