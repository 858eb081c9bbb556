import {Fault} from '../fault.ts';

/** A person who can be asked. */
export interface Terminal {
	/** What is typed in answer, without its line end. */
	ask(question: string): Promise<string>;
	/** The same, and nothing of it is shown. */
	askSecret(question: string): Promise<string>;
}

const ctrlC = '\u0003';
const ctrlD = '\u0004';
const backspaces = ['\u007f', '\b'];

/** The terminal that `input` is typed at; questions go to `output`. */
export function openTerminal(input: NodeJS.ReadStream, output: NodeJS.WriteStream): Terminal {
	// Typed ahead, or pasted with the line before.
	let waiting = '';
	return {
		ask: (question) => answerTo(question, false),
		askSecret: (question) => answerTo(question, true),
	};

	async function answerTo(question: string, hidden: boolean): Promise<string> {
		input.setEncoding('utf8');
		// Raw: the terminal itself echoes nothing, and hands over each key. Before the question: who types fast is not
		// shown either.
		input.setRawMode(hidden);
		output.write(question);
		try {
			return await readLine(hidden);
		} finally {
			input.setRawMode(false);
			input.pause();
			if (hidden) output.write('\n');
		}
	}

	function readLine(hidden: boolean): Promise<string> {
		let line = '';
		return new Promise((resolve, reject) => {
			const end = (finish: () => void) => {
				input.off('data', take);
				input.off('end', hangUp);
				finish();
			};
			const take = (chunk: string) => {
				const typed = waiting + chunk;
				waiting = '';
				for (const [n, key] of [...typed].entries()) {
					if (key === '\r' || key === '\n' || (key === ctrlD && line === '')) {
						waiting = [...typed].slice(n + 1).join('');
						return end(() => resolve(line));
					}
					if (hidden && key === ctrlC) return end(() => reject(interrupted()));
					line = hidden && backspaces.includes(key) ? line.slice(0, -1) : line + key;
				}
			};
			const hangUp = () => end(() => reject(interrupted()));
			input.on('data', take);
			input.on('end', hangUp);
			input.resume();
			if (waiting !== '') take('');
		});
	}
}

function interrupted(): Fault {
	return new Fault('refused', 'Interrupted: the question was not answered, and nothing more was done.');
}
