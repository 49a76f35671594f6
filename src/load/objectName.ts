/** A storage object as people call it: `Image Storage "gold"`. @param composite e.g. `image_storage` */
export function objectName(composite: string, name: string | undefined): string {
  const words = composite.split('_').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return name === undefined ? words.join(' ') : `${words.join(' ')} "${name}"`;
}
