import type {ObservedTemplate} from '../runner/observed.ts';
import type {Ask} from './ask.ts';
import type {ClusterFacts} from './facts.ts';
import {type Finding, listed, sentence} from './finding.ts';

/** Whether the cluster's rules let the token set the runners' tags; without tags all works, and lists read more. */
export function checkTags(
	{tags, tokenId}: Ask,
	{tagRules, held}: ClusterFacts,
	templates: readonly ObservedTemplate[],
): readonly Finding[] {
	if (!tags) return [{topic: 'tag', level: 'ok', what: 'runners go without tags, as the config says'}];
	if (held['/']?.includes('Sys.Modify')) return [{topic: 'tag', level: 'ok', what: 'runners may have their tags'}];
	const {allow, registered} = tagRules;
	if (allow !== 'free') return [forbidden(`the datacenter option user-tag-access allows "${allow}" only`, tokenId)];
	// GuestHelpers.pm assert_tag_permissions: taking a tag away is asked about as well.
	const inherited = templates.filter(({config}) =>
		config.tags?.split(/[;, ]+/).some((tag) => registered.includes(tag)),
	);
	if (inherited.length > 0) {
		const vmids = listed(inherited.map(({vmid}) => String(vmid)));
		return [forbidden(`template ${vmids} hands down a registered tag, and the token may not take it away`, tokenId)];
	}
	return [{topic: 'tag', level: 'ok', what: 'runners may have their tags'}];
}

function forbidden(reason: string, tokenId: string): Finding {
	return {
		topic: 'tag',
		level: 'warning',
		what: 'runners go without tags',
		why: `${sentence(reason)}. Everything works from the notes alone, but every list reads the notes of each VM in the range. Set \`tags = false\` to spare the refused call, or let the token set tags.`,
		mend: [
			'pvesh set /cluster/options --user-tag-access user-allow=free',
			`pveum role add GarmTags --privs Sys.Modify && pveum acl modify / --propagate 0 --roles GarmTags --users ${tokenId.split('!')[0]} --tokens '${tokenId}'`,
		],
	};
}
