/** One act on users, roles and rights, as data. */
export type AccessStep =
	| {readonly do: 'add-role' | 'extend-role'; readonly role: string; readonly privileges: readonly string[]}
	| {readonly do: 'add-pool'; readonly pool: string; readonly comment: string}
	| {readonly do: 'add-members'; readonly pool: string; readonly vmids: readonly number[]}
	| {readonly do: 'add-storage'; readonly storage: string; readonly path: string}
	| {readonly do: 'add-user'; readonly user: string; readonly comment: string}
	| {readonly do: 'add-token'; readonly user: string; readonly token: string}
	| {readonly do: 'grant' | 'revoke'; readonly path: string; readonly role: string; readonly whose: readonly string[]}
	| {readonly do: 'remove-role'; readonly role: string}
	| {readonly do: 'remove-pool'; readonly pool: string}
	| {readonly do: 'remove-members'; readonly pool: string; readonly vmids: readonly number[]}
	| {readonly do: 'remove-storage'; readonly storage: string}
	| {readonly do: 'remove-user'; readonly user: string}
	| {readonly do: 'remove-token'; readonly user: string; readonly token: string};

/** The line that takes the step on a node, as root. The names in it are checked: nothing has to be quoted but `!`. */
export function shellLine(step: AccessStep): string {
	switch (step.do) {
		case 'add-role':
			return `pveum role add ${step.role} --privs "${step.privileges.join(' ')}"`;
		case 'extend-role':
			return `pveum role modify ${step.role} --append 1 --privs "${step.privileges.join(' ')}"`;
		case 'add-pool':
			return `pveum pool add ${step.pool} --comment "${step.comment}"`;
		case 'add-members':
			return `pveum pool modify ${step.pool} --vms ${step.vmids.join(',')}`;
		case 'add-storage':
			return `pvesm add dir ${step.storage} --path ${step.path} --content iso`;
		case 'add-user':
			return `pveum user add ${step.user} --comment "${step.comment}"`;
		case 'add-token':
			return `pveum user token add ${step.user} ${step.token} --privsep 1`;
		case 'grant':
			return `pveum acl modify ${step.path} --roles ${step.role} ${holders(step.whose)}`;
		case 'revoke':
			return `pveum acl delete ${step.path} --roles ${step.role} ${holders(step.whose)}`;
		case 'remove-role':
			return `pveum role delete ${step.role}`;
		case 'remove-pool':
			return `pveum pool delete ${step.pool}`;
		case 'remove-members':
			return `pveum pool modify ${step.pool} --vms ${step.vmids.join(',')} --delete 1`;
		case 'remove-storage':
			return `pvesm remove ${step.storage}`;
		case 'remove-user':
			return `pveum user delete ${step.user}`;
		case 'remove-token':
			return `pveum user token remove ${step.user} ${step.token}`;
	}
}

/** Users and tokens of a grant, as two lists. */
export function splitHolders(whose: readonly string[]): {readonly users: string; readonly tokens: string} {
	return {
		users: whose.filter((who) => !who.includes('!')).join(','),
		tokens: whose.filter((who) => who.includes('!')).join(','),
	};
}

function holders(whose: readonly string[]): string {
	const {users, tokens} = splitHolders(whose);
	return [...(users === '' ? [] : [`--users ${users}`]), ...(tokens === '' ? [] : [`--tokens '${tokens}'`])].join(' ');
}
