// The widget's loader: one script tag on the company's page. A button in a shadow root, a frame after the first click.
// The visitor's token lives in the page's own storage, since browsers partition what a foreign frame stores.
(() => {
  const script = document.currentScript as HTMLScriptElement;
  const origin = new URL(script.src).origin;
  const site = script.dataset.site ?? '';
  const lang = (script.dataset.lang || document.documentElement.lang || navigator.language).slice(0, 2) === 'it' ? 'it' : 'en';
  const words = lang === 'it' ? ['Apri la chat', 'Chiudi la chat'] : ['Open chat', 'Close chat'];
  const key = `sportello.${site}`;
  const host = document.createElement('div');
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    ':host{all:initial}button,iframe{position:fixed;right:16px;z-index:2147483000;border:0}' +
      'button{bottom:16px;width:56px;height:56px;border-radius:50%;background:#0b62b5;color:#fff;font:600 14px system-ui;cursor:pointer}' +
      'button:focus-visible{outline:3px solid #fff;box-shadow:0 0 0 5px #0b62b5}' +
      'iframe{bottom:84px;width:360px;height:520px;max-height:calc(100vh - 100px);border-radius:12px;box-shadow:0 4px 24px #0004;background:#fff}' +
      '@media(max-width:480px){iframe{inset:0;width:100%;height:100%;max-height:none;border-radius:0}}[hidden]{display:none}',
  );
  root.adoptedStyleSheets = [sheet];
  const button = document.createElement('button');
  let frame: HTMLIFrameElement | undefined;
  let unread = 0;

  const show = () => {
    const open = !!frame && !frame.hidden;
    button.textContent = open ? '\u00d7' : unread ? `chat ${unread}` : 'chat';
    button.setAttribute('aria-label', unread && !open ? `${words[0]} (${unread})` : words[open ? 1 : 0]!);
    button.setAttribute('aria-expanded', String(open));
  };
  const tell = (message: unknown) => frame?.contentWindow?.postMessage(message, origin);
  const toggle = (open: boolean) => {
    if (open && !frame) {
      frame = document.createElement('iframe');
      frame.title = 'chat';
      frame.src = `${origin}/widget/panel.html?site=${encodeURIComponent(site)}#${lang}`;
      root.append(frame);
    }
    if (!frame) return;
    frame.hidden = !open;
    sessionStorage.setItem(`${key}.open`, open ? '1' : '');
    if (open) unread = 0;
    tell({ sportello: open ? 'opened' : 'closed' });
    if (!open) button.focus();
    show();
  };

  addEventListener('message', (event) => {
    if (event.origin !== origin || event.source !== frame?.contentWindow) return;
    const { sportello: what, token } = event.data as { sportello: string; token?: string };
    if (what === 'ready') {
      tell({ sportello: 'begin', site, token: localStorage.getItem(key) ?? '', identity: script.dataset.identity ?? '',
        signature: script.dataset.signature ?? '' });
      tell({ sportello: 'opened' });
    }
    if (what === 'token' && token) localStorage.setItem(key, token);
    if (what === 'close') toggle(false);
    if (what === 'unread' && frame.hidden) {
      unread += 1;
      show();
    }
  });
  button.onclick = () => toggle(!frame || frame.hidden === true);
  show();
  root.append(button);
  document.body.append(host);
  if (sessionStorage.getItem(`${key}.open`)) toggle(true);
})();
