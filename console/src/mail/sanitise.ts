// The mail's HTML made harmless. It is shown in a frame without scripts besides, so that a hole here opens nothing.
import DOMPurify from 'dompurify';
import type { Attachment } from '../sync/protocol.ts';

const forbidden = ['script', 'style', 'link', 'meta', 'base', 'form', 'input', 'button', 'textarea', 'select', 'iframe', 'frame',
  'object', 'embed', 'svg', 'math', 'audio', 'video', 'source', 'dialog'];

// The id in a cid: address; one that is not well encoded is taken as it stands.
function contentId(source: string): string {
  try {
    return decodeURIComponent(source.slice(4));
  } catch {
    return source.slice(4);
  }
}

// `cid:` references become our own stored files; everything else that would be fetched stays for the frame's policy to
// block until the agent asks for it.
export function sanitise(html: string, attachments: readonly Attachment[]): DocumentFragment {
  const fragment = DOMPurify.sanitize(html, {
    RETURN_DOM_FRAGMENT: true,
    FORBID_TAGS: forbidden,
    FORBID_ATTR: ['srcset', 'ping', 'background', 'action', 'formaction'],
    ALLOWED_URI_REGEXP: /^(?:https?|mailto|tel|cid|data:image\/(?:png|jpe?g|gif|webp);):?/i,
  });
  const files = new Map(attachments.map((file) => [file.content_id, file.id]));
  for (const image of fragment.querySelectorAll('img')) {
    const source = image.getAttribute('src') ?? '';
    const file = source.startsWith('cid:') ? files.get(contentId(source)) : undefined;
    if (file) image.setAttribute('src', `/api/v1/attachments/${file}`);
    else if (source.startsWith('cid:')) image.removeAttribute('src');
  }
  for (const link of fragment.querySelectorAll('a')) {
    link.setAttribute('target', '_blank');
    link.setAttribute('rel', 'noopener noreferrer');
    const host = (link as HTMLAnchorElement).host;
    if (host) link.setAttribute('title', host);
  }
  return fragment;
}
