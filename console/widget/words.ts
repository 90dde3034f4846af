export const words = {
  en: {
    title: 'Chat with us', online: 'We are here', offline: 'Nobody is here right now',
    lost: 'Connection lost, trying again…', write: 'Write a message', send: 'Send', close: 'Close', attach: 'Attach a file',
    sending: 'sending…', sent: 'sent', notSent: 'not sent: ', typing: (name: string) => `${name} is typing…`, you: 'You',
    name: 'Name', email: 'Mail address', message: 'Message', leave: 'Leave a message',
    leaveHint: 'We answer by mail.', thanks: (email: string) => `Thank you. Our answer goes to ${email}.`,
    required: 'Please fill this in.',
  },
  it: {
    title: 'Scrivici', online: 'Siamo qui', offline: 'Ora non c’è nessuno',
    lost: 'Connessione persa, riprovo…', write: 'Scrivi un messaggio', send: 'Invia', close: 'Chiudi', attach: 'Allega un file',
    sending: 'invio…', sent: 'inviato', notSent: 'non inviato: ', typing: (name: string) => `${name} sta scrivendo…`, you: 'Tu',
    name: 'Nome', email: 'Indirizzo email', message: 'Messaggio', leave: 'Lascia un messaggio',
    leaveHint: 'Rispondiamo per email.', thanks: (email: string) => `Grazie. La risposta arriverà a ${email}.`,
    required: 'Compila questo campo.',
  },
};
export type Words = (typeof words)['en'];
