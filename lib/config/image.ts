import type {Config, Image} from './config.ts';

/** The template that a pool's image means: an alias of the config, else a VMID or a template's name. */
export function resolveImage({images}: Pick<Config, 'images'>, name: string): Image {
	const alias = Object.hasOwn(images, name) ? images[name] : undefined;
	return alias ?? {template: /^[1-9]\d{2,8}$/.test(name) ? Number(name) : name};
}
