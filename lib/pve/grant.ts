import type {Facts} from '../fault.ts';

/** The sentence with the pveum lines that give the token what a 403 says is missing; none where it does not say. */
export function grantFor({path, privilege}: Facts, tokenId: string): readonly string[] {
	if (typeof path !== 'string' || typeof privilege !== 'string') return [];
	const [user = tokenId] = tokenId.split('!');
	// PVE joins privileges with "|" whether one of them or all are needed.
	const privileges = privilege.split('|');
	const role = `Garm-${privileges[0]?.replaceAll('.', '-')}`;
	return [
		`On a node, root grants it with: pveum role add ${role} --privs "${privileges.join(' ')}"; pveum acl modify ${path} --users ${user} --tokens '${tokenId}' --roles ${role}`,
	];
}
