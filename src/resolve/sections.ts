import type { SectionName } from '../model/playbook.js';

/** Sections whose items are storage objects: independent of each other. */
export const storageSections: readonly SectionName[] = ['image_storages', 'media_storages', 'direct_storages'];
