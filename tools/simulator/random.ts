/** A seeded source of chance, so that two runs with the same seed and the same requests are alike. */
export interface Random {
	/** At least 0, below 1. */
	readonly fraction: () => number;
	/** `length` hexadecimal digits, lower case. */
	readonly hex: (length: number) => string;
	/** A version 4 UUID. */
	readonly uuid: () => string;
	/** A MAC address with PVE's own prefix, as Network.pm random_ether_addr gives it. */
	readonly mac: () => string;
}

/** Mulberry32: small, fast and good enough for MAC addresses and rare failures. */
export function seededRandom(seed: number): Random {
	let state = seed >>> 0;
	const fraction = (): number => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
	const hex = (length: number): string => Array.from({length}, () => Math.floor(fraction() * 16).toString(16)).join('');
	return {
		fraction,
		hex,
		uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${'89ab'.charAt(Math.floor(fraction() * 4))}${hex(3)}-${hex(12)}`,
		mac: () => `BC:24:11:${hex(2)}:${hex(2)}:${hex(2)}`.toUpperCase(),
	};
}
