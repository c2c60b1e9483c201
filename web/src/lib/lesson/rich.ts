/** Rich text (TipTap's JSON) as it may be drawn. The server let pass only what it knows; here nothing is taken on trust
 * all the same: a copy on a device, or a newer server's node, must not become anything but text. */

export interface RichMark {
  type: string;
  attrs: Record<string, unknown>;
}

export interface RichNode {
  type: string;
  text: string;
  attrs: Record<string, unknown>;
  marks: RichMark[];
  content: RichNode[];
}

const DEEPEST = 24; // the server allows 20 levels; what lies deeper shows its text alone
const MOST_TEXT = 200_000; // as much as a whole body may be
// The server's rule once more: four schemes, and nothing in the address that a browser strips or that ends an attribute.
const ADDRESS = /^(?:https?:\/\/|mailto:)[^\s\u0000-\u0020\u007f-\u00a0<>"\\^`{|}]+$|^tel:[+0-9().-]+$/i;

/** The nodes of a body; an empty list where it is none. */
export function nodesOf(body: unknown): RichNode[] {
  return read(body, 0)?.content ?? [];
}

/** Where a link leads, if it may lead there. */
export function address(href: unknown): string | null {
  return typeof href === 'string' && ADDRESS.test(href) ? href : null;
}

/** Whether an address leaves this page for a site. */
export function leavesHere(href: string): boolean {
  return /^https?:/i.test(href);
}

/** A whole number of an attribute within bounds, or what stands for none. */
export function whole(value: unknown, low: number, high: number, otherwise: number): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high ? value : otherwise;
}

function read(value: unknown, depth: number): RichNode | null {
  if (!isObject(value)) return null;
  const type = typeof value['type'] === 'string' ? value['type'] : '';
  if (depth > DEEPEST) return textNode(textOf(value));
  const content: RichNode[] = [];
  for (const child of list(value['content'])) {
    const node = read(child, depth + 1);
    if (node) content.push(node);
  }
  return {
    type,
    text: typeof value['text'] === 'string' ? value['text'] : '',
    attrs: isObject(value['attrs']) ? value['attrs'] : {},
    marks: list(value['marks']).filter(isObject).map(mark),
    content,
  };
}

function mark(value: Record<string, unknown>): RichMark {
  return { type: String(value['type']), attrs: isObject(value['attrs']) ? value['attrs'] : {} };
}

/** All text below a node, without recursion: how deep it goes is the sender's to choose. */
function textOf(value: Record<string, unknown>): string {
  let text = '';
  const rest: unknown[] = [value];
  while (rest.length && text.length < MOST_TEXT) {
    const one = rest.pop();
    if (!isObject(one)) continue;
    if (typeof one['text'] === 'string') text += one['text'];
    rest.push(...[...list(one['content'])].reverse());
  }
  return text;
}

function textNode(text: string): RichNode {
  return { type: 'text', text, attrs: {}, marks: [], content: [] };
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
