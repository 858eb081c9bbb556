/** The controller that trial runners belong to: no GARM has it, so that no GARM ever lists or removes one. */
export const trialController = 'garm-proxmox-doctor';
