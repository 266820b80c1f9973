export function iconsNamedIn(text: string): string[]
export function symbolFrom(name: string, svg: string): string
export function iconSprite(): object
