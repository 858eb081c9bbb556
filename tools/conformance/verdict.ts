import type {Exchange} from './transcript.ts';

/** What came of one exchange. */
export type Verdict =
	| {readonly exchange: Exchange; readonly outcome: 'agree'}
	| {readonly exchange: Exchange; readonly outcome: 'differ'; readonly why: readonly string[]}
	| {
			readonly exchange: Exchange;
			readonly outcome: 'skipped';
			/** The endpoint's name, or what the exchange has in common with others that are skipped. */
			readonly name: string;
			readonly why: string;
	  };

/** How often each thing came of an exchange. */
export interface Count {
	readonly agree: number;
	readonly differ: number;
	readonly skipped: number;
}

/** Counts verdicts. */
export function count(verdicts: readonly Verdict[]): Count {
	const of = (wanted: Verdict['outcome']): number => verdicts.filter(({outcome}) => outcome === wanted).length;
	return {agree: of('agree'), differ: of('differ'), skipped: of('skipped')};
}

const bar = 0.9;

/** Whether the simulator does as the recorded cluster did: of ten exchanges that were compared, nine agree. */
export const isConforming = ({agree, differ}: Count): boolean => agree > 0 && agree >= bar * (agree + differ);
