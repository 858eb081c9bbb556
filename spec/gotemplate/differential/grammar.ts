import type {Literals} from './literals.ts';
import type {Random} from './random.ts';

/** What the parts of the generator share while they write one template. */
export interface Grammar {
	readonly random: Random;
	readonly literals: Literals;
	/** 19 for Go 1.19. */
	readonly goMinor: number;
	/** Whether the data is a Wide, and not an InstallRunnerParams. */
	readonly wide: boolean;
	/** Variables that are declared where the next pipe stands. */
	variables: readonly string[];
	/** How many ranges are open there. */
	loops: number;
}

/** An action with spaces and trim markers around it. */
export function actionOf({random}: Grammar, inside: string): string {
	const {percent, word} = random;
	const space = () => word('|| | | |\n|\t ', '|');
	const left = percent(15) ? `{{-${word(' |\n', '|')}` : `{{${space()}`;
	const right = percent(15) ? `${word(' |\n', '|')}-}}` : `${space()}}}`;
	// Over several lines, where no quoted text would break.
	const lines = percent(15) && !/["'`]/.test(inside) ? inside.replaceAll(' ', '\n') : inside;
	return left + lines + right;
}
