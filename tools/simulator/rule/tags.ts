import {holdsAll} from '../access.ts';
import type {Call} from '../call.ts';
import {texts} from '../refusal.ts';
import {splitList} from '../schema/formats.ts';
import type {Guest, World} from '../world.ts';

const optionIn = (text: string | undefined, key: string): string | undefined =>
	text
		?.split(',')
		.map((part) => part.split('='))
		.find(([name]) => name === key)?.[1];

/** Tags as PUT stores them: lower case, sorted, once each, unless tag-style says otherwise. GuestHelpers.pm get_unique_tags. */
export function storedTags(world: World, value: string): string {
	const style = world.options['tag-style'];
	const caseSensitive = optionIn(style, 'case-sensitive') === '1';
	const tags = splitList(value).map((tag) => (caseSensitive ? tag : tag.toLowerCase()));
	const unique = [...new Set(tags)];
	if (optionIn(style, 'ordering') !== 'config') unique.sort();
	// FACTS section 7: an empty value leaves a blank behind.
	return unique.length === 0 ? ' ' : unique.join(';');
}

/** GuestHelpers.pm assert_tag_permissions: only the changed tags are looked at. */
export function demandTags(
	call: Call,
	guest: Guest,
	set: ReadonlyMap<string, string>,
	remove: readonly string[],
): void {
	if (!set.has('tags') && !remove.includes('tags')) return;
	const {world} = call.dc;
	if (holdsAll(world, call.caller, '/', ['Sys.Modify'])) return;
	const before = splitList(guest.config.tags ?? '');
	const after = splitList(storedTags(world, set.get('tags') ?? ''));
	const changed = [...after.filter((tag) => !before.includes(tag)), ...before.filter((tag) => !after.includes(tag))];
	for (const tag of changed.sort()) if (!mayChange(call, tag)) throw texts.modifyingTag(tag);
}

function mayChange({dc: {world}, caller}: Call, tag: string): boolean {
	if (splitList(world.options['registered-tags'] ?? '').includes(tag)) return false;
	const access = world.options['user-tag-access'];
	const allow = optionIn(access, 'user-allow') ?? 'free';
	if (allow === 'free') return true;
	const listed = splitList(optionIn(access, 'user-allow-list') ?? '').includes(tag);
	if (allow === 'list') return listed;
	if (allow !== 'existing') return false;
	return Object.values(world.guests).some(
		(guest) =>
			splitList(guest.config.tags ?? '').includes(tag) && holdsAll(world, caller, `/vms/${guest.vmid}`, ['VM.Audit']),
	);
}

/** The tags a caller may use, as GET /cluster/options shows them. DataCenterConfig.pm get_allowed_tags. */
export function allowedTags({dc: {world}, caller}: Call): readonly string[] {
	const access = world.options['user-tag-access'];
	const allow = optionIn(access, 'user-allow') ?? 'free';
	const registered = splitList(world.options['registered-tags'] ?? '');
	const privileged = holdsAll(world, caller, '/', ['Sys.Modify']);
	const tags = new Set<string>(privileged ? registered : []);
	if (privileged || allow === 'list' || allow === 'existing') {
		for (const tag of splitList(optionIn(access, 'user-allow-list') ?? '')) tags.add(tag);
	}
	if (privileged || allow === 'free' || allow === 'existing') {
		for (const guest of Object.values(world.guests)) {
			if (!holdsAll(world, caller, `/vms/${guest.vmid}`, ['VM.Audit'])) continue;
			for (const tag of splitList(guest.config.tags ?? '')) tags.add(tag);
		}
	}
	return [...tags].sort();
}
